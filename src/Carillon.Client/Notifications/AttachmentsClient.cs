namespace Carillon.Client;

/// <summary><c>/v1/attachments</c>: files that are stored once and named in many notifications.</summary>
public sealed class AttachmentsClient
{
    private const string Path = "v1/attachments";

    private readonly ApiConnection _api;

    internal AttachmentsClient(ApiConnection api) => _api = api;

    /// <summary>Stores a file of up to 25 MB. The same file under the same name and type has the same id, however often it is sent.</summary>
    public Task<StoredAttachment> CreateAsync(
        string filename, string contentType, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, new QueryText(Path).Add("filename", filename).ToString()) { Body = content, ContentType = contentType },
            CarillonJson.Default.StoredAttachment, cancellationToken);

    public Task<StoredAttachment> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"{Path}/{QueryText.Segment(id)}", CarillonJson.Default.StoredAttachment, cancellationToken);

    /// <summary>Its bytes.</summary>
    public Task<byte[]> GetContentAsync(string id, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"{Path}/{QueryText.Segment(id)}/content", static (content, token) => content.ReadAsByteArrayAsync(token), cancellationToken);
}

/// <summary>A stored file; its id stands for it in <see cref="Attachment"/>.</summary>
public sealed record StoredAttachment
{
    public required string Id { get; init; }

    public required string Filename { get; init; }

    public required string ContentType { get; init; }

    public long Size { get; init; }

    public string? Sha256 { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
