using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Carillon.Contacts.Phone;

/// <summary>What people write around the digits of a number: signs, letters, extensions.</summary>
internal static partial class PhoneText
{
    /// <summary>Longer texts are not read at all.</summary>
    public const int MaxLength = 250;

    private static readonly SearchValues<char> Separators = SearchValues.Create(
        "-xX\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d\uff0e\uff0f \u00a0\u00ad\u200b\u2060\u3000()\uff08\uff09\uff3b\uff3d.[]/~\u2053\u223c\uff5e*");

    /// <summary>The part that may be a number: from its first plus or digit to its last letter, digit or #; a second number is cut off.</summary>
    public static string Extract(string text)
    {
        var start = 0;
        while (start < text.Length && !IsPlus(text[start]) && !char.IsDigit(text[start])) start++;
        var end = text.Length;
        while (end > start && !char.IsDigit(text[end - 1]) && !char.IsAsciiLetter(text[end - 1]) && text[end - 1] != '#') end--;
        var part = text[start..end];
        var second = SecondNumber.Match(part);
        return second.Success ? part[..second.Index] : part;
    }

    /// <summary>
    /// Two digits alone; or plus signs, three digits or more with separators among them, then letters too, and perhaps an extension.
    /// </summary>
    public static bool IsViable(string text)
    {
        if (text.Length == 2) return char.IsDigit(text[0]) && char.IsDigit(text[1]);
        var at = 0;
        while (at < text.Length && IsPlus(text[at])) at++;
        for (var digits = 0; digits < 3; at++)
        {
            if (at == text.Length) return false;
            if (char.IsDigit(text[at])) digits++;
            else if (!Separators.Contains(text[at])) return false;
        }

        var rest = at;
        while (rest < text.Length && (Separators.Contains(text[rest]) || char.IsDigit(text[rest]) || char.IsAsciiLetter(text[rest]))) rest++;
        if (rest == text.Length) return true;
        var extension = ExtensionAtEnd.Match(text, at);
        return extension.Success && extension.Index <= rest;
    }

    /// <summary>The digits of the extension at its end, and where it begins; null where there is none.</summary>
    public static string? FindExtension(string text, out int start)
    {
        start = text.Length;
        if (text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0) return null;
        var match = ExtensionAtEnd.Match(text);
        start = match.Success ? match.Index : text.Length;
        return match.Success && IsViable(text[..match.Index]) ? Digits(match.Groups["digits"].Value) : null;
    }

    /// <summary>The digits alone; letters become those of their keys (ITU E.161) where there are three of them or more.</summary>
    public static string Normalize(string text) => text.AsSpan().Count(IsLetter) >= 3 ? Keys(text) : Digits(text);

    public static bool IsPlus(char c) => c is '+' or '\uff0b';

    private static string Digits(string text)
    {
        var digits = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsDigit(c)) digits.Append((char)('0' + CharUnicodeInfo.GetDecimalDigitValue(c)));
        }

        return digits.ToString();
    }

    private static string Keys(string text)
    {
        //                   ABCDEFGHIJKLMNOPQRSTUVWXYZ
        const string keys = "22233344455566677778889999";
        var digits = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsDigit(c)) digits.Append((char)('0' + CharUnicodeInfo.GetDecimalDigitValue(c)));
            else if (char.IsAsciiLetter(c)) digits.Append(keys[(c | 0x20) - 'a']);
        }

        return digits.ToString();
    }

    private static int Count(this ReadOnlySpan<char> text, Func<char, bool> isOne)
    {
        var count = 0;
        foreach (var c in text) count += isOne(c) ? 1 : 0;
        return count;
    }

    private static bool IsLetter(char c) => char.IsAsciiLetter(c);

    // "12 34 / x 56": the x begins the extension of a second way to write the number.
    [GeneratedRegex(@"[\\/] *x", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SecondNumber { get; }

    // The ways to write an extension, the plainer the word the fewer the digits that are believed:
    // RFC 3966; ext, extn, extensión, доб, anexo in words; x, #, ~, int; "- 123#"; the pauses of diallers: ,, ; and single commas.
    [GeneratedRegex(
        """
        (?:
          ;ext=(?<digits>\d{1,20})
        | [\ \u00a0\t,]*(?:e?xt(?:ensi(?:o\u0301?|\u00f3))?n?|\uff45?\uff58\uff54\uff4e?|\u0434\u043e\u0431|anexo)[:.\uff0e]?[\ \u00a0\t,-]*(?<digits>\d{1,20})\#?
        | [\ \u00a0\t,]*(?:[x\uff58\#\uff03~\uff5e]|int|\uff49\uff4e\uff54)[:.\uff0e]?[\ \u00a0\t,-]*(?<digits>\d{1,9})\#?
        | [-\ ]+(?<digits>\d{1,6})\#
        | [\ \u00a0\t]*(?:,{2}|;)[:.\uff0e]?[\ \u00a0\t,-]*(?<digits>\d{1,15})\#?
        | [\ \u00a0\t]*,+[:.\uff0e]?[\ \u00a0\t,-]*(?<digits>\d{1,9})\#?
        )\z
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ExtensionAtEnd { get; }
}
