using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon;

/// <summary>
/// Sends through the engine of the same process. Thread-safe. What cannot be sent is thrown, so that nobody loses a message by not looking at
/// a result; <see cref="CarillonEngine.Intake"/> has the same with outcomes as values.
/// </summary>
public sealed class Notifier(CarillonEngine engine)
{
    private static readonly JsonSerializerOptions HashedForm = new() { IncludeFields = true };

    /// <summary>Whose messages they are: the installation's, unless <see cref="For"/> said otherwise.</summary>
    public TenantId Tenant { get; private init; } = TenantId.Installation;

    /// <summary>The same for a tenant.</summary>
    public Notifier For(TenantId tenant) => new(engine) { Tenant = tenant };

    /// <summary>
    /// Sends a notification. It returns once it is durably stored: from then on it is delivered, or reaches a final state with a reason.
    /// With <see cref="NotificationRequest.IdempotencyKey"/> a repetition within 24 hours answers with the id of the first and does nothing more.
    /// </summary>
    /// <returns>The notification's id.</returns>
    /// <exception cref="NotificationRefusedException">The request is at fault; it says how.</exception>
    /// <exception cref="StorageUnavailableException">Nothing was stored; it may be sent again a little later.</exception>
    public async Task<Guid> SendAsync(NotificationRequest request, CancellationToken cancellationToken = default)
    {
        IdempotencyKey? idempotency = request.IdempotencyKey is { } key
            ? new IdempotencyKey(key, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, HashedForm)))
            : null;
        return await engine.Intake.AcceptAsync(Tenant, request, idempotency, IdOf, cancellationToken) switch
        {
            AcceptResult.Accepted accepted => accepted.Notification.Id,
            AcceptResult.Replayed replayed => Guid.Parse(replayed.Answer.Span),
            AcceptResult.Refused refused => throw new NotificationRefusedException(refused.Faults),
            AcceptResult.KeyReused => throw new NotificationRefusedException(
                [new FieldFault("idempotency_key", "conflict", "This key stands for another notification: a new one needs a new key.")]),
            AcceptResult.KeyInFlight => throw new StorageUnavailableException("A notification with this idempotency key is being stored at this moment."),
            AcceptResult.Unavailable unavailable => throw new StorageUnavailableException(unavailable.Message),
            var other => throw new InvalidOperationException($"The engine answered {other}."),
        };
    }

    /// <summary>What became of a notification and its messages; null when there is none with this id.</summary>
    public ValueTask<StoredNotification?> GetAsync(Guid id, CancellationToken cancellationToken = default) =>
        engine.Storage.Log.GetNotificationAsync(Tenant, id, cancellationToken);

    /// <summary>Cancels what has not been sent; what became of each message. Empty when there is no notification with this id.</summary>
    public ValueTask<IReadOnlyList<CancelledMessage>> CancelAsync(Guid id, CancellationToken cancellationToken = default) =>
        engine.CancelAsync(Tenant, id, cancellationToken);

    private static byte[] IdOf(Notification notification) => Encoding.ASCII.GetBytes(notification.Id.ToString());
}

/// <summary>The notification is at fault; sent again as it is, it would be refused again.</summary>
public sealed class NotificationRefusedException(IReadOnlyList<FieldFault> faults)
    : Exception(string.Join(' ', faults.Select(f => f.Field.Length == 0 ? f.Message : $"{f.Field}: {f.Message}")))
{
    /// <summary>Every fault, by the field names of the HTTP API.</summary>
    public IReadOnlyList<FieldFault> Faults { get; } = faults;
}
