namespace Carillon.Client;

/// <summary><c>/v1/attachments</c>: files that are stored once and named in many notifications.</summary>
public sealed class AttachmentsClient
{
    private readonly ApiConnection _api;

    internal AttachmentsClient(ApiConnection api) => _api = api;
}

/// <summary>A stored file.</summary>
public sealed record StoredAttachment
{
    public required string Id { get; init; }
}
