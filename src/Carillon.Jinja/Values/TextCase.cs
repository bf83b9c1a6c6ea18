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

    private static string FoldOf(string character) => CaseTable.Fold.GetValueOrDefault(character) ?? character.ToLowerInvariant();

    private static UnicodeCategory CategoryAt(string text, int index) => CharUnicodeInfo.GetUnicodeCategory(text, index);

    private static bool IsUpperAt(string text, int index) => CategoryAt(text, index) == UnicodeCategory.UppercaseLetter || IsOther(text[index], upper: true);

    private static bool IsLowerAt(string text, int index) => CategoryAt(text, index) == UnicodeCategory.LowercaseLetter || IsOther(text[index], upper: false);

    // Other_Uppercase and Other_Lowercase of Unicode.
    private static bool IsOther(char c, bool upper) => upper
        ? c is >= '\u2160' and <= '\u216f' or >= '\u24b6' and <= '\u24cf'
        : c is '\u00aa' or '\u00ba' or >= '\u02b0' and <= '\u02b8' or '\u02c0' or '\u02c1' or >= '\u02e0' and <= '\u02e4' or '\u0345' or '\u037a'
            or >= '\u1d2c' and <= '\u1d6a' or '\u1d78' or >= '\u1d9b' and <= '\u1dbf' or '\u2071' or '\u207f' or >= '\u2090' and <= '\u209c'
            or >= '\u2170' and <= '\u217f' or >= '\u24d0' and <= '\u24e9';

    private static bool IsCased(string text, int index) =>
        IsUpperAt(text, index) || IsLowerAt(text, index) || CategoryAt(text, index) == UnicodeCategory.TitlecaseLetter;
}
