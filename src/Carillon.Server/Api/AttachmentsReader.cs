using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Server.Api.Json;
using Limits = Carillon.Server.Api.NotificationLimits;

namespace Carillon.Server.Api;

/// <summary>The <c>attachments</c> of a notification, given in base64, or stored before and named by their ids.</summary>
internal static class AttachmentsReader
{
    private const int FileName = 0, ContentType = 1, Content = 2, Id = 3;

    private static readonly FieldNames Fields = new("filename", "content_type", "content", "id");

    public static List<AttachmentRequest>? Read(ref FieldReader reader)
    {
        if (!reader.EnterArray("an array of {filename, content_type, content}")) return null;
        var attachments = new List<AttachmentRequest>();
        var count = 0;
        long bytes = 0;
        while (reader.NextItem(ref count))
        {
            if (count > Limits.Attachments)
            {
                reader.Skip();
                continue;
            }

            if (ReadOne(ref reader) is not { } attachment) continue;
            attachments.Add(attachment);
            bytes += attachment.Content.Length;
        }

        if (count > Limits.Attachments) reader.Fault("too_many", $"These are {count:N0}; at most {Limits.Attachments} are allowed.");
        if (bytes > Limits.AttachmentBytes) reader.Fault("too_long", $"These are {bytes:N0} bytes together; at most {Limits.AttachmentBytes:N0} are allowed.");
        return attachments;
    }

    private static AttachmentRequest? ReadOne(ref FieldReader reader)
    {
        if (!reader.EnterObject(out var outer)) return null;
        Guid? id = null;
        string? name = null;
        string? type = "application/octet-stream";
        byte[]? content = null;
        ulong seen = 0;
        while (reader.NextField(Fields, ref seen, out var field))
        {
            switch (field)
            {
                case FileName: name = ReadFileName(ref reader); break;
                case ContentType: type = ReadContentType(ref reader); break;
                case Content: content = reader.Base64(); break;
                case Id: id = ReadId(ref reader); break;
            }
        }

        if ((seen & (1 << Id)) != 0)
        {
            if (seen != 1 << Id) reader.FaultAt("id", "conflict", "A stored attachment has its name, type and content: give either id, or these.");
        }
        else
        {
            if ((seen & (1 << FileName)) == 0) reader.FaultAt("filename", "required", "Give the name under which the recipient sees it, such as invoice.pdf.");
            if ((seen & (1 << Content)) == 0) reader.FaultAt("content", "required", "Give the attachment's bytes in base64.");
        }

        reader.Leave(outer);
        if (id is { } stored) return AttachmentRequest.Stored(stored);
        return name is null || type is null || content is null ? null : new AttachmentRequest(name, type, content);
    }

    private static Guid? ReadId(ref FieldReader reader)
    {
        if (reader.Text(Limits.IdCharacters, TextRule.Identifier) is not { } text) return null;
        if (PublicId.TryParse(PublicId.Attachment, text, out var id)) return id;
        reader.Fault("invalid", $"This must be the id of a stored attachment, which begins with {PublicId.Attachment}.");
        return null;
    }

    private static string? ReadFileName(ref FieldReader reader)
    {
        if (reader.Text(Limits.FileNameCharacters, TextRule.Identifier) is not { } name) return null;
        if (!name.AsSpan().ContainsAny('/', '\\')) return name;
        reader.Fault("invalid", "This must be a file's name without a path.");
        return null;
    }

    private static string? ReadContentType(ref FieldReader reader)
    {
        if (reader.Text(Limits.WordCharacters, TextRule.Identifier) is not { } type) return null;
        if (Http.MediaType.IsWellFormed(type)) return type;
        reader.Fault("invalid", "This must be a media type, such as application/pdf or text/plain; charset=utf-8.");
        return null;
    }
}
