using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Carillon.Tests.Channels.Exchanges;

/// <summary>Looks for a secret in a text the other way round: by decoding the text, in each way and in two of them, one after the other.</summary>
internal static partial class Leaks
{
    public static bool Has(string text, string secret)
    {
        foreach (var once in Decoded(text).Prepend(text))
        {
            if (Holds(once, secret)) return true;
            foreach (var twice in Decoded(once))
            {
                if (Holds(twice, secret)) return true;
            }
        }

        return false;
    }

    private static bool Holds(string text, string secret) => Flat(text).Contains(Flat(secret), StringComparison.OrdinalIgnoreCase);

    private static string Flat(string text) => string.Concat(text.Where(c => c is not ('\r' or '\n')));

    private static IEnumerable<string> Decoded(string text)
    {
        yield return Uri.UnescapeDataString(text.Replace('+', ' '));
        yield return Uri.UnescapeDataString(text);
        yield return WebUtility.HtmlDecode(text);
        yield return JsonEscape().Replace(text, m => ((char)int.Parse(m.Groups["code"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString()).Replace("\\\"", "\"", StringComparison.Ordinal)
            .Replace("\\/", "/", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        yield return Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(QuotedPrintable().Replace(
            text, m => m.Groups["code"].Success ? ((char)int.Parse(m.Groups["code"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString() : "")));
        foreach (Match run in Base64().Matches(Flat(text)))
        {
            var letters = run.Value.TrimEnd('=').Replace('-', '+').Replace('_', '/');
            for (var start = 0; start < 4 && letters.Length - start >= 4; start++)
            {
                var whole = letters[start..(start + ((letters.Length - start) / 4 * 4))];
                yield return Encoding.UTF8.GetString(Convert.FromBase64String(whole));
                var rest = letters[(start + whole.Length)..];
                if (rest.Length > 1) yield return Encoding.UTF8.GetString(Convert.FromBase64String((whole + rest).PadRight(whole.Length + 4, '=')));
            }
        }

        foreach (Match run in Hex().Matches(text)) yield return Encoding.UTF8.GetString(Convert.FromHexString(run.Value));
    }

    [GeneratedRegex(@"\\u(?<code>[0-9A-Fa-f]{4})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex JsonEscape();

    [GeneratedRegex("=((?<code>[0-9A-F]{2})|\r?\n)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex QuotedPrintable();

    [GeneratedRegex("[A-Za-z0-9+/_-]{4,}={0,2}", RegexOptions.None, 1000)]
    private static partial Regex Base64();

    [GeneratedRegex("(?:[0-9A-Fa-f]{2}){4,}", RegexOptions.None, 1000)]
    private static partial Regex Hex();
}
