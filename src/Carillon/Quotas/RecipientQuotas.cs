using System.Collections.Concurrent;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Storage;

namespace Carillon.Quotas;

/// <summary>
/// Counts the recipients that API keys and tenants address: accepted notifications. Minutes are counted in memory, on each node for
/// itself, and begin anew with it; days in the store, for all nodes. What no cap holds for costs nothing. Thread-safe.
/// </summary>
public sealed class RecipientQuotas : IAsyncDisposable
{
    private readonly ILimitStore _store;
    private readonly CarillonOptions _options;
    private readonly TimeProvider _time;

    // Some 400 bytes for each key with a cap that has sent since the start. None is ever forgotten: whoever holds it may count in it.
    private readonly ConcurrentDictionary<(QuotaOwner, Guid), MinuteWindow> _minutes = new();
    private readonly ConcurrentDictionary<Guid, DayWindow> _days = new();

    internal RecipientQuotas(ILimitStore store, CarillonOptions options, TimeProvider time) => (_store, _options, _time) = (store, options, time);

    /// <summary>The cap for new keys; null where there is none.</summary>
    public int? NewKeyCap => _options.NewKeyRecipientsPerMinute;

    /// <summary>Until when a key goes by the cap for new keys; null when it does not.</summary>
    public DateTimeOffset? NewUntil(ApiKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!key.IsHeld || NewKeyCap is null) return null;
        var until = key.CreatedAt + _options.NewKeyAge;
        return _time.GetUtcNow() < until ? until : null;
    }

    /// <summary>The caps for what a key sends now; null when there are none.</summary>
    /// <param name="ofTenant">Of all of its tenant's keys together.</param>
    public RecipientQuota? For(ApiKey key, RecipientLimits ofTenant)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(ofTenant);
        if (key.Limits.IsNone && ofTenant.IsNone && !key.IsHeld) return null;
        var caps = new List<Cap>(5);
        var tenant = IdOf(key.Tenant);
        // Those in memory come first: what they do not give is not asked of the store.
        if (key.Limits.PerMinute is { } perKey) caps.Add(new Cap(QuotaOwner.Key, perKey, MinuteOf(QuotaOwner.Key, key.Id), null));
        if (NewUntil(key) is not null) caps.Add(new Cap(QuotaOwner.NewKeys, NewKeyCap!.Value, MinuteOf(QuotaOwner.NewKeys, tenant), null));
        if (ofTenant.PerMinute is { } perTenant) caps.Add(new Cap(QuotaOwner.Tenant, perTenant, MinuteOf(QuotaOwner.Tenant, tenant), null));
        if (key.Limits.PerDay is { } perKeyDay) caps.Add(new Cap(QuotaOwner.Key, perKeyDay, null, DayOf(key.Id)));
        if (ofTenant.PerDay is { } perTenantDay) caps.Add(new Cap(QuotaOwner.Tenant, perTenantDay, null, DayOf(tenant)));
        return caps.Count == 0 ? null : new RecipientQuota(caps);
    }

    /// <summary>Gives back to the store what was reserved and not used.</summary>
    public async ValueTask DisposeAsync()
    {
        var rest = _days.Values.Select(d => d.Leave()).OfType<LimitRequest>().ToList();
        try
        {
            if (rest.Count > 0) await _store.ReserveAsync(rest);
        }
        catch (StorageUnavailableException)
        {
            // It counts as used.
        }
    }

    /// <summary>Under which a tenant is counted: no UUIDv7 of a key has a time of 0.</summary>
    private static Guid IdOf(TenantId tenant) => new(0, 0, 0x7000, 0x81, 0, 0, 0, (byte)(tenant.Value >> 24), (byte)(tenant.Value >> 16), (byte)(tenant.Value >> 8), (byte)tenant.Value);

    private MinuteWindow MinuteOf(QuotaOwner owner, Guid id) =>
        _minutes.GetOrAdd((owner, id), static (_, time) => new MinuteWindow(time), _time);

    private DayWindow DayOf(Guid id) => _days.GetOrAdd(id, static (key, quotas) => new DayWindow(key, quotas._store, quotas._time), this);
}
