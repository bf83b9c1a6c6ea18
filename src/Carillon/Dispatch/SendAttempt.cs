using Carillon.Channels;

namespace Carillon.Dispatch;

/// <summary>What came of an attempt: a provider's result, or why no provider was asked.</summary>
internal readonly record struct SendAttempt
{
    /// <summary>Null when nothing was sent: no provider is to blame, and none may have it.</summary>
    public SendResult? Result { get; private init; }

    public string? NotSent { get; private init; }

    /// <summary>Trying again would not help.</summary>
    public bool IsFinal { get; private init; }

    /// <summary>What kept it from being sent; null when there was no exception.</summary>
    public Exception? Cause { get; private init; }

    public static SendAttempt Sent(SendResult result) => new() { Result = result };

    /// <summary>What it takes could not be had now.</summary>
    public static SendAttempt NotNow(string why, Exception? cause = null) => new() { NotSent = why, Cause = cause };

    /// <summary>What it takes is gone.</summary>
    public static SendAttempt Never(string why) => new() { NotSent = why, IsFinal = true };
}
