using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Carillon.Server.Http;

/// <summary>
/// The whole body of a request in one piece of memory, until it is released. A small body is used where the server received it;
/// others are put together in a rented buffer that grows with what arrives, not with what was announced.
/// </summary>
internal readonly struct RequestBody
{
    private const int FirstRent = 64 << 10;

    private readonly PipeReader? _pipe;
    private readonly SequencePosition _end;
    private readonly byte[]? _rented;
    private readonly LargeBodySlots? _slots;

    private RequestBody(PipeReader pipe, ReadOnlySequence<byte> buffer)
    {
        (_pipe, _end) = (pipe, buffer.End);
        Memory = buffer.First;
    }

    private RequestBody(byte[] rented, int length, LargeBodySlots? slots)
    {
        (_rented, _slots) = (rented, slots);
        Memory = rented.AsMemory(0, length);
    }

    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>After this, nothing may use <see cref="Memory"/> any more.</summary>
    public void Release()
    {
        _pipe?.AdvanceTo(_end);
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
        _slots?.Release();
    }

    /// <summary>
    /// Reads the body; one of more than <paramref name="limit"/> bytes throws a <see cref="BadHttpRequestException"/> with status 413, a
    /// large one for which there is no slot one with status 503.
    /// </summary>
    public static ValueTask<RequestBody> ReadAsync(HttpContext context, long limit)
    {
        SetLimit(context, limit);
        if (context.Request.ContentLength > limit) throw TooLarge();
        var pipe = context.Request.BodyReader;
        return pipe.TryRead(out var read) && read.IsCompleted && read.Buffer.IsSingleSegment
            ? new(new RequestBody(pipe, read.Buffer))
            : ReadOnAsync(context, pipe, read, limit);
    }

    /// <summary>Sets how large the body may be; null for one that is read piece by piece.</summary>
    public static void SetLimit(HttpContext context, long? limit)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature) feature.MaxRequestBodySize = limit;
    }

    /// <summary>Lets the body come as slowly as the framework allows by itself: for one that its sender makes while it is read.</summary>
    public static void LetTrickle(HttpContext context)
    {
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } feature)
            feature.MinDataRate = new Microsoft.AspNetCore.Server.Kestrel.Core.MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
    }

    public static long LimitOf(HttpContext context) => context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? 0;

    private static async ValueTask<RequestBody> ReadOnAsync(HttpContext context, PipeReader pipe, ReadResult read, long limit)
    {
        var cancellationToken = context.RequestAborted;
        // TryRead without success leaves nothing to advance over.
        if (read.Buffer.IsEmpty && !read.IsCompleted)
        {
            if (read.Buffer.Start.GetObject() is not null) pipe.AdvanceTo(read.Buffer.Start);
            read = await pipe.ReadAsync(cancellationToken);
        }

        if (read.IsCompleted && read.Buffer.IsSingleSegment) return new RequestBody(pipe, read.Buffer);

        var rented = ArrayPool<byte>.Shared.Rent(FirstRent);
        var length = 0;
        LargeBodySlots? taken = null;
        try
        {
            while (true)
            {
                var more = read.Buffer.Length;
                if (length + more > limit) throw TooLarge();
                if (length + more > rented.Length)
                {
                    if (taken is null && length + more > LargeBodySlots.LargeBytes)
                    {
                        var slots = context.RequestServices.GetRequiredService<LargeBodySlots>();
                        try
                        {
                            await slots.TakeAsync(cancellationToken);
                        }
                        catch (BadHttpRequestException)
                        {
                            // Given back, so that the server can read past the rest and the connection serves the next request.
                            pipe.AdvanceTo(read.Buffer.End);
                            throw;
                        }

                        taken = slots;
                    }

                    var larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(length + more, rented.Length * 2L));
                    rented.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(rented);
                    rented = larger;
                }

                read.Buffer.CopyTo(rented.AsSpan(length));
                length += (int)more;
                pipe.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return new RequestBody(rented, length, taken);
                read = await pipe.ReadAsync(cancellationToken);
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(rented);
            taken?.Release();
            throw;
        }
    }

    private static BadHttpRequestException TooLarge() => new("The body is too large.", 413);
}
