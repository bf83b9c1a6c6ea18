namespace Carillon.Messages;

/// <summary>The documented reasons of holds, retries and final states (docs/message-states.md lists them with their meaning).</summary>
public static class MessageReasons
{
    /// <summary>The gateway refused the message or its address for good.</summary>
    public const string Rejected = "rejected";

    /// <summary>Tried as often, or as long, as the retry policy allows.</summary>
    public const string RetriesExhausted = "retries_exhausted";

    /// <summary>For as long as the retry policy allows there was no provider for its channel, or none that serves its number.</summary>
    public const string NoProvider = "no_provider";

    /// <summary>The gateway may have taken it, and <c>on_unknown</c> is <c>stop</c>.</summary>
    public const string OutcomeUnknown = "outcome_unknown";

    /// <summary>The template failed; the trace has its line and what was wrong.</summary>
    public const string TemplateError = "template_error";

    /// <summary><c>expires_at</c> passed before it could be sent.</summary>
    public const string Expired = "expired";

    /// <summary>Held: a limit or the budget of its providers is used up. Expired: <c>expires_at</c> passed while it was.</summary>
    public const string Limit = "limit";

    /// <summary>Expired: <c>expires_at</c> passed while sending was stopped.</summary>
    public const string Stopped = "stopped";

    /// <summary>Cancelled by the caller.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The next step of its plan had begun before it was sent.</summary>
    public const string Superseded = "superseded";

    /// <summary>The gateway took it, and the network gave up later.</summary>
    public const string Undelivered = "undelivered";

    /// <summary>Refused later, for good: the address is no good.</summary>
    public const string HardBounce = "hard_bounce";

    /// <summary>Refused later, and perhaps not another time (a full mailbox …).</summary>
    public const string SoftBounce = "soft_bounce";

    /// <summary>Waiting to be tried again.</summary>
    public const string Retry = "retry";

    /// <summary>The notification's content could not be made into a message of this channel (no text for SMS, a header that is not allowed …).</summary>
    public const string ContentError = "content_error";

    /// <summary>Its secret variables were erased, so that it cannot be rendered any more.</summary>
    public const string SecretsErased = "secrets_erased";
}
