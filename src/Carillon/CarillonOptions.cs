using Carillon.Channels.Http;
using Carillon.Messages;

namespace Carillon;

/// <summary>The engine's options. Checked together at start; every fault is reported.</summary>
public sealed record CarillonOptions
{
    /// <summary>
    /// Sends that may be under way or whose outcome is not yet durably recorded, per node. It bounds how many messages are sent
    /// twice after a crash. When it is reached, senders wait for the store. Default 512, 16 to 65,536.
    /// </summary>
    public int MaxUnrecorded { get; init; } = 512;

    /// <summary>Of <see cref="MaxUnrecorded"/>, how many only critical messages may take. Default 64.</summary>
    public int CriticalReserve { get; init; } = 64;

    /// <summary>
    /// Messages that a node holds in memory, waiting or under way. What is accepted beyond it waits in the store and is claimed later.
    /// Default 4,096, 64 to 1,000,000.
    /// </summary>
    public int Window { get; init; } = 4096;

    /// <summary>Bytes that the messages of the window may take, about. Default 64 MiB, at least 1 MiB.</summary>
    public long WindowBytes { get; init; } = 64L << 20;

    /// <summary>Messages per claim. Default 500, 1 to 10,000.</summary>
    public int ClaimBatch { get; init; } = 500;

    /// <summary>Notifications that may wait for their commit. Beyond it new ones are refused with 503. Default 20,000.</summary>
    public int MaxPendingAccepts { get; init; } = 20_000;

    /// <summary>Bytes of variables and content that may wait for their commit; likewise. Default 64 MiB.</summary>
    public long MaxPendingBytes { get; init; } = 64L << 20;

    /// <summary>
    /// How long a commit waits for company while there is traffic; an idle engine commits at once. Default 1 ms, 0 to 100 ms.
    /// </summary>
    public TimeSpan CommitLinger { get; init; } = TimeSpan.FromMilliseconds(1);

    public RetryPolicy Retry { get; init; } = new();

    /// <summary>
    /// In place of <see cref="Retry"/> on the webhook channel: endpoints are out for a night or a weekend, and nobody waits for them.
    /// Default: 3 days, waits up to 8 hours, 50 attempts.
    /// </summary>
    public RetryPolicy WebhookRetry { get; init; } = new() { MaxAttempts = 50, MaxAge = TimeSpan.FromDays(3), MaxDelay = TimeSpan.FromHours(8) };

    /// <summary>How long an idempotency key is kept. Default 24 hours.</summary>
    public TimeSpan IdempotencyRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How many recipients all new API keys of a tenant together may address within a minute, on each node: keys that the tenant made
    /// itself and that are younger than <see cref="NewKeyAge"/>. Default 1,000; null for no such cap; 1 to 1,000,000.
    /// </summary>
    public int? NewKeyRecipientsPerMinute { get; init; } = 1000;

    /// <summary>How long a key is new. Default 24 hours, 1 minute to 365 days.</summary>
    public TimeSpan NewKeyAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long the secrets of a failed message are kept for a retry. Default 24 hours.</summary>
    public TimeSpan SecretRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How long a provider's credentials that were replaced still open its vendor's callbacks. Sends go with the new ones at once.
    /// Default 24 hours, 0 (they end at once) to 30 days.
    /// </summary>
    public TimeSpan CredentialsGrace { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long vendors' callbacks are kept as they came, and recognised when they come again. Default 30 days.</summary>
    public TimeSpan CallbackRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a receipt waits for the message that it is about. Default 24 hours.</summary>
    public TimeSpan EarlyEventRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long the figures of providers are kept, from which their days are told. Default 400 days, 1 to 3,650.</summary>
    public TimeSpan FigureRetention { get; init; } = TimeSpan.FromDays(400);

    /// <summary>How long a stop waits for sends under way before it hands the rest back. Default 30 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one message may take to render. Default 1 s.</summary>
    public TimeSpan RenderTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes that one rendered part may have. Default 2 MiB.</summary>
    public int MaxRenderedBytes { get; init; } = 2 << 20;

    /// <summary>
    /// Serve a channel for which there is no provider at all by a built-in simulator, which sends nothing. Default true: a first run
    /// needs no account anywhere. Every message so served says so.
    /// </summary>
    public bool Simulate { get; init; } = true;

    /// <summary>How the world reaches the installation: where vendors call back. Null: they are asked for no callbacks.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>
    /// The region (ISO 3166 alpha-2) of telephone numbers that are given without a country code. Default null: such numbers are refused.
    /// </summary>
    public string? DefaultRegion { get; init; }

    /// <summary>
    /// Where connections may lead that tenants' settings or messages name (an API's URL, a mail server, a webhook). Default: public
    /// addresses only. The installation's own providers may connect anywhere.
    /// </summary>
    public AddressGuard OutgoingGuard { get; init; } = AddressGuard.PublicOnly;

    public RetryPolicy RetryOf(Channel channel) => channel == Channel.Webhook ? WebhookRetry : Retry;

    /// <summary>Every fault, one line each; empty when the options are good.</summary>
    public IReadOnlyList<string> Check()
    {
        var faults = new List<string>();
        Range(nameof(MaxUnrecorded), MaxUnrecorded, 16, 65_536);
        Range(nameof(CriticalReserve), CriticalReserve, 0, MaxUnrecorded - 1);
        Range(nameof(Window), Window, 64, 1_000_000);
        Range(nameof(WindowBytes), WindowBytes, 1 << 20, 1L << 40);
        Range(nameof(IdempotencyRetention) + " (s)", IdempotencyRetention.TotalSeconds, 60, TimeSpan.FromDays(365).TotalSeconds);
        Range(nameof(SecretRetention) + " (s)", SecretRetention.TotalSeconds, 0, TimeSpan.FromDays(365).TotalSeconds);
        if (NewKeyRecipientsPerMinute is { } cap) Range(nameof(NewKeyRecipientsPerMinute), cap, 1, Security.RecipientLimits.MaxPerMinute);
        Range(nameof(NewKeyAge) + " (s)", NewKeyAge.TotalSeconds, 60, TimeSpan.FromDays(365).TotalSeconds);
        Range(nameof(CredentialsGrace) + " (s)", CredentialsGrace.TotalSeconds, 0, TimeSpan.FromDays(30).TotalSeconds);
        Range(nameof(CallbackRetention) + " (s)", CallbackRetention.TotalSeconds, 60, TimeSpan.FromDays(3650).TotalSeconds);
        Range(nameof(EarlyEventRetention) + " (s)", EarlyEventRetention.TotalSeconds, 60, TimeSpan.FromDays(365).TotalSeconds);
        Range(nameof(FigureRetention) + " (s)", FigureRetention.TotalSeconds, TimeSpan.FromDays(1).TotalSeconds, TimeSpan.FromDays(3650).TotalSeconds);
        Range(nameof(DrainTimeout) + " (ms)", DrainTimeout.TotalMilliseconds, 0, TimeSpan.FromHours(1).TotalMilliseconds);
        Range(nameof(ClaimBatch), ClaimBatch, 1, 10_000);
        Range(nameof(MaxPendingAccepts), MaxPendingAccepts, 1, 10_000_000);
        Range(nameof(MaxPendingBytes), MaxPendingBytes, 1 << 20, 1L << 40);
        Range(nameof(CommitLinger), CommitLinger.TotalMilliseconds, 0, 100);
        RetryRange(nameof(Retry), Retry);
        RetryRange(nameof(WebhookRetry), WebhookRetry);
        Range("RenderTimeout (ms)", RenderTimeout.TotalMilliseconds, 1, 60_000);
        Range(nameof(MaxRenderedBytes), MaxRenderedBytes, 1024, 64 << 20);
        if (DefaultRegion is not null && !Contacts.Phone.PhoneNumber.IsRegion(DefaultRegion))
            faults.Add($"DefaultRegion is {DefaultRegion}; it must be a country's code of two letters, such as MX.");
        return faults;

        void RetryRange(string name, RetryPolicy retry)
        {
            Range(name + ".MaxAttempts", retry.MaxAttempts, 1, 1000);
            Range(name + ".BaseDelay (ms)", retry.BaseDelay.TotalMilliseconds, 1, TimeSpan.FromDays(1).TotalMilliseconds);
            Range(name + ".MaxDelay (ms)", retry.MaxDelay.TotalMilliseconds, retry.BaseDelay.TotalMilliseconds, TimeSpan.FromDays(7).TotalMilliseconds);
            Range(name + ".MaxAge (s)", retry.MaxAge.TotalSeconds, 1, TimeSpan.FromDays(365).TotalSeconds);
        }

        void Range(string name, double value, double least, double most)
        {
            if (value < least || value > most)
                faults.Add(FormattableString.Invariant($"{name} is {value}; it must lie between {least} and {most}."));
        }
    }
}
