using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Carillon.Server.Http;

/// <summary>
/// The whole body of a request in one piece of memory, until it is released. A small body is used where the server received it;
/// others are put together in a rented buffer that grows with what arrives, not with what was announced.
/// </summary>
internal readonly struct RequestBody
{
    private const int FirstRent = 64 << 10;

    /// <summary>What is larger needs a slot, so that many large bodies at once wait in their sockets and not in memory.</summary>
    private const int LargeBytes = 1 << 20;

    private static readonly SemaphoreSlim LargeSlots = new(4);

    private readonly PipeReader? _pipe;
    private readonly SequencePosition _end;
    private readonly byte[]? _rented;
    private readonly bool _isLarge;

    private RequestBody(PipeReader pipe, ReadOnlySequence<byte> buffer)
    {
        (_pipe, _end) = (pipe, buffer.End);
        Memory = buffer.First;
    }

    private RequestBody(byte[] rented, int length, bool isLarge)
    {
        (_rented, _isLarge) = (rented, isLarge);
        Memory = rented.AsMemory(0, length);
    }

    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>After this, nothing may use <see cref="Memory"/> any more.</summary>
    public void Release()
    {
        _pipe?.AdvanceTo(_end);
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
        if (_isLarge) LargeSlots.Release();
    }

    /// <summary>Reads the body; one of more than <paramref name="limit"/> bytes throws a <see cref="BadHttpRequestException"/> with status 413.</summary>
    public static ValueTask<RequestBody> ReadAsync(HttpContext context, long limit)
    {
        SetLimit(context, limit);
        if (context.Request.ContentLength > limit) throw TooLarge();
        var pipe = context.Request.BodyReader;
        return pipe.TryRead(out var read) && read.IsCompleted && read.Buffer.IsSingleSegment
            ? new(new RequestBody(pipe, read.Buffer))
            : ReadOnAsync(pipe, read, limit, context.RequestAborted);
    }

    /// <summary>Sets how large the body may be; null for one that is read piece by piece.</summary>
    public static void SetLimit(HttpContext context, long? limit)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature) feature.MaxRequestBodySize = limit;
    }

    public static long LimitOf(HttpContext context) => context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? 0;

    private static async ValueTask<RequestBody> ReadOnAsync(PipeReader pipe, ReadResult read, long limit, CancellationToken cancellationToken)
    {
        // TryRead without success leaves nothing to advance over.
        if (read.Buffer.IsEmpty && !read.IsCompleted)
        {
            if (read.Buffer.Start.GetObject() is not null) pipe.AdvanceTo(read.Buffer.Start);
            read = await pipe.ReadAsync(cancellationToken);
        }

        if (read.IsCompleted && read.Buffer.IsSingleSegment) return new RequestBody(pipe, read.Buffer);

        var rented = ArrayPool<byte>.Shared.Rent(FirstRent);
        var length = 0;
        var isLarge = false;
        try
        {
            while (true)
            {
                var more = read.Buffer.Length;
                if (length + more > limit) throw TooLarge();
                if (length + more > rented.Length)
                {
                    if (!isLarge && length + more > LargeBytes)
                    {
                        await LargeSlots.WaitAsync(cancellationToken);
                        isLarge = true;
                    }

                    var larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(length + more, rented.Length * 2L));
                    rented.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(rented);
                    rented = larger;
                }

                read.Buffer.CopyTo(rented.AsSpan(length));
                length += (int)more;
                pipe.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return new RequestBody(rented, length, isLarge);
                read = await pipe.ReadAsync(cancellationToken);
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(rented);
            if (isLarge) LargeSlots.Release();
            throw;
        }
    }

    private static BadHttpRequestException TooLarge() => new("The body is too large.", 413);
}
