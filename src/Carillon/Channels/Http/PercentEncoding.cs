using System.Buffers;
using System.Text;

namespace Carillon.Channels.Http;

/// <summary>
/// Percent-encoding of UTF-8 (RFC 3986): all but letters, digits and <c>-._~</c>. A space is <c>%20</c>, which queries and forms both
/// understand; a plus is not everywhere a space.
/// </summary>
internal static class PercentEncoding
{
    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8);

    public static void Write(IBufferWriter<byte> target, string text)
    {
        const int most = 256;
        Span<byte> bytes = stackalloc byte[most];
        if (Encoding.UTF8.TryGetBytes(text, bytes, out var written)) Write(target, bytes[..written]);
        else Write(target, Encoding.UTF8.GetBytes(text));
    }

    /// <param name="utf8">Bytes that are no valid UTF-8 are encoded as they are.</param>
    public static void Write(IBufferWriter<byte> target, ReadOnlySpan<byte> utf8)
    {
        while (utf8.Length > 0)
        {
            var plain = utf8.IndexOfAnyExcept(Unreserved);
            if (plain < 0) plain = utf8.Length;
            if (plain > 0)
            {
                target.Write(utf8[..plain]);
                utf8 = utf8[plain..];
                continue;
            }

            var span = target.GetSpan(3);
            span[0] = (byte)'%';
            span[1] = Digit(utf8[0] >> 4);
            span[2] = Digit(utf8[0] & 15);
            target.Advance(3);
            utf8 = utf8[1..];
        }
    }

    /// <summary>Appends <c>name=value</c>, behind <c>&amp;</c> unless it is the first.</summary>
    /// <param name="value">UTF-8.</param>
    public static void WriteField(IBufferWriter<byte> target, bool isFirst, string name, ReadOnlySpan<byte> value)
    {
        if (!isFirst) target.Write("&"u8);
        Write(target, name);
        target.Write("="u8);
        Write(target, value);
    }

    private static byte Digit(int value) => (byte)(value < 10 ? '0' + value : 'A' + value - 10);
}
