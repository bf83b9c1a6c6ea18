using System.Globalization;
using System.Text;

namespace Carillon.Jinja.Values;

/// <summary>Upper, lower and title case with the full mappings of Unicode, where one character can become several.</summary>
internal static class TextCase
{
    public static string Upper(string text) => Ascii.IsValid(text) ? text.ToUpperInvariant() : Map(text, UpperOf);

    public static string Lower(string text)
    {
        if (Ascii.IsValid(text)) return text.ToLowerInvariant();
        var result = new StringBuilder(text.Length);
        AppendLower(result, text, 0, text.Length);
        return result.ToString();
    }

    public static string Fold(string text) => Ascii.IsValid(text) ? text.ToLowerInvariant() : Map(text, FoldOf);

    public static string Capitalize(string text)
    {
        if (text.Length == 0) return text;
        var first = PythonText.Step(text, 0);
        var result = new StringBuilder(text.Length).Append(TitleOf(text[..first]));
        AppendLower(result, text, first, text.Length);
        return result.ToString();
    }

    public static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var inWord = false;
        for (var i = 0; i < text.Length;)
        {
            var step = PythonText.Step(text, i);
            if (inWord) AppendLower(result, text, i, i + step);
            else result.Append(TitleOf(text.Substring(i, step)));
            inWord = IsCased(text, i);
            i += step;
        }
        return result.ToString();
    }

    public static string Swap(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var step = PythonText.Step(text, i);
            if (IsUpperAt(text, i)) AppendLower(result, text, i, i + step);
            else if (IsLowerAt(text, i)) result.Append(UpperOf(text.Substring(i, step)));
            else result.Append(text, i, step);
            i += step;
        }
        return result.ToString();
    }

    public static bool IsUpper(string text) => AllCased(text, static (t, i) => IsUpperAt(t, i));

    public static bool IsLower(string text) => AllCased(text, static (t, i) => IsLowerAt(t, i));

    private static bool AllCased(string text, Func<string, int, bool> holds)
    {
        var any = false;
        for (var i = 0; i < text.Length; i += PythonText.Step(text, i))
        {
            if (!IsCased(text, i)) continue;
            if (!holds(text, i)) return false;
            any = true;
        }
        return any;
    }

    public static bool IsTitle(string text)
    {
        var inWord = false;
        var any = false;
        for (var i = 0; i < text.Length; i += PythonText.Step(text, i))
        {
            if (IsUpperAt(text, i) || CategoryAt(text, i) == UnicodeCategory.TitlecaseLetter)
            {
                if (inWord) return false;
                inWord = any = true;
            }
            else if (IsLowerAt(text, i))
            {
                if (!inWord) return false;
                any = true;
            }
            else
            {
                inWord = false;
            }
        }
        return any;
    }

    private static string Map(string text, Func<string, string> map)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var step = PythonText.Step(text, i);
            result.Append(map(text.Substring(i, step)));
            i += step;
        }
        return result.ToString();
    }

    private static void AppendLower(StringBuilder result, string text, int from, int to)
    {
        for (var i = from; i < to;)
        {
            var step = PythonText.Step(text, i);
            if (text[i] == 'Σ') result.Append(IsFinalSigma(text, i) ? 'ς' : 'σ');
            else result.Append(CaseTable.Lower.GetValueOrDefault(text.Substring(i, step)) ?? text.Substring(i, step).ToLowerInvariant());
            i += step;
        }
    }

    // A sigma is final where a cased letter is before it and none behind it, marks and points between not counted.
    private static bool IsFinalSigma(string text, int index)
    {
        var before = index - 1;
        while (before >= 0 && IsIgnorable(text[before])) before--;
        if (before < 0 || !IsCased(text, before)) return false;
        var after = index + 1;
        while (after < text.Length && IsIgnorable(text[after])) after++;
        return after >= text.Length || !IsCased(text, after);
    }

    private static bool IsIgnorable(char c) => c is '\'' or '.' or ':' or '^' or '`' or '\u00b7' or '\u2019'
        || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    private static string UpperOf(string character) => CaseTable.Upper.GetValueOrDefault(character) ?? character.ToUpperInvariant();

    private static string TitleOf(string character) => CaseTable.Title.GetValueOrDefault(character) ?? UpperOf(character);

    private static string FoldOf(string character) => CaseTable.Fold.GetValueOrDefault(character) ?? CaseTable.Lower.GetValueOrDefault(character) ?? character.ToLowerInvariant();

    private static UnicodeCategory CategoryAt(string text, int index) => CharUnicodeInfo.GetUnicodeCategory(text, index);

    private static bool IsUpperAt(string text, int index) => CategoryAt(text, index) == UnicodeCategory.UppercaseLetter || IsOtherUpper(PointAt(text, index));

    private static bool IsLowerAt(string text, int index) => CategoryAt(text, index) == UnicodeCategory.LowercaseLetter || IsOtherLower(PointAt(text, index));

    private static int PointAt(string text, int index) => PythonText.Step(text, index) == 2 ? char.ConvertToUtf32(text[index], text[index + 1]) : text[index];

    // Other_Uppercase of Unicode: Roman numerals and letters in circles and squares.
    private static bool IsOtherUpper(int point) => point is (>= 0x2160 and <= 0x216f) or (>= 0x24b6 and <= 0x24cf)
        or (>= 0x1f130 and <= 0x1f149) or (>= 0x1f150 and <= 0x1f169) or (>= 0x1f170 and <= 0x1f189);

    // Other_Lowercase of Unicode: the same, and letters that modify others.
    private static bool IsOtherLower(int point) => point is 0xaa or 0xba or (>= 0x2b0 and <= 0x2b8) or 0x2c0 or 0x2c1 or (>= 0x2e0 and <= 0x2e4) or 0x345 or 0x37a
        or (>= 0x1d2c and <= 0x1d6a) or 0x1d78 or (>= 0x1d9b and <= 0x1dbf) or 0x2071 or 0x207f or (>= 0x2090 and <= 0x209c)
        or (>= 0x2170 and <= 0x217f) or (>= 0x24d0 and <= 0x24e9) or 0x2c7c or 0x2c7d or 0xa69c or 0xa69d or 0xa770 or 0xa7f8 or 0xa7f9
        or (>= 0xab5c and <= 0xab5f) or 0x10780 or (>= 0x10783 and <= 0x10785) or (>= 0x10787 and <= 0x107b0) or (>= 0x107b2 and <= 0x107ba);

    private static bool IsCased(string text, int index) =>
        IsUpperAt(text, index) || IsLowerAt(text, index) || CategoryAt(text, index) == UnicodeCategory.TitlecaseLetter;
}
