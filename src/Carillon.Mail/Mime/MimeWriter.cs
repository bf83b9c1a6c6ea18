using System.Buffers;

namespace Carillon.Mail;

/// <summary>
/// Writes a message in its wire form (RFC 5322, RFC 2045–2049): CRLF line ends, no line over 998 octets, not dot-stuffed. Text and HTML
/// become an alternative, inline images are related to the HTML, attachments make the whole mixed. The same message with Date and
/// MessageId given is written the same each time. Thread-safe.
/// </summary>
public static class MimeWriter
{
    /// <exception cref="FormatException">
    /// From is missing, or an address needs UTF-8 headers that <see cref="MimeOptions.AllowUtf8Headers"/> does not allow.
    /// </exception>
    public static void Write(MailMessage message, IBufferWriter<byte> output, MimeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(output);
        options ??= MimeOptions.Default;
        using var head = new PooledBuffer();
        MessageHeaders.Write(message, new HeaderWriter(head, options.AllowUtf8Headers), options, out string messageId);
        var body = new BodyWriter(message, options, messageId);
        if (options.DkimSigner is not { } signer)
        {
            int before = head.Length;
            body.WriteTopHeaders(new HeaderWriter(head, options.AllowUtf8Headers));
            head.Append("\r\n"u8);
            output.Write(head.Written.Span);
            body.WriteBody(output);
            return;
        }

        body.WriteTopHeaders(new HeaderWriter(head, options.AllowUtf8Headers));
        using var content = new PooledBuffer();
        body.WriteBody(content);
        signer.WriteSignature(head.Written.Span, content.Written.Span, output, options.Time.GetUtcNow());
        head.Append("\r\n"u8);
        output.Write(head.Written.Span);
        output.Write(content.Written.Span);
    }
}
