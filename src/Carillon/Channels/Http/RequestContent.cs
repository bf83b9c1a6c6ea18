using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Carillon.Channels.Http;

/// <summary>A request's body, written into pooled memory: by hand, as form fields, or as JSON. Disposed with its request.</summary>
internal sealed class RequestContent : HttpContent, IBufferWriter<byte>
{
    public const string Form = "application/x-www-form-urlencoded";
    public const string Json = "application/json";

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1024);
    private int _length;
    private bool _isLeaving;

    public RequestContent(string mediaType) => Headers.TryAddWithoutValidation("Content-Type", mediaType);

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>A body of JSON.</summary>
    public static RequestContent OfJson<T>(T state, Action<Utf8JsonWriter, T> write)
    {
        var content = new RequestContent(Json);
        using var json = new Utf8JsonWriter(content);
        write(json, state);
        return content;
    }

    /// <summary>Appends a field of a form, percent-encoded.</summary>
    public void AddField(string name, string value) => AddField(name, Encoding.UTF8.GetBytes(value));

    /// <param name="value">UTF-8.</param>
    public void AddField(string name, ReadOnlySpan<byte> value) => PercentEncoding.WriteField(this, _length == 0, name, value);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_buffer.Length - _length), nameof(count));
        _length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _buffer.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _buffer.AsSpan(_length);
    }

    public override string ToString() => Encoding.UTF8.GetString(Written.Span);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _isLeaving = true;
        await stream.WriteAsync(Written, cancellationToken);
        _isLeaving = false;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        var buffer = _buffer;
        _buffer = [];
        _length = 0;
        // A write that failed may still have hold of it: then it goes to the garbage collector and not to the next message.
        if (disposing && !_isLeaving && buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        base.Dispose(disposing);
    }

    private void Ensure(int sizeHint)
    {
        var needed = checked(_length + Math.Max(sizeHint, 1));
        if (needed <= _buffer.Length) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _buffer.Length * 2));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
