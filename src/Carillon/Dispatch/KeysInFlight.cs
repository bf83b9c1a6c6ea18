using System.Collections.Concurrent;
using Carillon.Messages;

namespace Carillon.Dispatch;

/// <summary>Idempotency keys of requests that are being accepted at this moment. Thread-safe.</summary>
internal sealed class KeysInFlight
{
    private readonly ConcurrentDictionary<(TenantId, string), bool> _keys = new();

    /// <summary>False when another request holds it.</summary>
    public bool TryTake(TenantId tenant, string key) => _keys.TryAdd((tenant, key), true);

    public void Release(TenantId tenant, string key) => _keys.TryRemove((tenant, key), out _);
}
