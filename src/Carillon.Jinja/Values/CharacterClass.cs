using System.Globalization;

namespace Carillon.Jinja.Values;

/// <summary>Classes of code points as Python's <c>str</c> methods and <c>\w</c> have them.</summary>
internal static class CharacterClass
{
    public static bool IsLetter(int point) => PythonText.CategoryOf(point) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
        or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter;

    public static bool IsDecimal(int point) => PythonText.CategoryOf(point) == UnicodeCategory.DecimalDigitNumber;

    public static bool IsDigit(int point) => IsDecimal(point)
        || (point > 0x7f && PythonText.CategoryOf(point) == UnicodeCategory.OtherNumber && CharUnicodeInfo.GetDigitValue(char.ConvertFromUtf32(point), 0) >= 0);

    /// <summary>Characters of Chinese writing that are numbers.</summary>
    private static readonly System.Buffers.SearchValues<char> HanNumerals = System.Buffers.SearchValues.Create(
        "㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零參拾兩零六陸什");

    public static bool IsNumeric(int point)
    {
        if (point < 0x80) return point is >= '0' and <= '9';
        if (point is >= 0x3400 and <= 0xfaff && HanNumerals.Contains((char)point)) return true;
        return point is < 0xd800 or > 0xdfff && CharUnicodeInfo.GetNumericValue(char.ConvertFromUtf32(point), 0) != -1;
    }

    public static bool IsAlphanumeric(int point) =>
        point < 0x80 ? char.IsAsciiLetterOrDigit((char)point) : IsLetter(point) || IsNumeric(point);

    public static bool IsWord(int point) => point == '_' || IsAlphanumeric(point);

    public static bool IsIdentifier(string text)
    {
        if (text.Length == 0) return false;
        for (var i = 0; i < text.Length;)
        {
            var step = PythonText.Step(text, i);
            var point = step == 2 ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i];
            if (!(IsStart(point) || (i > 0 && IsContinuation(point)))) return false;
            i += step;
        }
        return true;
    }

    private static bool IsStart(int point) => point == '_' || IsLetter(point) || PythonText.CategoryOf(point) == UnicodeCategory.LetterNumber;

    private static bool IsContinuation(int point) => point == 0xb7 || PythonText.CategoryOf(point) is UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation;
}
