using System.Text;
using Carillon.Jinja;

namespace Carillon.Dispatch;

/// <summary>
/// The secret values of one notification, to be taken out of whatever goes into its trace: template errors quote values, and gateways
/// quote what they were sent. The trace is kept much longer than secrets are.
/// </summary>
internal sealed class TraceSecrets(JinjaValue secrets)
{
    public const string Replacement = "[secret]";

    /// <summary>A shorter one would be found everywhere, and its absence would tell more than it hides.</summary>
    private const int Shortest = 3;

    /// <summary>Texts of a trace are short; a value that was cut off is recognised by its beginning.</summary>
    private const int ShortestCut = 8;

    /// <summary>Made when a text is at hand: most messages are sent without one that could hold a secret.</summary>
    private List<string>? _values;

    public string Redact(string text)
    {
        foreach (var value in _values ??= Values())
        {
            text = text.Replace(value, Replacement, StringComparison.OrdinalIgnoreCase);
            text = RedactCut(text, value);
        }

        return text;
    }

    /// <summary>Messages shorten what they quote: the longest beginning of a long value goes as well.</summary>
    private static string RedactCut(string text, string value)
    {
        if (value.Length <= ShortestCut) return text;
        var head = value.AsSpan(0, ShortestCut);
        for (var at = text.AsSpan().IndexOf(head, StringComparison.OrdinalIgnoreCase); at >= 0;)
        {
            var common = text.AsSpan(at).CommonPrefixLength(value.AsSpan());
            text = string.Concat(text.AsSpan(0, at), Replacement, text.AsSpan(at + Math.Max(common, ShortestCut)));
            var from = at + Replacement.Length;
            var next = text.AsSpan(from).IndexOf(head, StringComparison.OrdinalIgnoreCase);
            at = next < 0 ? -1 : from + next;
        }

        return text;
    }

    private List<string> Values()
    {
        var values = new List<string>();
        Collect(secrets, values);
        // The longest first: a value that holds another one goes as a whole.
        values.Sort((a, b) => b.Length.CompareTo(a.Length));
        return values;
    }

    private static void Collect(JinjaValue value, List<string> values)
    {
        if (value.IsDictionary)
        {
            foreach (var (_, inner) in value.Entries()) Collect(inner, values);
        }
        else if (value.IsList)
        {
            foreach (var inner in value.Items()) Collect(inner, values);
        }
        else if (value.IsString)
        {
            Add(value.AsString()!, values);
        }
        else if (value.TryGetNumber(out _))
        {
            // A code is often given as a number. Shorter ones are line numbers and status codes as well.
            var digits = value.ToString();
            if (digits.Length > Shortest) Add(digits, values);
        }
    }

    private static void Add(string value, List<string> values)
    {
        var trimmed = value.Trim();
        if (trimmed.Length < Shortest) return;
        Include(trimmed);
        // As Python quotes it, as HTML and as a URL have it.
        Include(trimmed.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal));
        Include(System.Net.WebUtility.HtmlEncode(trimmed));
        if (trimmed.Length < 32_000) Include(Uri.EscapeDataString(trimmed));
        Include(Convert.ToBase64String(Encoding.UTF8.GetBytes(trimmed)));

        void Include(string form)
        {
            if (!values.Contains(form)) values.Add(form);
        }
    }
}
