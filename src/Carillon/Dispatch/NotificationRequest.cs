using System.Text.Json;
using Carillon.Messages;
using Carillon.Quotas;

namespace Carillon.Dispatch;

/// <summary>What a caller asks for, before it is checked. Field names in faults are those of the HTTP API.</summary>
public sealed class NotificationRequest
{
    /// <summary>A known contact. Either this, or <see cref="Recipient"/>.</summary>
    public string? RecipientId { get; set; }

    /// <summary>A contact to make or update (with an id), or bare addresses (without).</summary>
    public RecipientRequest? Recipient { get; set; }

    /// <summary>Null or empty: the channels for which the recipient has an address and there is content.</summary>
    public IReadOnlyList<Channel>? Channels { get; set; }

    public DeliveryMode Delivery { get; set; }

    public TimeSpan? FallbackAfter { get; set; }

    public Until Until { get; set; }

    /// <summary>A template's id or key.</summary>
    public string? TemplateId { get; set; }

    /// <summary>One JSON object in UTF-8; empty for none. Must stay valid until the notification is accepted: the intake copies it.</summary>
    public ReadOnlyMemory<byte> TemplateVariables { get; set; }

    public IReadOnlyList<string>? SecretVariables { get; set; }

    public string? Subject { get; set; }

    public string? Message { get; set; }

    public string? Html { get; set; }

    public ContentSyntax Syntax { get; set; }

    public Dictionary<Channel, MessageContent>? Overrides { get; set; }

    public string? From { get; set; }

    public string? ReplyTo { get; set; }

    public IReadOnlyList<AttachmentRequest>? Attachments { get; set; }

    public Dictionary<string, string>? Headers { get; set; }

    public string? Category { get; set; }

    public Priority Priority { get; set; } = Priority.Normal;

    public OnUnknown? OnUnknown { get; set; }

    public DateTimeOffset? ScheduledAt { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public string? RelatedType { get; set; }

    public string? RelatedId { get; set; }

    public JsonElement? Metadata { get; set; }

    public IReadOnlyList<string>? Tags { get; set; }

    /// <summary>Of this item in a batch, or of a single request.</summary>
    public string? IdempotencyKey { get; set; }

    /// <summary>SHA-256 of the item as it was sent, to be held against a repetition under the same key.</summary>
    public byte[]? RequestHash { get; set; }
}

public enum DeliveryMode : byte
{
    /// <summary>A message on each channel.</summary>
    All = 0,

    /// <summary>One channel after the other, until one succeeds.</summary>
    Fallback = 1,
}

public static class DeliveryModeNames
{
    public static readonly WireNames<DeliveryMode> All = new((DeliveryMode.All, "all"), (DeliveryMode.Fallback, "fallback"));
}

public sealed class RecipientRequest
{
    public string? Id { get; set; }

    public string? Name { get; set; }

    public string? Email { get; set; }

    public string? Phone { get; set; }

    public string? Locale { get; set; }

    public string? TimeZone { get; set; }

    public JsonElement? Attributes { get; set; }

    /// <summary>Addresses of other channels: device tokens, webhook URLs, chat handles.</summary>
    public IReadOnlyList<(Channel Channel, string Identifier)>? Addresses { get; set; }
}

/// <summary>A file that comes with the request, or, with <see cref="StoredId"/>, one that was stored before.</summary>
public sealed record AttachmentRequest(string FileName, string ContentType, ReadOnlyMemory<byte> Content)
{
    /// <summary>Of a stored file, which says everything else; null for one that comes with the request.</summary>
    public Guid? StoredId { get; init; }

    public static AttachmentRequest Stored(Guid id) => new("", "", default) { StoredId = id };
}

/// <summary>One fault of a request.</summary>
/// <param name="Field">Its path, as in <c>recipient.email</c>; empty for the request as a whole.</param>
/// <param name="Code">A stable slug: <c>required</c>, <c>invalid</c>, <c>unknown_field</c>, <c>too_long</c> …</param>
/// <param name="Message">What is wrong and what to do about it.</param>
public readonly record struct FieldFault(string Field, string Code, string Message);

/// <summary>What became of a request to notify.</summary>
public abstract record AcceptResult
{
    private AcceptResult()
    {
    }

    /// <summary>Durably stored: it will be delivered or reach a final state with a reason.</summary>
    public sealed record Accepted(Notification Notification) : AcceptResult;

    /// <summary>The same idempotency key was accepted before; <paramref name="Answer"/> is what was answered then.</summary>
    public sealed record Replayed(ReadOnlyMemory<byte> Answer) : AcceptResult;

    /// <summary>The request is at fault; every fault of it.</summary>
    public sealed record Refused(IReadOnlyList<FieldFault> Faults) : AcceptResult;

    /// <summary>The idempotency key stands for another request.</summary>
    public sealed record KeyReused : AcceptResult;

    /// <summary>A request with the same idempotency key is being accepted at this moment.</summary>
    public sealed record KeyInFlight : AcceptResult;

    /// <summary>It would be one more than the caps of its sender allow; nothing was stored.</summary>
    public sealed record OverQuota(QuotaRefusal Refusal) : AcceptResult;

    /// <summary>The engine cannot take it now; nothing was stored.</summary>
    public sealed record Unavailable(string Message, TimeSpan RetryAfter) : AcceptResult;
}

/// <summary>An idempotency key with the hash of the request that it stands for.</summary>
public readonly record struct IdempotencyKey(string Key, byte[] RequestHash);
