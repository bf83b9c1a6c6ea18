using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Alerts;

/// <summary>Makes alerts of drafts and brings them into the store.</summary>
internal sealed class AlertRaiser(IAlertStore store, IdGenerator ids)
{
    /// <returns>Whether it is new.</returns>
    public ValueTask<bool> RaiseAsync(AlertDraft draft, DateTimeOffset now, CancellationToken cancellationToken) => store.RaiseAsync(
        new Alert
        {
            Tenant = draft.Tenant,
            Id = ids.Next(),
            Kind = draft.Kind,
            Severity = draft.Severity,
            Key = draft.Key,
            IsOnce = draft.IsOnce,
            ProviderId = draft.ProviderId,
            Facts = draft.Facts,
            RaisedAt = now,
            SeenAt = now,
        },
        cancellationToken);
}
