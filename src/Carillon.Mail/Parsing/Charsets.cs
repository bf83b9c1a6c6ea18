using System.Text;

namespace Carillon.Mail.Parsing;

/// <summary>Octets to text by a declared charset, or by the look of them where none is declared or the name is unknown.</summary>
internal static class Charsets
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Decode(byte[] octets, string? charset)
    {
        if (LooksLikeIso2022(octets)) charset = "iso-2022-jp";
        Encoding? encoding = Find(charset);
        return encoding is null ? Guess(octets) : encoding.GetString(octets);
    }

    private static Encoding? Find(string? charset)
    {
        string name = charset?.Trim().Trim('"', '\'').ToLowerInvariant() ?? "";
        // us-ascii with eighth bits set is someone's mistake for UTF-8 or Latin-1; UTF-7 is refused by the runtime and nearly ASCII.
        if (name.Length is 0 or > 40 || name is "us-ascii" or "ascii" or "utf-8" or "utf8" || name.Contains("utf-7", StringComparison.Ordinal))
            return null;
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string Guess(byte[] octets)
    {
        try
        {
            return StrictUtf8.GetString(octets);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(octets);
        }
    }

    // ESC $ B, ESC $ @ or ESC ( J: the shifts of ISO-2022-JP, which is often sent with another label or none.
    private static bool LooksLikeIso2022(byte[] octets)
    {
        ReadOnlySpan<byte> span = octets;
        return span.IndexOf("\x1b$B"u8) >= 0 || span.IndexOf("\x1b$@"u8) >= 0;
    }
}
