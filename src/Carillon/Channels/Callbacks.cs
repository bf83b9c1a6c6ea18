using System.Net;
using Carillon.Messages;

namespace Carillon.Channels;

/// <summary>
/// What a gateway implements beside <see cref="IGateway"/> when its vendor calls back: with delivery reports, bounces, replies. A
/// request is verified, then stored as it is, then answered, and only then read; reading may come again after a crash. Thread-safe.
/// </summary>
public interface ICallbackReceiver
{
    /// <summary>Whether the vendor sent exactly this, by its signature. Nothing of the request is believed before, and nothing stored.</summary>
    ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// What it says; depends on the request alone, so that it says the same when asked again. Throws <see cref="FormatException"/>
    /// when it cannot be read: the request is kept with the fault.
    /// </summary>
    IReadOnlyList<CallbackEvent> Read(CallbackRequest request);
}

/// <summary>A vendor's request as it came.</summary>
public sealed record CallbackRequest
{
    public required string Method { get; init; }

    /// <summary>As the vendor knows it: the installation's public address, path and query. Several vendors sign it.</summary>
    public required Uri Url { get; init; }

    /// <summary>By names in any case; several values of one are joined by a comma, as RFC 9110 has it.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;
}

/// <summary>What to answer to a callback, and whether to keep it.</summary>
public abstract record CallbackVerdict
{
    private CallbackVerdict()
    {
    }

    /// <summary>The vendor's: it is stored, then answered with 200, or what the vendor wants to hear instead.</summary>
    public sealed record Genuine(string? ContentType = null, string? Body = null, HttpStatusCode Status = HttpStatusCode.OK) : CallbackVerdict;

    /// <summary>The vendor's, and there is nothing in it to keep: the check of a new address (a challenge to echo), a ping.</summary>
    public sealed record Handshake(string? ContentType = null, string? Body = null, HttpStatusCode Status = HttpStatusCode.OK) : CallbackVerdict;

    /// <summary>Not the vendor's, or not provably: 401. <paramref name="Why"/> goes to the operator, not to the caller.</summary>
    public sealed record Refused(string Why) : CallbackVerdict;
}

/// <summary>One thing that a callback says.</summary>
public abstract record CallbackEvent
{
    private CallbackEvent()
    {
    }

    /// <summary>When it happened, by the vendor; null where it does not say: then when the callback came.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Something happened to a message that was sent.</summary>
    public sealed record Receipt : CallbackEvent
    {
        public required MessageEventKind Kind { get; init; }

        /// <summary>The vendor's id of the message, as <see cref="SendResult.ExternalId"/> had it. One of this and <see cref="MessageId"/> is needed.</summary>
        public string? ExternalId { get; init; }

        /// <summary>Our own id, where the vendor returns what it was given with the message.</summary>
        public Guid? MessageId { get; init; }

        /// <summary>The vendor's code and words, only of fields that the gateway names (<c>30003 Unreachable destination handset</c>).</summary>
        public string? Detail { get; init; }

        /// <summary>For a bounce: the address is no good, not only today. Feeds suppression.</summary>
        public bool IsPermanent { get; init; }

        /// <summary>For a click: where to.</summary>
        public string? Url { get; init; }

        /// <summary>What the vendor says it cost, where it says so only now; corrects what was known.</summary>
        public decimal? Cost { get; init; }

        public string? Currency { get; init; }
    }

    /// <summary>A message came in.</summary>
    public sealed record Inbound : CallbackEvent
    {
        /// <summary>Who wrote: an address of the provider's channel.</summary>
        public required string From { get; init; }

        /// <summary>To which of our numbers or mailboxes.</summary>
        public required string To { get; init; }

        /// <summary>The vendor's id; a second one with the same is taken for a repetition.</summary>
        public required string ExternalId { get; init; }

        public string? Subject { get; init; }

        public string? Text { get; init; }

        public string? Html { get; init; }

        /// <summary>The vendor's id of the message that it answers, where it says so.</summary>
        public string? InReplyTo { get; init; }
    }
}
