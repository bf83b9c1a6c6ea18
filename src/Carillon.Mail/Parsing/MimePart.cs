namespace Carillon.Mail.Parsing;

/// <summary>One entity of a mail (RFC 2045): its fields, and either its parts or its body.</summary>
internal sealed class MimePart
{
    private readonly ReadOnlyMemory<char> _body;
    private string? _text;

    public MimePart(HeaderFields fields, MediaType type, ReadOnlyMemory<char> body, IReadOnlyList<MimePart> parts)
    {
        Fields = fields;
        Type = type;
        Parts = parts;
        _body = body;
    }

    public HeaderFields Fields { get; }

    public MediaType Type { get; }

    /// <summary>The parts of a multipart; empty for anything else. What is inside a message/rfc822 is not taken apart.</summary>
    public IReadOnlyList<MimePart> Parts { get; }

    /// <summary>The body with its transfer encoding undone, in its charset.</summary>
    public string Text => _text ??= Charsets.Decode(TransferDecoding.Decode(_body.Span, Fields["Content-Transfer-Encoding"]), Type["charset"]);

    public bool IsAttachment =>
        Fields["Content-Disposition"] is { } disposition && disposition.StartsWith("attachment", StringComparison.OrdinalIgnoreCase);
}
