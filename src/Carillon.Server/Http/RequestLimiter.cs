using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Http;

/// <summary>
/// Holds requests to the limits of their tenant, on this node: by buckets in memory, which a restart fills. Limits are read when a tenant's
/// first request comes, and again while it sends, every <see cref="Lifetime"/>, so that a change counts within that on every node. What it
/// costs a tenant without limits is a look into a dictionary. Thread-safe.
/// </summary>
internal sealed class RequestLimiter(RequestLimitStore store, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);

    public const string Policy = "RateLimit-Policy";
    public const string State = "RateLimit";

    /// <summary>Keys of one tenant that are counted apart; when there are more, all begin anew.</summary>
    private const int MaxKeys = 4096;

    private readonly ConcurrentDictionary<int, Entry> _tenants = new();

    /// <summary>The problem of a request that is over a limit; null lets it through. Tells the caller in headers where a limit stands.</summary>
    public ValueTask<Problem?> CheckAsync(HttpContext context, ApiKey key) =>
        _tenants.TryGetValue(key.Tenant.Value, out var entry) && entry.IsFresh(time) ? new(Check(context, key, entry)) : ReadAsync(context, key, entry);

    /// <summary>How many recipients all keys of a tenant may address, as it was known when its last request was checked.</summary>
    public RecipientLimits RecipientsOf(TenantId tenant) =>
        _tenants.TryGetValue(tenant.Value, out var entry) ? entry.Limits.Recipients : RecipientLimits.None;

    /// <summary>The limits of a tenant were changed on this node: they count from the next request on.</summary>
    public void Forget(TenantId tenant) => _tenants.TryRemove(tenant.Value, out _);

    private async ValueTask<Problem?> ReadAsync(HttpContext context, ApiKey key, Entry? known)
    {
        // One request reads; the others go by what is known meanwhile.
        if (known is not null && !known.TryBeginRead(time)) return Check(context, key, known);
        RequestLimits limits;
        try
        {
            limits = await store.GetAsync(key.Tenant, context.RequestAborted);
        }
        catch (Storage.StorageUnavailableException) when (known is not null)
        {
            limits = known.Limits;
        }

        // Buckets go on as they stand where the limits did not change.
        var entry = known is not null && known.Limits == limits ? known : new Entry(limits, time);
        _tenants[key.Tenant.Value] = entry;
        return Check(context, key, entry);
    }

    private Problem? Check(HttpContext context, ApiKey key, Entry entry)
    {
        if (entry.Limits.IsNone) return null;
        var own = entry.BucketOf(key.Id, time);
        var wait = TimeSpan.Zero;
        var isKeyOver = own is not null && !own.TryTake(out wait);
        var isTenantOver = false;
        if (!isKeyOver && entry.Tenant is { } all && !all.TryTake(out wait))
        {
            isTenantOver = true;
            own?.GiveBack();
        }

        WriteHeaders(context.Response.Headers, own, entry.Tenant);
        if (!isKeyOver && !isTenantOver) return null;
        var whose = isKeyOver ? "this API key" : "all API keys of the tenant together";
        var limit = isKeyOver ? own!.Limit : entry.Tenant!.Limit;
        return new Problem(429, "rate_limited", "Too many requests; nothing of this one was done.",
            string.Create(CultureInfo.InvariantCulture, $"{limit.Requests:N0} requests in {limit.Window.TotalSeconds:N0} s are allowed to {whose}. Send it again after Retry-After."))
        { RetryAfter = wait };
    }

    // draft-ietf-httpapi-ratelimit-headers-10: q is the quota, w its window in seconds, r what is left of it, t the seconds until it is whole.
    // https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/
    private static void WriteHeaders(IHeaderDictionary headers, TokenBucket? key, TokenBucket? tenant)
    {
        var (policy, state) = (new StringBuilder(), new StringBuilder());
        Add("key", key);
        Add("tenant", tenant);
        headers[Policy] = policy.ToString();
        headers[State] = state.ToString();

        void Add(string name, TokenBucket? bucket)
        {
            if (bucket is null) return;
            if (policy.Length > 0)
            {
                policy.Append(", ");
                state.Append(", ");
            }

            var (remaining, untilFull) = bucket.Look();
            policy.Append(CultureInfo.InvariantCulture, $"\"{name}\";q={bucket.Limit.Requests};w={(long)bucket.Limit.Window.TotalSeconds}");
            state.Append(CultureInfo.InvariantCulture, $"\"{name}\";r={remaining};t={(long)Math.Ceiling(untilFull.TotalSeconds)}");
        }
    }

    private sealed class Entry(RequestLimits limits, TimeProvider time)
    {
        private readonly ConcurrentDictionary<Guid, TokenBucket> _keys = new();
        private long _read = time.GetTimestamp();

        public RequestLimits Limits => limits;

        public TokenBucket? Tenant { get; } = limits.PerTenant is { } perTenant ? new TokenBucket(perTenant, time) : null;

        public bool IsFresh(TimeProvider clock) => clock.GetElapsedTime(Volatile.Read(ref _read)) < Lifetime;

        /// <summary>True for one of those who find it stale.</summary>
        public bool TryBeginRead(TimeProvider clock)
        {
            var seen = Volatile.Read(ref _read);
            return clock.GetElapsedTime(seen) >= Lifetime && Interlocked.CompareExchange(ref _read, clock.GetTimestamp(), seen) == seen;
        }

        public TokenBucket? BucketOf(Guid key, TimeProvider clock)
        {
            if (limits.PerKey is not { } perKey) return null;
            if (_keys.TryGetValue(key, out var bucket)) return bucket;
            if (_keys.Count >= MaxKeys) _keys.Clear();
            return _keys.GetOrAdd(key, static (_, state) => new TokenBucket(state.perKey, state.clock), (perKey, clock));
        }
    }
}
