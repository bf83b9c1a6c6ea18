namespace Carillon.Channels.Email;

/// <summary>Columns that text takes in a terminal or a mail program with a fixed font: ideographs, Kana, Hangul and most emoji take two.</summary>
internal static class TextWidth
{
    public static int Of(ReadOnlySpan<char> text)
    {
        int width = 0;
        foreach (System.Text.Rune rune in text.EnumerateRunes()) width += Of(rune);
        return width;
    }

    public static int Of(System.Text.Rune rune) => rune.Value switch
    {
        0x200D or (>= 0xFE00 and <= 0xFE0F) or (>= 0x300 and <= 0x36F) => 0,
        (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) => 2,
        (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF01 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) => 2,
        (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD) => 2,
        _ => 1,
    };

    /// <summary>Whether a line may end after this character without a blank: scripts that write without them.</summary>
    public static bool MayBreakAfter(char c) => c is (>= '\u2E80' and <= '\uA4CF') or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF01' and <= '\uFF60');

    /// <summary>Whether a line must not begin with this character.</summary>
    public static bool MayNotBegin(char c) => "、。，．・：；？！」』）】〕〉》”’ーっゃゅょッャュョ々".Contains(c);
}
