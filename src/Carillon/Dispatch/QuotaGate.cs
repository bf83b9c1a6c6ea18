using Carillon.Messages;
using Carillon.Quotas;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>
/// Lets through what the caps of its sender have places for. What was accepted before is answered again whatever the caps say, and counts once.
/// </summary>
internal sealed class QuotaGate(IQueueStore store, AcceptCommit commit)
{
    /// <summary>Commits one notification and ends the turn of its contact.</summary>
    public async ValueTask<AcceptResult> OneAsync(
        TenantId tenant, BuiltNotification built, RecipientQuota? quota, IdempotencyKey? idempotency, Func<Notification, byte[]> writeAnswer,
        CancellationToken cancellationToken)
    {
        if (quota is null) return await commit.OneAsync(tenant, built, idempotency, writeAnswer);
        QuotaPlaces places;
        try
        {
            places = await quota.TakeAsync(1, cancellationToken);
            if (places.Count == 0)
            {
                var result = await RefuseAsync(tenant, places, idempotency, cancellationToken);
                GiveUp(built);
                return result;
            }
        }
        catch
        {
            GiveUp(built);
            throw;
        }

        var used = 0;
        try
        {
            var result = await commit.OneAsync(tenant, built, idempotency, writeAnswer);
            if (result is AcceptResult.Accepted) used = 1;
            return result;
        }
        finally
        {
            places.Use(used);
        }
    }

    /// <summary>What these keys stand for already.</summary>
    public ValueTask<IReadOnlyDictionary<string, IdempotencyRecord>> FindAsync(
        TenantId tenant, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) => store.FindKeysAsync(tenant, keys, cancellationToken);

    private async ValueTask<AcceptResult> RefuseAsync(
        TenantId tenant, QuotaPlaces places, IdempotencyKey? idempotency, CancellationToken cancellationToken)
    {
        if (idempotency is { } key && (await FindAsync(tenant, [key.Key], cancellationToken)).TryGetValue(key.Key, out var existing))
            return AcceptCommit.Repeated(existing, key.RequestHash);
        return new AcceptResult.OverQuota(places.Refusal!);
    }

    private void GiveUp(BuiltNotification built)
    {
        commit.Unreserve(built.Notification!);
        built.Turn?.Dispose();
    }
}
