namespace Carillon.Server.Http;

/// <summary>
/// Bounds the memory of large bodies: so many are held at once, from where they grow large until the request is done with them. The
/// others wait in their sockets, and are refused when no slot comes free in time.
/// </summary>
internal sealed class LargeBodySlots(int count, TimeSpan patience, TimeProvider time) : IDisposable
{
    /// <summary>What is larger needs a slot.</summary>
    public const int LargeBytes = 1 << 20;

    public const int Count = 4;

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _slots = new(count);

    /// <summary>Takes a slot; throws a <see cref="BadHttpRequestException"/> with status 503 when none comes free.</summary>
    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        if (_slots.Wait(0, CancellationToken.None)) return;
        using var waited = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(waited.Token, cancellationToken);
        try
        {
            await _slots.WaitAsync(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BadHttpRequestException("Too many large bodies are being received: send it again later, or in smaller parts.", 503, e);
        }
    }

    public void Release() => _slots.Release();

    public void Dispose() => _slots.Dispose();
}
