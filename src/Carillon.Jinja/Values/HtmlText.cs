using System.Globalization;
using System.Net;
using System.Text;
using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>Taking tags and entities out of HTML.</summary>
internal static class HtmlText
{
    public static string StripTags(RenderState state, string html)
    {
        state.Charge(html.Length);
        var text = Remove(Remove(html, "<!--", "-->"), "<", ">");
        return Unescape(string.Join(' ', TextSplit.OnSpace(text)));
    }

    // What opens and is never closed stays.
    private static string Remove(string text, string open, string close)
    {
        var result = new StringBuilder(text.Length);
        var position = 0;
        while (true)
        {
            var start = text.IndexOf(open, position, StringComparison.Ordinal);
            var end = start < 0 ? -1 : text.IndexOf(close, start + open.Length, StringComparison.Ordinal);
            if (end < 0) return result.Append(text, position, text.Length - position).ToString();
            result.Append(text, position, start - position);
            position = end + close.Length;
        }
    }

    public static string Unescape(string text)
    {
        var next = text.IndexOf('&', StringComparison.Ordinal);
        if (next < 0) return text;
        var result = new StringBuilder(text.Length);
        var position = 0;
        for (; next >= 0; next = text.IndexOf('&', position))
        {
            result.Append(text, position, next - position);
            var length = Reference(text.AsSpan(next), result);
            if (length == 0) result.Append('&');
            position = next + Math.Max(1, length);
        }
        return result.Append(text, position, text.Length - position).ToString();
    }

    private static int Reference(ReadOnlySpan<char> text, StringBuilder result)
    {
        if (text.Length > 1 && text[1] == '#') return Numeric(text, result);
        var length = 1;
        while (length < text.Length && length < 33 && char.IsAsciiLetterOrDigit(text[length])) length++;
        if (length < text.Length && text[length] == ';')
        {
            var decoded = Named(text[..(length + 1)]);
            if (decoded is not null)
            {
                result.Append(decoded);
                return length + 1;
            }
        }
        // Names from the first days of HTML need no semicolon, and the longest that fits counts.
        for (var shorter = length; shorter > 2; shorter--)
        {
            if (!Legacy.Contains(text[1..shorter].ToString())) continue;
            result.Append(Named(string.Concat(text[..shorter], ";")));
            return shorter;
        }
        return 0;
    }

    private static string? Named(ReadOnlySpan<char> reference)
    {
        var name = reference[1..^1].ToString();
        var alias = name switch { "AMP" => "amp", "LT" => "lt", "GT" => "gt", "QUOT" => "quot", "COPY" => "copy", "REG" => "reg", _ => name };
        var decoded = WebUtility.HtmlDecode($"&{alias};");
        return decoded.Length > 1 && decoded[0] == '&' ? EntityTable.Find(name) : decoded;
    }

    private static int Numeric(ReadOnlySpan<char> text, StringBuilder result)
    {
        var hex = text.Length > 2 && text[2] is 'x' or 'X';
        var start = hex ? 3 : 2;
        var end = start;
        while (end < text.Length && (hex ? char.IsAsciiHexDigit(text[end]) : char.IsAsciiDigit(text[end]))) end++;
        if (end == start) return 0;
        var point = long.MaxValue;
        var digits = text[start..end].TrimStart('0');
        if (digits.Length <= 8 && !long.TryParse(digits, hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out point)) point = 0;
        if (point is >= 0x80 and <= 0x9f) result.Append(Windows1252[(int)point - 0x80]);
        else if (point is 0 or > 0x10ffff or (>= 0xd800 and <= 0xdfff)) result.Append('\ufffd');
        else if (!IsInvalid(point)) result.Append(char.ConvertFromUtf32((int)point));
        return end < text.Length && text[end] == ';' ? end + 1 : end;
    }

    private const string Windows1252 = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

    private static bool IsInvalid(long point) =>
        point is (>= 1 and <= 8) or 0xb or (>= 0xe and <= 0x1f) or 0x7f or (>= 0xfdd0 and <= 0xfdef) || (point & 0xfffe) == 0xfffe;

    private static readonly HashSet<string> Legacy = new(
        ("AElig AMP Aacute Acirc Agrave Aring Atilde Auml COPY Ccedil ETH Eacute Ecirc Egrave Euml GT Iacute Icirc Igrave Iuml LT Ntilde Oacute Ocirc "
        + "Ograve Oslash Otilde Ouml QUOT REG THORN Uacute Ucirc Ugrave Uuml Yacute aacute acirc acute aelig agrave amp aring atilde auml brvbar ccedil "
        + "cedil cent copy curren deg divide eacute ecirc egrave eth euml frac12 frac14 frac34 gt iacute icirc iexcl igrave iquest iuml laquo lt macr "
        + "micro middot nbsp not ntilde oacute ocirc ograve ordf ordm oslash otilde ouml para plusmn pound quot raquo reg sect shy sup1 sup2 sup3 szlig "
        + "thorn times uacute ucirc ugrave uml uuml yacute yen yuml").Split(' '), StringComparer.Ordinal);
}
