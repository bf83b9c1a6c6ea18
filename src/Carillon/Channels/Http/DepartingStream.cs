namespace Carillon.Channels.Http;

/// <summary>How far a request came. One for each exchange.</summary>
internal sealed class Departure
{
    private Stream? _by;

    /// <summary>Whether bytes of the request were handed to a connection: from then on nobody knows whether they arrived.</summary>
    public bool HasBegun => Volatile.Read(ref _by) is not null;

    /// <exception cref="RequestRepeatedException">It has begun to leave by another connection.</exception>
    public void Begin(Stream connection)
    {
        var first = Interlocked.CompareExchange(ref _by, connection, null);
        if (first is not null && first != connection) throw new RequestRepeatedException();
    }
}

/// <summary>
/// The HTTP client repeats a GET by itself when a connection that was kept breaks under it. The first may have sent an SMS: here each
/// exchange leaves once.
/// </summary>
internal sealed class RequestRepeatedException() : IOException("The connection broke after the request had begun to leave.");

/// <summary>A connection that marks the exchange whose bytes it takes; below it there may be TLS, whose handshake is no departure.</summary>
internal sealed class DepartingStream(Stream inner, AsyncLocal<Departure?> departures) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        departures.Value?.Begin(this);
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count)
    {
        departures.Value?.Begin(this);
        inner.Write(buffer, offset, count);
    }

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
