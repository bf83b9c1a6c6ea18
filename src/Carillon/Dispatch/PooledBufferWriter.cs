using System.Buffers;

namespace Carillon.Dispatch;

/// <summary>A growing buffer of pooled memory that is used again and again. Not thread-safe.</summary>
internal sealed class PooledBufferWriter(int initial) : IBufferWriter<byte>
{
    /// <summary>Far above what a message may render to: what comes here is a defect, and must not take the process with it.</summary>
    public const int Capacity = 256 << 20;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(initial);

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    public ReadOnlyMemory<byte> Slice(int start, int length) => _buffer.AsMemory(start, length);

    public Span<byte> Writable(int start, int length) => _buffer.AsSpan(start, length);

    /// <summary>Empties it; a buffer that one large message has made large is given back.</summary>
    public void Reset(int keepAtMost)
    {
        Length = 0;
        if (_buffer.Length <= keepAtMost) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = ArrayPool<byte>.Shared.Rent(initial);
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_buffer.Length - Length), nameof(count));
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _buffer.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _buffer.AsSpan(Length);
    }

    private void Ensure(int sizeHint)
    {
        var needed = checked(Length + Math.Max(sizeHint, 1));
        if (needed <= _buffer.Length) return;
        if (needed > Capacity) throw new InvalidOperationException($"A buffer holds at most {Capacity} bytes, and {needed} were to be written.");
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Capacity, Math.Max(needed, _buffer.Length * 2L)));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
