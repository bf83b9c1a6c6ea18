using System.Security.Cryptography;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>The attachments of a notification, and the bytes of those that came with the request.</summary>
internal readonly record struct BoundAttachments(List<AttachmentReference>? References, List<Blob> Blobs);

/// <summary>Finds the stored files that a request names, and takes in those that it brings.</summary>
internal sealed class AttachmentBinder(IAttachmentStore store)
{
    /// <summary>All files of a notification together.</summary>
    public const long MaxBytes = 25L << 20;

    // Stored files never change, so that what was read once is right for ever.
    private readonly BoundedCache<(TenantId, Guid), StoredAttachment> _known = new(4096);

    public ValueTask<BoundAttachments> BindAsync(
        TenantId tenant, IReadOnlyList<AttachmentRequest>? requests, List<FieldFault> faults, CancellationToken cancellationToken) =>
        requests is not { Count: > 0 } ? new(new BoundAttachments(null, [])) : BindAllAsync(tenant, requests, faults, cancellationToken);

    private async ValueTask<BoundAttachments> BindAllAsync(
        TenantId tenant, IReadOnlyList<AttachmentRequest> requests, List<FieldFault> faults, CancellationToken cancellationToken)
    {
        var references = new List<AttachmentReference>(requests.Count);
        var blobs = new List<Blob>();
        for (var i = 0; i < requests.Count; i++)
        {
            var request = requests[i];
            if (request.StoredId is not { } id)
            {
                var hash = Convert.ToHexStringLower(SHA256.HashData(request.Content.Span));
                blobs.Add(new Blob(hash, request.Content.ToArray()));
                references.Add(new AttachmentReference(request.FileName, request.ContentType, hash, request.Content.Length));
            }
            else if (await FindAsync(tenant, id, cancellationToken) is { } stored)
            {
                references.Add(new AttachmentReference(stored.FileName, stored.ContentType, stored.Hash, stored.Size));
            }
            else
            {
                faults.Add(new($"attachments[{i}].id", "not_found", "There is no stored attachment with this id. POST /v1/attachments stores one."));
            }
        }

        var bytes = references.Sum(r => r.Size);
        if (bytes > MaxBytes) faults.Add(new("attachments", "too_long", $"These are {bytes:N0} bytes together; at most {MaxBytes:N0} are allowed."));
        return new BoundAttachments(references, blobs);
    }

    private async ValueTask<StoredAttachment?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        if (_known.TryGet((tenant, id), out var known)) return known;
        if (await store.GetAsync(tenant, id, cancellationToken) is not { } stored) return null;
        _known.Set((tenant, id), stored);
        return stored;
    }
}
