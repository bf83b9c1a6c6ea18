using System.Globalization;
using System.Text;

namespace Carillon.Senders;

/// <summary>Names as the DNS and a signature hold them: labels of letters, digits and hyphens (RFC 1123, RFC 6376 section 3.1).</summary>
internal static class DomainSyntax
{
    /// <summary>The longest name that the DNS can hold, in characters.</summary>
    public const int MaxLength = 253;

    private const int MaxLabel = 63;

    private static readonly IdnMapping Idn = new();

    /// <summary>The domain in ASCII and lower case; null when it is none. One label alone is none: nobody sends from a top-level domain.</summary>
    public static string? ReadDomain(string text)
    {
        if (ReadLabels(text) is not { } name) return null;
        var top = name.LastIndexOf('.');
        // A top label of digits is an IP address, not a name.
        return top < 0 || !name.AsSpan(top + 1).ContainsAnyExceptInRange('0', '9') ? null : name;
    }

    /// <summary>The selector in ASCII and lower case; null when it is none. It may have several labels, as in <c>march.2026</c>.</summary>
    public static string? ReadSelector(string text) => Ascii.IsValid(text) ? ReadLabels(text) : null;

    private static string? ReadLabels(string text)
    {
        if (text.Length is 0 or > MaxLength || ToAscii(text) is not { Length: <= MaxLength } name) return null;
        foreach (var range in name.AsSpan().Split('.'))
        {
            var label = name.AsSpan(range);
            if (label.Length is 0 or > MaxLabel || label[0] == '-' || label[^1] == '-') return null;
            foreach (var c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-') return null;
            }
        }

        return name.ToLowerInvariant();
    }

    private static string? ToAscii(string text)
    {
        if (Ascii.IsValid(text)) return text;
        try
        {
            return Idn.GetAscii(text);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
