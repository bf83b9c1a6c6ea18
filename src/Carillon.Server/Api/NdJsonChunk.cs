using System.Buffers;

namespace Carillon.Server.Api;

/// <summary>
/// The lines of one chunk of NDJSON as they arrive, in one rented buffer. Where a chunk ends depends on the lines alone, never on
/// how the network cut them, so that a batch sent again has the same chunks.
/// </summary>
internal sealed class NdJsonChunk(int maxLines, int maxBytes, int maxLineBytes) : IDisposable
{
    private readonly List<(int Start, int Length)> _lines = new(maxLines);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
    private int _length;
    private int _lineStart;
    private bool _isTooLong;

    public int Count => _lines.Count;

    /// <summary>Full at so many lines, or once its lines hold so many bytes.</summary>
    public bool IsFull => _lines.Count >= maxLines || (_lines.Count > 0 && _lineStart >= maxBytes);

    /// <summary>The lines, each without its end; a line that was too long is empty.</summary>
    public ReadOnlyMemory<byte> this[int index] => _buffer.AsMemory(_lines[index].Start, _lines[index].Length);

    /// <summary>All bytes of the complete lines.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _lineStart);

    /// <summary>Takes bytes up to the end of a line or of the input; returns how many.</summary>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        var part = end < 0 ? bytes : bytes[..end];
        if (_length - _lineStart + part.Length > maxLineBytes)
        {
            _isTooLong = true;
            _length = _lineStart;
        }

        if (!_isTooLong)
        {
            Reserve(part.Length);
            part.CopyTo(_buffer.AsSpan(_length));
            _length += part.Length;
        }

        if (end < 0) return bytes.Length;
        EndLine();
        return end + 1;
    }

    /// <summary>Ends the last line, which may have no line feed.</summary>
    public void EndLine()
    {
        var line = _buffer.AsSpan(_lineStart, _length - _lineStart).TrimEnd(" \t\r"u8);
        if (_isTooLong) _lines.Add((_lineStart, 0));
        else if (!line.IsEmpty) _lines.Add((_lineStart, line.Length));
        else _length = _lineStart; // Blank lines take no room, however many there are.
        _isTooLong = false;
        _lineStart = _length;
    }

    /// <summary>Forgets the lines. Call it when none is complete but those that were read.</summary>
    public void Clear()
    {
        _lines.Clear();
        _length = _lineStart = 0;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private void Reserve(int more)
    {
        if (_length + more <= _buffer.Length) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + more, _buffer.Length * 2));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
