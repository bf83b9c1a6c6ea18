using Carillon.Messages;

namespace Carillon.Storage;

/// <summary>Files that were stored to be named in notifications. Their bytes are blobs, stored once for each tenant; see <see cref="IMessageLog.GetBlobAsync"/>.</summary>
public interface IAttachmentStore
{
    /// <summary>
    /// Stores a file with its bytes. The same bytes under the same name and type are one file: what is returned is the one that is there
    /// already, where there is one.
    /// </summary>
    ValueTask<StoredAttachment> AddAsync(StoredAttachment attachment, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default);

    ValueTask<StoredAttachment?> GetAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default);
}

/// <summary>A stored file without its bytes. Never changes.</summary>
/// <param name="Hash">SHA-256 of the bytes, in hexadecimal.</param>
public sealed record StoredAttachment(
    TenantId Tenant, Guid Id, string FileName, string ContentType, string Hash, long Size, DateTimeOffset CreatedAt);
