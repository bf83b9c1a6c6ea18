using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>The idempotency key under which a thing is to be made, and how the answer that is kept with it is written.</summary>
public sealed record KeyedAnswer<T>(IdempotencyKey Key, Func<T, byte[]> Write)
{
    internal IdempotencyRecord RecordOf(T made) => new(Key.Key, Key.RequestHash, Write(made));

    /// <summary>Whether what the key stands for is this very request.</summary>
    internal bool IsRepeated(IdempotencyRecord existing) => existing.RequestHash.AsSpan().SequenceEqual(Key.RequestHash);
}
