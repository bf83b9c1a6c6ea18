using System.Text.Json;
using Carillon.Channels;
using Carillon.Channels.Sms;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>
/// Takes one message through gate, renderer, router and sender, and hands its outcome to be recorded. An instance is used for one
/// message after the other, so that its buffers are.
/// </summary>
internal sealed class Delivery(DeliveryServices services) : IThreadPoolWorkItem
{
    private static readonly JsonEncodedText GateKind = JsonEncodedText.Encode("gate");
    private static readonly JsonEncodedText RenderKind = JsonEncodedText.Encode("render");
    private static readonly JsonEncodedText RouteKind = JsonEncodedText.Encode("route");
    private static readonly JsonEncodedText AttemptKind = JsonEncodedText.Encode("attempt");
    private static readonly JsonEncodedText OutcomeKind = JsonEncodedText.Encode("outcome");

    /// <summary>How long a message waits at least that could not be sent for want of the store.</summary>
    private static readonly TimeSpan NotSentRest = TimeSpan.FromSeconds(1);

    private readonly PooledBufferWriter _buffer = new(8192);
    private readonly TraceWriter _trace = new();
    private OutboundMessage _message = null!;
    private ProviderRuntime _provider = null!;
    private long _started;

    public void Start(Departure departure)
    {
        (_message, _provider) = departure;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        var message = _message;
        var place = new Place(services, _provider);
        OutcomeWrite outcome;
        try
        {
            outcome = await DeliverAsync(message, place);
        }
        catch (Exception e)
        {
            // A defect must not strand the message: it is tried again, within its bounds, and its trace says what happened.
            services.Defects.Report($"Delivery of {PublicId.Format(PublicId.Message, message.Id)}", e);
            outcome = Retry(message, services.Time.GetUtcNow(), message.Attempts + 1, null, MessageReasons.Retry, $"Internal error: {e.GetType().Name}");
        }

        place.LeaveUnused();
        _buffer.Reset(256 << 10);
        services.Completed(this, outcome);
    }

    private async ValueTask<OutcomeWrite> DeliverAsync(OutboundMessage message, Place place)
    {
        var now = services.Time.GetUtcNow();
        var gate = Gate.Check(message, now, services.Options.RetryOf(message.Channel));
        if (gate.Stop is { } stop)
        {
            var line = _trace.Begin(now, GateKind);
            line.WriteString("answer", stop.Name());
            _trace.End();
            return Final(message, now, stop, gate.Reason, message.Attempts);
        }

        var rendering = await services.Renderer.RenderAsync(message, _buffer, CancellationToken.None);
        if (rendering.Reason is not null)
        {
            Explain(now, RenderKind, rendering.Fault!);
            return Final(message, now, MessageStatus.Failed, rendering.Reason, message.Attempts);
        }

        var rendered = _trace.Begin(now, RenderKind);
        rendered.WriteString("variant", rendering.Variant);
        if (message.Channel == Channel.Sms) TraceSize(rendered, rendering.Content);
        _trace.End();

        // The first provider is the one at which the message has its place; those before it had none to give.
        var attempts = message.Attempts;
        var first = place.Provider;
        TracePassedOver(message, first);
        TraceRoute(first, "place_taken");
        var outcome = await AttemptAsync(place, message, rendering, ++attempts);
        if (outcome is not null) return outcome;

        var isBehind = false;
        foreach (var candidate in services.Router.Candidates(message.Lane))
        {
            if (!isBehind || candidate == first)
            {
                isBehind |= candidate == first;
                continue;
            }

            if (!place.MoveTo(candidate))
            {
                TraceRoute(candidate, "passed_over");
                continue;
            }

            TraceRoute(candidate, "failed_over");
            outcome = await AttemptAsync(place, message, rendering, ++attempts);
            if (outcome is not null) return outcome;
        }

        return Retry(message, services.Time.GetUtcNow(), attempts, null, MessageReasons.Retry, "No provider could take it.");
    }

    private async ValueTask<OutcomeWrite?> AttemptAsync(Place place, OutboundMessage message, Rendering rendering, int attempt)
    {
        var provider = place.Provider;
        var sent = await SendAsync(provider, message, rendering, attempt);
        var now = services.Time.GetUtcNow();
        if (sent.Result is not { } result)
        {
            // The provider was not asked: it learns nothing, and this was no attempt.
            place.LeaveUnused();
            return NotSent(message, sent, attempt - 1, now);
        }

        place.Leave(result, now);
        TraceAttempt(provider, result, attempt, now);
        return OutcomeOf(message, result, provider, rendering, attempt, now);
    }

    private OutcomeWrite NotSent(OutboundMessage message, SendAttempt sent, int attempts, DateTimeOffset now)
    {
        if (sent.Cause is not null and not StorageUnavailableException)
            services.Defects.Report($"What {PublicId.Format(PublicId.Message, message.Id)} needs before its send", sent.Cause);
        Explain(now, OutcomeKind, sent.NotSent!);
        return sent.IsFinal
            ? Final(message, now, MessageStatus.Failed, MessageReasons.ContentError, attempts)
            : Retry(message, now, attempts, now + NotSentRest, MessageReasons.Retry, null);
    }

    /// <summary>What a gateway says may quote what it was sent: the secrets are taken out before anybody keeps it.</summary>
    private async ValueTask<SendAttempt> SendAsync(ProviderRuntime provider, OutboundMessage message, Rendering rendering, int attempt)
    {
        _started = services.Time.GetTimestamp();
        try
        {
            var sent = await services.Sender.SendAsync(provider, message, rendering.Content, attempt);
            return sent.Result is { Answer: { } answer } result && rendering.Secrets is { } secrets
                ? SendAttempt.Sent(result with { Answer = secrets.Redact(answer) })
                : sent;
        }
        catch (Exception e)
        {
            services.Defects.Report($"Gateway of provider {provider.Provider.Name}", e);
            return SendAttempt.Sent(SendResult.Unknown($"Internal error: {e.GetType().Name}"));
        }
    }

    /// <summary>What the text takes as SMS, which is what it costs.</summary>
    private static void TraceSize(Utf8JsonWriter line, RenderedContent content)
    {
        var size = SmsText.Measure(content.Text.Span);
        line.WriteString("encoding", SmsEncodingNames.All.NameOf(size.Encoding));
        line.WriteNumber("segments", size.Segments);
    }

    private void TraceAttempt(ProviderRuntime provider, SendResult result, int attempt, DateTimeOffset now)
    {
        var line = _trace.Begin(now, AttemptKind);
        line.WriteNumber("attempt", attempt);
        line.WriteString("provider", provider.PublicId);
        line.WriteString("outcome", SendOutcomeNames.All.NameOf(result.Outcome));
        if (result.Answer is not null) line.WriteString("answer", result.Answer);
        if (result.ExternalId is not null) line.WriteString("external_id", result.ExternalId);
        line.WriteNumber("ms", (long)services.Time.GetElapsedTime(_started).TotalMilliseconds);
        _trace.End();
    }

    /// <summary>What a result means for the message; null where the next provider is to be tried.</summary>
    private OutcomeWrite? OutcomeOf(
        OutboundMessage message, SendResult result, ProviderRuntime provider, Rendering rendering, int attempts, DateTimeOffset now)
    {
        switch (result.Outcome)
        {
            case SendOutcome.Accepted:
                return new OutcomeWrite
                {
                    Message = message,
                    At = now,
                    Status = MessageStatus.Sent,
                    Attempts = attempts,
                    ProviderId = provider.Provider.Id,
                    ExternalId = result.ExternalId,
                    Cost = result.Cost,
                    Currency = result.Currency,
                    ContentHash = rendering.Hash,
                    Trace = _trace.Take(),
                    EraseSecretsAt = message.Notification.Secrets is null ? null : now,
                };

            case SendOutcome.Rejected:
                return Final(message, now, MessageStatus.Failed, MessageReasons.Rejected, attempts, provider.Provider.Id, rendering.Hash);

            case SendOutcome.RetryAfter:
                return Retry(
                    message, now, attempts, result.Delay is { } delay ? now + delay : null, MessageReasons.Retry, null, provider.Provider.Id);

            case SendOutcome.Unknown when message.Notification.OnUnknown == OnUnknown.Stop:
                return Final(message, now, MessageStatus.Failed, MessageReasons.OutcomeUnknown, attempts, provider.Provider.Id, rendering.Hash);

            case SendOutcome.Unknown:
                return Retry(message, now, attempts, null, MessageReasons.Retry, null, provider.Provider.Id);

            default:
                return null;
        }
    }

    private OutcomeWrite Retry(
        OutboundMessage message, DateTimeOffset now, int attempts, DateTimeOffset? notBefore, string reason, string? explanation, Guid? provider = null)
    {
        var next = services.Options.RetryOf(message.Channel).Next(message, attempts, now, notBefore, Random.Shared.NextDouble());
        if (explanation is not null) Explain(now, OutcomeKind, explanation);
        if (next is null) return Final(message, now, MessageStatus.Failed, MessageReasons.RetriesExhausted, attempts, provider);

        var line = _trace.Begin(now, OutcomeKind);
        line.WriteString("answer", reason);
        line.WriteNumber("next", next.Value.ToUnixTimeMilliseconds());
        _trace.End();
        return new OutcomeWrite
        {
            Message = message,
            At = now,
            Status = MessageStatus.Queued,
            Reason = reason,
            DueAt = next,
            Attempts = attempts,
            ProviderId = provider,
            Trace = _trace.Take(),
        };
    }

    private OutcomeWrite Final(
        OutboundMessage message, DateTimeOffset now, MessageStatus status, string? reason, int attempts, Guid? provider = null, Guid? hash = null)
    {
        // Once unknown, never another try by another way: the next step of the plan would be one.
        var next = reason is MessageReasons.OutcomeUnknown || status is MessageStatus.Expired ? null : services.Plans.NextStep(message, now);
        return new OutcomeWrite
        {
            Message = message,
            At = now,
            Status = status,
            Reason = reason,
            Attempts = attempts,
            ProviderId = provider,
            ContentHash = hash,
            Trace = _trace.Take(),
            Next = next,
            EraseSecretsAt = message.Notification.Secrets is null || next is not null ? null : now + services.Options.SecretRetention,
        };
    }

    /// <summary>Providers that would have gone before this one and had no place, with why they have none.</summary>
    private void TracePassedOver(OutboundMessage message, ProviderRuntime first)
    {
        var candidates = services.Router.Candidates(message.Lane);
        var before = 0;
        while (before < candidates.Count && candidates[before] != first) before++;
        if (before == candidates.Count) return;
        for (var i = 0; i < before; i++)
        {
            var now = services.Time.GetUtcNow();
            var standing = candidates[i].TryEnter(now, out var retryAt);
            if (standing == ProviderStanding.Open)
            {
                // It has room again by now: the place goes back to those who wait for one.
                candidates[i].Leave();
                services.ProviderHasRoom(candidates[i], ProviderRoom.OnePlace);
            }

            var line = _trace.Begin(now, RouteKind);
            line.WriteString("provider", candidates[i].PublicId);
            line.WriteString("why", standing switch { ProviderStanding.Resting => "resting", ProviderStanding.Full => "full", _ => "had_no_place" });
            if (standing == ProviderStanding.Resting) line.WriteNumber("until", retryAt.ToUnixTimeMilliseconds());
            _trace.End();
        }
    }

    private void TraceRoute(ProviderRuntime provider, string why)
    {
        var line = _trace.Begin(services.Time.GetUtcNow(), RouteKind);
        line.WriteString("provider", provider.PublicId);
        line.WriteString("why", why);
        _trace.End();
    }

    private void Explain(DateTimeOffset at, JsonEncodedText kind, string text)
    {
        var line = _trace.Begin(at, kind);
        line.WriteString("text", text);
        _trace.End();
    }
}
