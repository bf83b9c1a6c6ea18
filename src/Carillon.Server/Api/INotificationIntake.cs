using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Quotas;

namespace Carillon.Server.Api;

/// <summary>The engine's intake as the API uses it: the seam at which tests of HTTP put an intake that answers as they wish.</summary>
internal interface INotificationIntake
{
    ValueTask<AcceptResult> AcceptAsync(
        TenantId tenant, NotificationRequest request, IdempotencyKey? idempotency, Func<Notification, byte[]> writeAnswer, RecipientQuota? quota,
        CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<AcceptResult>> AcceptManyAsync(
        TenantId tenant, IReadOnlyList<NotificationRequest> requests, Guid batchId, bool newBatch, IdempotencyKey? idempotency,
        Func<Notification, byte[]> writeAnswer, RecipientQuota? quota,
        CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<FieldFault>> CheckAsync(TenantId tenant, NotificationRequest request, CancellationToken cancellationToken);
}

internal sealed class EngineIntake(CarillonEngine engine) : INotificationIntake
{
    public ValueTask<AcceptResult> AcceptAsync(
        TenantId tenant, NotificationRequest request, IdempotencyKey? idempotency, Func<Notification, byte[]> writeAnswer, RecipientQuota? quota,
        CancellationToken cancellationToken) =>
        engine.Intake.AcceptAsync(tenant, request, idempotency, writeAnswer, quota, cancellationToken);

    public ValueTask<IReadOnlyList<AcceptResult>> AcceptManyAsync(
        TenantId tenant, IReadOnlyList<NotificationRequest> requests, Guid batchId, bool newBatch, IdempotencyKey? idempotency,
        Func<Notification, byte[]> writeAnswer, RecipientQuota? quota,
        CancellationToken cancellationToken) =>
        engine.Intake.AcceptManyAsync(tenant, requests, batchId, newBatch, idempotency, writeAnswer, quota, cancellationToken);

    public ValueTask<IReadOnlyList<FieldFault>> CheckAsync(TenantId tenant, NotificationRequest request, CancellationToken cancellationToken) =>
        engine.Intake.CheckAsync(tenant, request, cancellationToken);
}
