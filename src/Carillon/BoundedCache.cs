using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Carillon;

/// <summary>
/// A cache of at most about <paramref name="capacity"/> entries in two generations: what is used lives on, what is not used while
/// half the capacity came in is dropped. Thread-safe; reads take no lock.
/// </summary>
internal sealed class BoundedCache<TKey, TValue>(int capacity) where TKey : notnull
{
    private readonly Lock _turn = new();
    private volatile ConcurrentDictionary<TKey, TValue> _young = new();
    private volatile ConcurrentDictionary<TKey, TValue> _old = new();
    private int _added;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_young.TryGetValue(key, out value)) return true;
        if (!_old.TryGetValue(key, out value)) return false;
        Set(key, value);
        return true;
    }

    public void Set(TKey key, TValue value)
    {
        _young[key] = value;
        if (Interlocked.Increment(ref _added) < capacity / 2) return;
        lock (_turn)
        {
            if (_added < capacity / 2) return;
            _old = _young;
            _young = new ConcurrentDictionary<TKey, TValue>();
            _added = 0;
        }
    }

    public void Remove(TKey key)
    {
        _young.TryRemove(key, out _);
        _old.TryRemove(key, out _);
    }

    public void Clear()
    {
        lock (_turn)
        {
            _old = new ConcurrentDictionary<TKey, TValue>();
            _young = new ConcurrentDictionary<TKey, TValue>();
            _added = 0;
        }
    }
}
