using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Carillon.Mail;

/// <summary>
/// The tree of parts, written without being built:
/// <code>
/// mixed
///   alternative
///     text/plain
///     related
///       text/html
///       images
///   attachments
/// </code>
/// Levels with one child are left out.
/// </summary>
internal sealed class BodyWriter
{
    private readonly MailMessage _message;
    private readonly MimeOptions _options;
    private readonly TextEncoding _textEncoding;
    private readonly TextEncoding _htmlEncoding;
    private readonly byte[] _boundary;

    public BodyWriter(MailMessage message, MimeOptions options, string messageId)
    {
        _message = message;
        _options = options;
        if (message.Text is { } text) _textEncoding = TextBody.Choose(text.Span, options.Allow8Bit);
        if (message.Html is { } html) _htmlEncoding = TextBody.Choose(html.Span, options.Allow8Bit);
        _boundary = HasMixed || HasRelated || HasAlternative ? ChooseBoundary(messageId) : [];
    }

    private bool HasMixed => _message.Attachments.Count > 0;

    private bool HasRelated => _message.InlineImages.Count > 0;

    private bool HasAlternative => _message.Text is not null && _message.Html is not null;

    private bool HasText => _message.Text is not null || _message.Html is not null || !HasMixed;

    /// <summary>The Content headers of the whole message.</summary>
    public void WriteTopHeaders(HeaderWriter writer)
    {
        if (HasMixed) WriteMultipart(writer, "multipart/mixed"u8, (byte)'m');
        else WriteContentHeaders(writer);
    }

    public void WriteBody(IBufferWriter<byte> output)
    {
        if (!HasMixed)
        {
            WriteContent(output);
            return;
        }

        if (HasText)
        {
            Open(output, (byte)'m');
            WriteHeaders(output, WriteContentHeaders);
            WriteContent(output);
        }

        foreach (MailAttachment attachment in _message.Attachments)
        {
            Open(output, (byte)'m');
            WriteFile(output, attachment.ContentType, "attachment"u8.ToArray(), attachment.FileName, null, attachment.Content);
        }

        Close(output, (byte)'m');
    }

    private void WriteContentHeaders(HeaderWriter writer)
    {
        if (HasAlternative) WriteMultipart(writer, "multipart/alternative"u8, (byte)'a');
        else WriteLastTextHeaders(writer);
    }

    private void WriteContent(IBufferWriter<byte> output)
    {
        if (!HasAlternative)
        {
            WriteLastText(output);
            return;
        }

        Open(output, (byte)'a');
        WriteHeaders(output, writer => WriteTextHeaders(writer, "text/plain;"u8, _textEncoding));
        TextBody.Write(output, _message.Text!.Value.Span, _textEncoding);
        Open(output, (byte)'a');
        WriteHeaders(output, WriteLastTextHeaders);
        WriteLastText(output);
        Close(output, (byte)'a');
    }

    /// <summary>The HTML, or the text when there is none, with the images it shows.</summary>
    private void WriteLastTextHeaders(HeaderWriter writer)
    {
        if (HasRelated) WriteMultipart(writer, "multipart/related"u8, (byte)'r');
        else WriteOneTextHeaders(writer);
    }

    private void WriteLastText(IBufferWriter<byte> output)
    {
        if (!HasRelated)
        {
            WriteOneText(output);
            return;
        }

        Open(output, (byte)'r');
        WriteHeaders(output, WriteOneTextHeaders);
        WriteOneText(output);
        foreach (InlineImage image in _message.InlineImages)
        {
            Open(output, (byte)'r');
            WriteFile(output, image.ContentType, "inline"u8.ToArray(), image.FileName, image.ContentId, image.Content);
        }

        Close(output, (byte)'r');
    }

    private void WriteOneTextHeaders(HeaderWriter writer)
    {
        if (_message.Html is not null) WriteTextHeaders(writer, "text/html;"u8, _htmlEncoding);
        else WriteTextHeaders(writer, "text/plain;"u8, _textEncoding);
    }

    private void WriteOneText(IBufferWriter<byte> output)
    {
        if (_message.Html is { } html) TextBody.Write(output, html.Span, _htmlEncoding);
        else if (_message.Text is { } text) TextBody.Write(output, text.Span, _textEncoding);
    }

    private static void WriteTextHeaders(HeaderWriter writer, ReadOnlySpan<byte> type, TextEncoding encoding)
    {
        writer.Begin("Content-Type"u8);
        writer.Token(type);
        writer.Token("charset=utf-8"u8);
        writer.End();
        writer.Field("Content-Transfer-Encoding"u8, TextBody.NameOf(encoding));
    }

    private void WriteFile(
        IBufferWriter<byte> output, string type, byte[] disposition, string fileName, string? contentId, PartContent content)
    {
        WriteHeaders(output, writer => PartHeaders.File(writer, type, "base64"u8, disposition, fileName, contentId));
        Base64Lines.Write(output, content);
    }

    private void WriteMultipart(HeaderWriter writer, ReadOnlySpan<byte> type, byte level)
    {
        writer.Begin("Content-Type"u8);
        writer.Token(type);
        writer.Glue(";"u8);
        writer.Token("boundary=\""u8);
        writer.Glue(_boundary);
        writer.Glue([level, (byte)'"']);
        writer.End();
    }

    private void WriteHeaders(IBufferWriter<byte> output, Action<HeaderWriter> write)
    {
        using var head = new PooledBuffer();
        write(new HeaderWriter(head, _options.AllowUtf8Headers));
        head.Append("\r\n"u8);
        output.Write(head.Written.Span);
    }

    // The CRLF before "--" belongs to the boundary, so that a part may end as it likes; ours end with a line end already.
    private void Open(IBufferWriter<byte> output, byte level)
    {
        output.Write("\r\n--"u8);
        output.Write(_boundary);
        output.Write([level, (byte)'\r', (byte)'\n']);
    }

    private void Close(IBufferWriter<byte> output, byte level)
    {
        output.Write("\r\n--"u8);
        output.Write(_boundary);
        output.Write([level, .. "--\r\n"u8]);
    }

    /// <summary>
    /// "=_" can occur neither in quoted-printable nor in base64; only text that goes as it is must be searched. The rest comes from the
    /// message id, so the same message is written the same again.
    /// </summary>
    private byte[] ChooseBoundary(string messageId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(messageId), hash);
        while (true)
        {
            byte[] boundary = Encoding.ASCII.GetBytes("=_" + Convert.ToHexStringLower(hash[..12]));
            if (!Occurs(boundary, _message.Text, _textEncoding) && !Occurs(boundary, _message.Html, _htmlEncoding)) return boundary;
            SHA256.HashData(hash, hash);
        }
    }

    private static bool Occurs(byte[] boundary, ReadOnlyMemory<byte>? text, TextEncoding encoding) =>
        encoding is TextEncoding.SevenBit or TextEncoding.EightBit && text is { } octets && octets.Span.IndexOf(boundary) >= 0;
}
