using Carillon.Messages;

namespace Carillon.Storage;

/// <summary>What became of the wish to send a failed message again.</summary>
public abstract record RetryResult
{
    private RetryResult()
    {
    }

    /// <summary>It waits in its lane, due now.</summary>
    public sealed record Queued(LaneKey Lane) : RetryResult;

    /// <summary>The tenant has no such message.</summary>
    public sealed record NotFound : RetryResult;

    /// <summary>It stays as it is.</summary>
    public sealed record Refused(RetryRefusal Why, MessageStatus Status) : RetryResult;
}

public enum RetryRefusal
{
    /// <summary>It has neither failed nor bounced: it waits, is on its way, was sent or was stopped on purpose.</summary>
    NotFailed,

    /// <summary>Its notification was cancelled.</summary>
    Cancelled,

    /// <summary>The notification's <c>expires_at</c> has passed.</summary>
    Expired,

    /// <summary>Its secret variables were erased.</summary>
    SecretsErased,

    /// <summary>The version of its template, or an attachment, is no longer stored.</summary>
    ContentGone,

    /// <summary>A later step of the plan has begun, and something of it is on its way, was sent or perhaps was.</summary>
    Superseded,
}
