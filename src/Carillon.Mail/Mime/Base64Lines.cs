using System.Buffers;
using System.Buffers.Text;

namespace Carillon.Mail;

/// <summary>Base64 in lines of 76 octets (RFC 2045 section 6.8).</summary>
internal static class Base64Lines
{
    private const int LineOctets = 57;
    private const int StreamOctets = LineOctets * 256;

    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            ReadOnlySpan<byte> line = octets[..Math.Min(LineOctets, octets.Length)];
            Span<byte> target = output.GetSpan(78);
            Base64.EncodeToUtf8(line, target, out _, out int written);
            target[written] = (byte)'\r';
            target[written + 1] = (byte)'\n';
            output.Advance(written + 2);
            octets = octets[line.Length..];
        }
    }

    public static void Write(IBufferWriter<byte> output, PartContent content)
    {
        if (content.Open is null)
        {
            Write(output, content.Memory.Span);
            return;
        }

        using Stream stream = content.Open();
        byte[] piece = ArrayPool<byte>.Shared.Rent(StreamOctets);
        try
        {
            int count;
            do
            {
                count = stream.ReadAtLeast(piece.AsSpan(0, StreamOctets), StreamOctets, throwOnEndOfStream: false);
                Write(output, piece.AsSpan(0, count));
            }
            while (count == StreamOctets);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
