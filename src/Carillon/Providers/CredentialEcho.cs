using System.Buffers;
using System.Text;
using System.Text.Json;
using Carillon.Channels;
using Carillon.Security;

namespace Carillon.Providers;

/// <summary>
/// A provider's credentials as they may come back in what its vendor says, to be taken out before anybody keeps it: vendors quote what
/// they were sent, in headers, in bodies, in URLs, in the base 64 of a login. Thread-safe.
/// </summary>
internal sealed class CredentialEcho
{
    /// <summary>A shorter one would be found everywhere, and its absence would tell more than it hides.</summary>
    private const int Shortest = 6;

    /// <summary>What is cut off is recognised by its beginning.</summary>
    private const int Head = 8;

    private readonly string[] _forms;
    private readonly SearchValues<string> _heads;

    private CredentialEcho(string[] forms)
    {
        _forms = forms;
        _heads = SearchValues.Create([.. forms.Select(HeadOf).Distinct(StringComparer.OrdinalIgnoreCase)], StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Null where there is nothing to take out.</summary>
    public static CredentialEcho? Of(Provider provider)
    {
        if (provider.Credentials is not { } credentials) return null;
        var forms = Values(credentials).Where(v => v.Length >= Shortest).SelectMany(Forms).Distinct(StringComparer.Ordinal)
            // The longest first: one that holds another goes as a whole.
            .OrderByDescending(f => f.Length).ToArray();
        return forms.Length == 0 ? null : new CredentialEcho(forms);
    }

    public SendResult Conceal(SendResult result) =>
        result.Answer is { } answer && answer.AsSpan().ContainsAny(_heads) ? result with { Answer = Conceal(answer) } : result;

    private string Conceal(string answer)
    {
        var text = new StringBuilder(answer.Length);
        var rest = answer.AsSpan();
        for (var at = rest.IndexOfAny(_heads); at >= 0; at = rest.IndexOfAny(_heads))
        {
            text.Append(rest[..at]).Append(CredentialMask.Hidden);
            rest = rest[at..];
            var length = 0;
            foreach (var form in _forms)
            {
                var common = CommonLength(rest, form);
                if (common >= HeadOf(form).Length) length = Math.Max(length, common);
            }

            rest = rest[Math.Max(1, length)..];
        }

        return text.Append(rest).ToString();
    }

    private static int CommonLength(ReadOnlySpan<char> text, string form)
    {
        var length = 0;
        while (length < text.Length && length < form.Length && char.ToUpperInvariant(text[length]) == char.ToUpperInvariant(form[length])) length++;
        return length;
    }

    private static string HeadOf(string form) => form.Length > Head ? form[..Head] : form;

    private static IEnumerable<string> Values(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Values(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Values),
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Number => [element.GetRawText()],
        _ => [],
    };

    private static IEnumerable<string> Forms(string value)
    {
        yield return value;
        yield return Uri.EscapeDataString(value);
        yield return JsonEncodedText.Encode(value).ToString();
        var bytes = Encoding.UTF8.GetBytes(value);
        for (var before = 0; before < 3; before++)
        {
            var form = WithinBase64(bytes, before);
            if (form.Length < Head) continue;
            yield return form;
            yield return form.Replace('+', '-').Replace('/', '_');
        }
    }

    /// <summary>
    /// The characters that stand for these bytes alone in any base 64 where so many others (modulo 3) go before them. With one before:
    /// <code>
    /// bytes      |    ?   |   v0   |   v1   |  …        24 bits are 4 characters of 6: the first two hold bits of ?,
    /// characters | ?    ? | ?    c2 |   c3  |  …        and the last may hold bits of what follows
    /// </code>
    /// </summary>
    private static string WithinBase64(byte[] bytes, int before)
    {
        var text = Convert.ToBase64String([.. new byte[before], .. bytes]);
        var start = before switch { 0 => 0, 1 => 2, _ => 3 };
        var end = (before + bytes.Length) * 8 / 6;
        return end > start ? text[start..end] : "";
    }
}
