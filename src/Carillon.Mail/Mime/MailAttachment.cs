using System.Net.Mime;

namespace Carillon.Mail;

/// <summary>A file that goes with the message. Its content is opened when the message is written, and read piece by piece.</summary>
public sealed class MailAttachment
{
    private readonly PartContent _content;

    /// <param name="fileName">Any script, at most 255 characters; control characters are refused.</param>
    /// <param name="contentType">Such as <c>application/pdf</c>; parameters may follow.</param>
    /// <param name="content">Not copied.</param>
    /// <exception cref="FormatException">The name or type cannot be written.</exception>
    public MailAttachment(string fileName, string contentType, ReadOnlyMemory<byte> content)
        : this(fileName, contentType, new PartContent(content, null))
    {
    }

    /// <param name="fileName">Any script, at most 255 characters; control characters are refused.</param>
    /// <param name="contentType">Such as <c>application/pdf</c>; parameters may follow.</param>
    /// <param name="open">Gives a new stream each time; the writer disposes it.</param>
    /// <exception cref="FormatException">The name or type cannot be written.</exception>
    public MailAttachment(string fileName, string contentType, Func<Stream> open)
        : this(fileName, contentType, new PartContent(default, open))
    {
    }

    private MailAttachment(string fileName, string contentType, PartContent content)
    {
        FileName = PartContent.CheckFileName(fileName);
        ContentType = PartContent.CheckType(contentType);
        _content = content;
    }

    public string FileName { get; }

    public string ContentType { get; }

    internal PartContent Content => _content;
}

/// <summary>An image that the HTML shows by <c>cid:</c> (RFC 2392).</summary>
public sealed class InlineImage
{
    /// <param name="contentId">As in the HTML's <c>cid:</c> URI, without brackets: <c>left@right</c> is customary.</param>
    /// <param name="fileName">Any script, at most 255 characters; control characters are refused.</param>
    /// <param name="contentType">Such as <c>image/png</c>.</param>
    /// <param name="content">Not copied.</param>
    /// <exception cref="FormatException">An id, name or type cannot be written.</exception>
    public InlineImage(string contentId, string fileName, string contentType, ReadOnlyMemory<byte> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(contentId);
        if (contentId.Length > 200 || contentId.AsSpan().ContainsAnyExceptInRange('!', '~') || contentId.AsSpan().ContainsAny('<', '>', '"'))
            throw new FormatException("A content id is printable ASCII without brackets.");
        ContentId = contentId;
        FileName = PartContent.CheckFileName(fileName);
        ContentType = PartContent.CheckType(contentType);
        Content = new PartContent(content, null);
    }

    public string ContentId { get; }

    public string FileName { get; }

    public string ContentType { get; }

    internal PartContent Content { get; }
}

/// <summary>Where the octets of a part come from: memory, or a stream opened when they are wanted.</summary>
internal readonly record struct PartContent(ReadOnlyMemory<byte> Memory, Func<Stream>? Open)
{
    public static string CheckFileName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > 255 || MailAddress.HasControls(name))
            throw new FormatException("A file name has at most 255 characters and no control characters.");
        return name;
    }

    public static string CheckType(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (type.Length > 200 || type.AsSpan().ContainsAnyExceptInRange(' ', '~')) throw new FormatException("Not a content type.");
        try
        {
            // The framework's own parser; what it reads is printed anew, so nothing odd passes through.
            var parsed = new ContentType(type);
            if (parsed.MediaType.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
                throw new FormatException("A part with content is not multipart.");
            return type;
        }
        catch (ArgumentException e)
        {
            throw new FormatException("Not a content type.", e);
        }
    }
}
