using System.Buffers;
using System.Text;

namespace Carillon.Mail.Tests.Mime;

/// <summary>Writes a message and looks at the octets.</summary>
internal static class MimeText
{
    public static string Write(MailMessage message, MimeOptions? options = null)
    {
        var output = new ArrayBufferWriter<byte>();
        MimeWriter.Write(message, output, options);
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }

    public static MailMessage Message() => new()
    {
        From = new MailAddress("a@example.com"),
        To = [new MailAddress("b@example.org")],
        Subject = "Hello",
        Date = new DateTimeOffset(2026, 5, 1, 9, 30, 0, TimeSpan.FromMinutes(-210)),
        MessageId = "1@example.com",
    };

    public static string Head(string message) => message[..message.IndexOf("\r\n\r\n", StringComparison.Ordinal)];

    public static string Body(string message) => message[(message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    /// <summary>The names of the header fields, in order.</summary>
    public static string[] Names(string message) =>
        [.. Head(message).Split("\r\n").Where(l => l[0] is not (' ' or '\t')).Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)])];
}
