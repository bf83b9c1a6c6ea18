using System.Runtime.CompilerServices;
using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>
/// A dictionary that keeps its order. Up to sixteen entries are searched by hash one after the other, which is faster than
/// buckets; larger ones get buckets when they are first searched. Names of templates are first sought where a table of 32 guesses
/// says they might be.
/// </summary>
internal sealed class DictObject : ObjectValue
{
    private const int LinearLimit = 16;

    private Entry[] _entries;
    private int[]? _buckets;
    private int _count;

    // For each value of the lower five bits of a hash the last entry that has it: 32 times 4 bits.
    // 0x1234… -> the entry for ...0 is 4, for ...1 is 3
    private ulong _guessesLow;
    private ulong _guessesHigh;
    private bool _hasGuesses;

    public DictObject()
        : base(ValueKind.Dict) => _entries = [];

    /// <summary>Takes entries whose keys are known to differ.</summary>
    public DictObject(Entry[] entries)
        : base(ValueKind.Dict)
    {
        _entries = entries;
        _count = entries.Length;
    }

    public struct Entry(JinjaValue key, JinjaValue value, int hash)
    {
        public JinjaValue Key = key;
        public JinjaValue Value = value;
        public int Hash = hash;
        public int Next = -1;
    }

    /// <summary>True for a dictionary that every render shares: templates may not change it.</summary>
    public bool Frozen { get; set; }

    public int Count => _count;

    public ReadOnlySpan<Entry> Entries => _entries.AsSpan(0, _count);

    public override string TypeName => "dict";

    public override bool Truth => _count != 0;

    public override int Length => _count;

    public override bool IsIterable => true;

    public override bool IsReversible => true;

    public KeyValuePair<JinjaValue, JinjaValue>[] Snapshot()
    {
        var copy = new KeyValuePair<JinjaValue, JinjaValue>[_count];
        for (var i = 0; i < copy.Length; i++) copy[i] = new(_entries[i].Key, _entries[i].Value);
        return copy;
    }

    public override IEnumerator<JinjaValue> Iterate(RenderState? state)
    {
        var count = _count;
        for (var i = 0; i < count; i++)
        {
            state?.Tick();
            if (_count != count) throw new TemplateRuntimeException("dictionary changed size during iteration", "RuntimeError");
            yield return _entries[i].Key;
        }
    }

    public bool TryGet(NameKey name, out JinjaValue value)
    {
        var hash = name.Hash;
        var entries = _entries;
        if (_count <= LinearLimit)
        {
            if (_count > 2)
            {
                if (!_hasGuesses) MakeGuesses();
                var guess = (int)((hash & 16) == 0 ? _guessesLow >> ((hash & 15) * 4) : _guessesHigh >> ((hash & 15) * 4)) & 15;
                ref readonly var entry = ref entries[guess];
                if (entry.Hash == hash && KeyIs(in entry, name))
                {
                    value = entry.Value;
                    return true;
                }
            }
            for (var i = 0; i < _count; i++)
            {
                if (entries[i].Hash == hash && KeyIs(in entries[i], name))
                {
                    value = entries[i].Value;
                    return true;
                }
            }
        }
        else
        {
            var buckets = _buckets ?? BuildBuckets();
            for (var i = buckets[hash & (buckets.Length - 1)] - 1; i >= 0; i = entries[i].Next)
            {
                if (entries[i].Hash == hash && KeyIs(in entries[i], name))
                {
                    value = entries[i].Value;
                    return true;
                }
            }
        }
        value = default;
        return false;
    }

    // Several threads may do so at once for a dictionary they only read: each writes the same, and what it is good for last.
    private void MakeGuesses()
    {
        ulong low = 0, high = 0;
        for (var i = 0; i < _count; i++)
        {
            var hash = _entries[i].Hash;
            var shift = (hash & 15) * 4;
            ref var half = ref (hash & 16) == 0 ? ref low : ref high;
            half = half & ~(15UL << shift) | (ulong)i << shift;
        }
        _guessesLow = low;
        _guessesHigh = high;
        Volatile.Write(ref _hasGuesses, true);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool KeyIs(in Entry entry, NameKey name)
    {
        if (entry.Key.Ref is Utf8Text) return entry.Key.Utf8Span.SequenceEqual(name.Utf8);
        return entry.Key.Ref is string text ? text == name.Name : entry.Key.IsTextual && entry.Key.Text == name.Name;
    }

    public bool TryGet(JinjaValue key, out JinjaValue value)
    {
        var index = Find(key, Hashing.Of(key));
        value = index < 0 ? default : _entries[index].Value;
        return index >= 0;
    }

    public bool Contains(JinjaValue key) => Find(key, Hashing.Of(key)) >= 0;

    public void Set(JinjaValue key, JinjaValue value) => Set(key, value, Hashing.Of(key));

    public void Set(JinjaValue key, JinjaValue value, int hash)
    {
        var index = Find(key, hash);
        if (index >= 0)
        {
            _entries[index].Value = value;
            return;
        }
        if (_count == _entries.Length) Array.Resize(ref _entries, Math.Max(4, _count * 2));
        _entries[_count] = new Entry(key, value, hash);
        _count++;
        _hasGuesses = false;
        if (_buckets is null) return;
        if (_count > _buckets.Length) _buckets = null;
        else Link(_buckets, _count - 1);
    }

    public bool Remove(JinjaValue key, out JinjaValue value)
    {
        var index = Find(key, Hashing.Of(key));
        value = index < 0 ? default : _entries[index].Value;
        if (index < 0) return false;
        _count--;
        Array.Copy(_entries, index + 1, _entries, index, _count - index);
        _entries[_count] = default;
        _buckets = null;
        _hasGuesses = false;
        return true;
    }

    public void Clear()
    {
        _entries = [];
        _count = 0;
        _buckets = null;
        _hasGuesses = false;
    }

    private int Find(JinjaValue key, int hash)
    {
        if (_count <= LinearLimit)
        {
            for (var i = 0; i < _count; i++)
            {
                if (_entries[i].Hash == hash && Python.SameOrEqual(null, _entries[i].Key, key)) return i;
            }
            return -1;
        }
        var buckets = _buckets ?? BuildBuckets();
        for (var i = buckets[hash & (buckets.Length - 1)] - 1; i >= 0; i = _entries[i].Next)
        {
            if (_entries[i].Hash == hash && Python.SameOrEqual(null, _entries[i].Key, key)) return i;
        }
        return -1;
    }

    // Several threads may build at once for a dictionary they only read: each writes the same chains, and the buckets are published last.
    private int[] BuildBuckets()
    {
        var buckets = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_count * 2)];
        for (var i = 0; i < _count; i++) Link(buckets, i);
        Volatile.Write(ref _buckets, buckets);
        return buckets;
    }

    private void Link(int[] buckets, int index)
    {
        ref var bucket = ref buckets[_entries[index].Hash & (buckets.Length - 1)];
        _entries[index].Next = bucket - 1;
        bucket = index + 1;
    }

    public override bool TryGetItem(RenderState state, JinjaValue key, out JinjaValue value) => TryGet(key, out value);

    public override int ValueHash() => throw Errors.Type("unhashable type: 'dict'");

    public override bool ValueEquals(RenderState? state, ObjectValue other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is not DictObject dictionary || dictionary._count != _count) return false;
        using var depth = Python.Deeper(state);
        for (var i = 0; i < _count; i++)
        {
            state?.Tick();
            ref var entry = ref _entries[i];
            var index = dictionary.Find(entry.Key, entry.Hash);
            if (index < 0 || !Python.SameOrEqual(state, entry.Value, dictionary._entries[index].Value)) return false;
        }
        return true;
    }

    public override void WriteRepr(ReprWriter writer)
    {
        if (!writer.Enter(this))
        {
            writer.Append("{...}");
            return;
        }
        writer.Append("{");
        for (var i = 0; i < _count; i++)
        {
            if (i > 0) writer.Append(", ");
            writer.Repr(_entries[i].Key);
            writer.Append(": ");
            writer.Repr(_entries[i].Value);
        }
        writer.Append("}");
        writer.Leave(this);
    }
}
