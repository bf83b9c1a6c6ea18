using System.Globalization;

namespace Carillon.Mail;

/// <summary>Date and Message-ID (RFC 5322 sections 3.3, 3.6.4).</summary>
internal static class MimeDate
{
    public static void Write(HeaderWriter writer, DateTimeOffset date)
    {
        Span<byte> text = stackalloc byte[64];
        date.TryFormat(text, out int written, "ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture);
        TimeSpan offset = date.Offset;
        text[written++] = (byte)(offset < TimeSpan.Zero ? '-' : '+');
        Two(text, ref written, Math.Abs(offset.Hours));
        Two(text, ref written, Math.Abs(offset.Minutes));
        writer.Begin("Date"u8);
        writer.Token(text[..written]);
        writer.End();
    }

    /// <summary>A time-ordered random id at the sender's domain.</summary>
    public static string NewMessageId(DateTimeOffset now, MailAddress from) =>
        $"<{Guid.CreateVersion7(now):N}@{DomainNames.ToAscii(from.Domain.ToString())}>";

    private static void Two(Span<byte> text, ref int at, int number)
    {
        text[at++] = (byte)('0' + (number / 10));
        text[at++] = (byte)('0' + (number % 10));
    }
}
