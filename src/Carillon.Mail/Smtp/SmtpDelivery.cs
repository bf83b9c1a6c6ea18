namespace Carillon.Mail;

/// <summary>What became of a message, named by what the caller does next.</summary>
public enum SmtpOutcome
{
    /// <summary>The server took responsibility: a positive reply after the final dot.</summary>
    Accepted,

    /// <summary>A permanent refusal of this message or recipient: never again.</summary>
    Rejected,

    /// <summary>A temporary refusal of this message or recipient: this server, later.</summary>
    Deferred,

    /// <summary>The server could not be used, and the message is certainly not sent: another provider may be tried now.</summary>
    Unavailable,

    /// <summary>The final dot was, or may have been, handed to the network and no reply came: it may have been delivered.</summary>
    Unknown,
}

/// <summary>How far the dialogue had come when the outcome was decided.</summary>
public enum SmtpStage
{
    /// <summary>Nothing was sent for this message.</summary>
    Queued,
    Connect,
    Greeting,
    Hello,

    /// <summary>STARTTLS or the TLS handshake.</summary>
    StartTls,
    Authenticate,
    MailFrom,
    RecipientTo,
    Data,

    /// <summary>The content was on its way, or its final reply was awaited or read.</summary>
    Content,
}

/// <summary>What became of one message. Immutable.</summary>
public sealed record SmtpDelivery
{
    /// <summary>
    /// For several recipients: <see cref="SmtpOutcome.Accepted"/> when the server took the message for at least one;
    /// <see cref="Recipients"/> has the others' refusals.
    /// </summary>
    public required SmtpOutcome Outcome { get; init; }

    public required SmtpStage Stage { get; init; }

    /// <summary>The reply that decided; null when none came.</summary>
    public SmtpReply? Reply { get; init; }

    /// <summary>One line for people: the reply, or what went wrong.</summary>
    public string Reason
    {
        get => field ?? Reply?.ToString() ?? Outcome.ToString();
        init;
    }

    /// <summary>One entry for each recipient, in the envelope's order, when there are several; else empty.</summary>
    public IReadOnlyList<SmtpRecipientOutcome> Recipients { get; init; } = [];
}

/// <summary>What became of one of several recipients.</summary>
/// <param name="Address">As the envelope had it.</param>
/// <param name="Outcome">The outcome for this recipient.</param>
/// <param name="Reply">The reply to its RCPT, or the final one when that was positive.</param>
public sealed record SmtpRecipientOutcome(string Address, SmtpOutcome Outcome, SmtpReply? Reply);
