namespace Carillon.Client;

/// <summary>When a call may be repeated although nobody knows whether it was done.</summary>
internal enum Repetition
{
    /// <summary>Always: it reads, doing it twice is doing it once, or an idempotency key says that it is one call.</summary>
    Safe,

    /// <summary>Only when the server said that it did nothing.</summary>
    WhenRefused,
}

/// <summary>One call, which may take several attempts: all of them send the same bytes.</summary>
internal sealed record ApiCall(HttpMethod Method, string Path)
{
    public ReadOnlyMemory<byte>? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    public string? IdempotencyKey { get; init; }

    /// <summary>The ETag that the thing must still have.</summary>
    public string? IfMatch { get; init; }

    public Repetition Repetition { get; init; } = Repetition.Safe;
}
