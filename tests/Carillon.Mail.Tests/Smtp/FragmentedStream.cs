using System.Threading.Channels;

namespace Carillon.Mail.Tests.Smtp;

/// <summary>One end of a connection in memory. What the other end sends arrives exactly in the pieces it was sent in.</summary>
internal sealed class FragmentedStream(ChannelReader<byte[]> input, ChannelWriter<byte[]> output) : Stream
{
    private readonly CancellationTokenSource _closed = new();
    private ReadOnlyMemory<byte> _rest;
    private volatile bool _starving;

    public static (FragmentedStream Client, FragmentedStream Server) CreatePair()
    {
        Channel<byte[]> up = Channel.CreateUnbounded<byte[]>(), down = Channel.CreateUnbounded<byte[]>();
        return (new FragmentedStream(down.Reader, up.Writer), new FragmentedStream(up.Reader, down.Writer));
    }

    /// <summary>It reads, and there is nothing to read.</summary>
    public bool IsStarving => _starving && input.Count == 0;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_rest.IsEmpty)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
            try
            {
                _starving = input.Count == 0;
                bool any = await input.WaitToReadAsync(either.Token);
                _starving = false;
                if (!any || !input.TryRead(out byte[]? piece)) return 0;
                _rest = piece;
            }
            catch (OperationCanceledException) when (_closed.IsCancellationRequested)
            {
                return 0;
            }
        }

        int count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!output.TryWrite(buffer.ToArray())) throw new IOException("The other side has closed.");
        return default;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        output.TryComplete();
        _closed.Cancel();
        base.Dispose(disposing);
    }
}
