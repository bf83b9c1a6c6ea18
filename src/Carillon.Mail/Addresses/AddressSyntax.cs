using System.Buffers;
using System.Globalization;
using System.Text;

namespace Carillon.Mail;

/// <summary>
/// Which addresses the large mail providers accept: the practical part of RFC 5321 and 5322 with RFC 6531's scripts. No comments, no
/// address literals, at least two domain labels, no control characters anywhere.
/// </summary>
internal static class AddressSyntax
{
    private const int MaxAddress = 254; // RFC 5321: a path has 256 octets with its brackets
    private const int MaxLocal = 64;
    private const int MaxDomain = 254;
    private const int MaxLabel = 63;

    private static readonly SearchValues<char> AtomSymbols =
        SearchValues.Create("!#$%&'*+-/=?^_`{|}~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    public static bool IsValid(ReadOnlySpan<char> address)
    {
        if (address.Length is < 6 or > MaxAddress) return false; // a@b.cc
        int at = address.LastIndexOf('@');
        if (at < 1) return false;
        ReadOnlySpan<char> local = address[..at], domain = address[(at + 1)..];
        return Utf8Length(local) <= MaxLocal && Utf8Length(domain) <= MaxDomain && IsDomain(domain)
            && (local[0] == '"' ? IsQuoted(local) : IsDotAtom(local));
    }

    private static int Utf8Length(ReadOnlySpan<char> text) => Ascii.IsValid(text) ? text.Length : Encoding.UTF8.GetByteCount(text);

    private static bool IsDotAtom(ReadOnlySpan<char> local)
    {
        foreach (Range range in local.Split('.'))
        {
            ReadOnlySpan<char> atom = local[range];
            if (atom.IsEmpty) return false;
            for (int odd = atom.IndexOfAnyExcept(AtomSymbols); odd >= 0;)
            {
                if (!IsLetterBeyondAscii(atom[odd])) return false;
                int next = atom[(odd + 1)..].IndexOfAnyExcept(AtomSymbols);
                odd = next < 0 ? -1 : odd + 1 + next;
            }
        }

        return true;
    }

    private static bool IsQuoted(ReadOnlySpan<char> local)
    {
        if (local.Length < 2 || local[^1] != '"') return false;
        ReadOnlySpan<char> inner = local[1..^1];
        for (int i = 0; i < inner.Length; i++)
        {
            char c = inner[i];
            if (c == '\\')
            {
                if (++i == inner.Length) return false;
                c = inner[i];
            }
            else if (c == '"')
            {
                return false;
            }

            if (c is < ' ' or '\x7f' || (c > '~' && !IsLetterBeyondAscii(c))) return false;
        }

        return true;
    }

    private static bool IsDomain(ReadOnlySpan<char> domain)
    {
        int labels = 0;
        ReadOnlySpan<char> last = default;
        foreach (Range range in domain.Split('.'))
        {
            ReadOnlySpan<char> label = domain[range];
            if (!IsLabel(label)) return false;
            labels++;
            last = label;
        }

        return labels >= 2 && IsTopLevel(last);
    }

    private static bool IsLabel(ReadOnlySpan<char> label)
    {
        if (label.Length is 0 or > MaxLabel || label[0] == '-' || label[^1] == '-') return false;
        for (int i = 0; i < label.Length; i++)
        {
            char c = label[i];
            if (char.IsAsciiLetterOrDigit(c) || c == '-') continue;
            // Full-width forms imitate ASCII; a lone surrogate is no character.
            if (c < '\u00a1' || c is >= '\uff01' and <= '\uff5e') return false;
            if (char.IsSurrogate(c) && !(char.IsHighSurrogate(c) && i + 1 < label.Length && char.IsLowSurrogate(label[++i]))) return false;
            if (c is '\u2028' or '\u2029' || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator) return false;
        }

        return true;
    }

    /// <summary>Two letters or more, or the ASCII form of an internationalised name.</summary>
    private static bool IsTopLevel(ReadOnlySpan<char> label)
    {
        if (label.Length < 2) return false;
        if (label.Length > 3 && label.StartsWith("xn", StringComparison.OrdinalIgnoreCase) && Ascii.IsValid(label)) return true;
        foreach (char c in label)
        {
            if (!char.IsAsciiLetter(c) && (c == '\u00a9' || !IsLetterBeyondAscii(c))) return false;
        }

        return true;
    }

    /// <summary>The Basic Multilingual Plane beyond Latin-1's controls, without private use, presentation gaps and surrogates.</summary>
    private static bool IsLetterBeyondAscii(char c) =>
        c is (>= '\u00a1' and <= '\ud7ff') or (>= '\uf900' and <= '\ufdcf') or (>= '\ufdf0' and <= '\uffef')
        && c is not ('\u2028' or '\u2029');
}
