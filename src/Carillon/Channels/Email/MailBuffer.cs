using System.Buffers;

namespace Carillon.Channels.Email;

/// <summary>One message in its wire form, in memory of the shared pool. What was written is wiped at the end: it may hold passwords.</summary>
internal sealed class MailBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(8 * 1024);
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _length);
        _length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    public void Dispose()
    {
        var bytes = _bytes;
        _bytes = [];
        Return(bytes, _length);
        _length = 0;
    }

    private static void Return(byte[] bytes, int used)
    {
        if (bytes.Length == 0) return;
        bytes.AsSpan(0, used).Clear();
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _length >= Math.Max(count, 1)) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _bytes.Length, checked(_length + Math.Max(count, 1))));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        Return(_bytes, _length);
        _bytes = larger;
    }
}
