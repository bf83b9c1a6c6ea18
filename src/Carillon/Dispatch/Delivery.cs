using System.Text.Json;
using Carillon.Allowances;
using Carillon.Channels;
using Carillon.Channels.Sms;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Routing;
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

    private static readonly TimeSpan ShortestLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(10);

    /// <summary>
    /// After how many attempts a message still comes back as soon as a provider that was not asked, or throttled, can have it, before its delay is over.
    /// Lanes wait for that provider, so that this is no crowd; later it may be the message that the trouble is about.
    /// </summary>
    private const int PromptAttempts = 3;

    private readonly PooledBufferWriter _buffer = new(8192);
    private readonly TraceWriter _trace = new();
    private OutboundMessage _message = null!;
    private ProviderRuntime _provider = null!;
    private Ticket _ticket;
    private ProviderRuntime[] _order = [];
    private int _units;
    private int _attempts;
    private bool _isLimited;
    private bool _isDear;
    private int _throttled;
    private int _probes;
    private DateTimeOffset? _again;
    private long _started;

    public void Start(Departure departure)
    {
        (_message, _provider, _ticket, _order) = departure;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        var message = _message;
        var place = new Place(services, _provider, _ticket);
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
        var gate = Gate.Check(message, now, services.Options.RetryOf(message.Channel), services.HoldOf);
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
        _units = message.Channel == Channel.Sms ? TraceSize(rendered, rendering.Content) : 1;
        _trace.End();

        // The first provider is the one at which the message has its place; those before it had none to give.
        (_attempts, _isLimited, _isDear, _throttled, _probes, _again) = (message.Attempts, false, false, 0, 0, null);
        var first = place.Provider;
        TracePassedOver(message, first);
        TraceRoute(first, "place_taken", services.Router.RuleOf(message));
        var outcome = await AttemptAsync(place, message, rendering);
        if (outcome is not null) return outcome;

        // Then those behind it; and those before it, which may have one by now.
        foreach (var candidate in _order.SkipWhile(c => c != first).Skip(1).Concat(_order.TakeWhile(c => c != first)))
        {
            if (services.Router.IsStopped(message, candidate))
            {
                TraceRoute(candidate, "stopped");
                continue;
            }

            if (await place.MoveToAsync(candidate) is { Standing: not ProviderStanding.Open } closed)
            {
                PassOver(candidate, closed);
                continue;
            }

            TraceRoute(candidate, "failed_over");
            outcome = await AttemptAsync(place, message, rendering);
            if (outcome is not null) return outcome;
        }

        now = services.Time.GetUtcNow();
        var asked = _attempts - message.Attempts;
        if (asked == 0 && _isLimited) return _isDear ? Hold(message, now) : PutBack(message, now, MessageReasons.Limit);
        if (asked > 0 && asked == _probes) return PutBack(message, now, MessageReasons.Retry);
        var isPrompt = _again is not null && _attempts - message.AttemptsBefore <= PromptAttempts;
        return Retry(
            message, now, _attempts, _throttled == asked ? _again : null, MessageReasons.Retry, "No provider could take it.",
            early: isPrompt ? _again : null);
    }

    /// <summary>Null where the next provider is to be tried.</summary>
    private async ValueTask<OutcomeWrite?> AttemptAsync(Place place, OutboundMessage message, Rendering rendering)
    {
        var provider = place.Provider;
        if (await place.SecureAsync(_units) is { } end)
        {
            _isDear |= end.Kind.IsMoney() && _units > 1;
            place.LeaveUnused();
            PassOver(provider, new ProviderEntry(ProviderStanding.Limited, end.Until, end.Kind));
            return null;
        }

        var attempt = ++_attempts;
        var sent = await SendAsync(provider, message, rendering, attempt);
        var now = services.Time.GetUtcNow();
        if (sent.Result is not { } result)
        {
            // The provider was not asked: it learns nothing, and this was no attempt.
            place.LeaveUnused();
            return NotSent(message, sent, attempt - 1, now);
        }

        place.Leave(result, services.Time.GetElapsedTime(_started), now);
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
    private static int TraceSize(Utf8JsonWriter line, RenderedContent content)
    {
        var size = SmsText.Measure(content.Text.Span);
        line.WriteString("encoding", SmsEncodingNames.All.NameOf(size.Encoding));
        line.WriteNumber("segments", size.Segments);
        return size.Segments;
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
                    Cost = result.Cost ?? Allowance.CostOf(provider.Provider.Policy, _units),
                    Currency = result.Cost is null ? provider.Provider.Policy.Cost?.Currency : result.Currency,
                    ContentHash = rendering.Hash,
                    Trace = _trace.Take(),
                    EraseSecretsAt = message.Notification.Secrets is null ? null : now,
                };

            case SendOutcome.Rejected:
                return Final(message, now, MessageStatus.Failed, MessageReasons.Rejected, attempts, provider.Provider.Id, rendering.Hash);

            case SendOutcome.RetryAfter when result.IsForAll:
                _throttled++;
                if (provider.Standing(now) is { Standing: ProviderStanding.Resting } rest) ComeAgain(rest.RetryAt);
                return null;

            case SendOutcome.RetryAfter:
                return Retry(
                    message, now, attempts, result.Delay is { } delay ? now + delay : null, MessageReasons.Retry, null, provider.Provider.Id);

            case SendOutcome.Unknown when message.Notification.OnUnknown == OnUnknown.Stop:
                return Final(message, now, MessageStatus.Failed, MessageReasons.OutcomeUnknown, attempts, provider.Provider.Id, rendering.Hash);

            case SendOutcome.Unknown:
                return Retry(message, now, attempts, null, MessageReasons.Retry, null, provider.Provider.Id);

            default:
                if (provider.Standing(now) is { Standing: ProviderStanding.Resting } failed)
                {
                    _probes++;
                    ComeAgain(failed.RetryAt);
                }

                return null;
        }
    }

    private OutcomeWrite Retry(
        OutboundMessage message, DateTimeOffset now, int attempts, DateTimeOffset? notBefore, string reason, string? explanation, Guid? provider = null,
        DateTimeOffset? early = null)
    {
        var policy = services.Options.RetryOf(message.Channel);
        var sample = Random.Shared.NextDouble();
        var next = policy.Next(message, attempts, now, notBefore, sample)
            ?? policy.Next(message, attempts, now, notBefore, sample, services.HoldOf(message.Lane, now)?.Until);
        if (explanation is not null) Explain(now, OutcomeKind, explanation);
        if (next is null) return Final(message, now, MessageStatus.Failed, MessageReasons.RetriesExhausted, attempts, provider);
        if (early < next) next = early < now ? now : early;

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

    /// <summary>
    /// It only found out that a provider is out, or over a limit, for all: that is no attempt, and it keeps its place among those that wait. Its lane
    /// pauses until one can be asked again, and goes on at once when a limit is raised.
    /// </summary>
    private OutcomeWrite PutBack(OutboundMessage message, DateTimeOffset now, string reason)
    {
        var line = _trace.Begin(now, OutcomeKind);
        line.WriteString("answer", reason);
        if (_again is { } again) line.WriteNumber("next", again.ToUnixTimeMilliseconds());
        _trace.End();
        return new OutcomeWrite
        {
            Message = message,
            At = now,
            Status = MessageStatus.Queued,
            Reason = reason,
            DueAt = message.DueAt,
            Attempts = message.Attempts,
            Trace = _trace.Take(),
        };
    }

    /// <summary>
    /// It costs more than is left, and others of its lane may not: it waits by itself. That the budget was raised nobody tells it, so it looks now and
    /// then, after an eighth of the time that it has waited.
    /// </summary>
    private OutcomeWrite Hold(OutboundMessage message, DateTimeOffset now)
    {
        var look = (now - message.BegunAt) / 8;
        var latest = now + (look < ShortestLook ? ShortestLook : look > LongestLook ? LongestLook : look);
        var next = _again is { } again && again > now ? again : now + NotSentRest;
        if (next > latest) next = latest;
        var line = _trace.Begin(now, OutcomeKind);
        line.WriteString("answer", MessageReasons.Limit);
        line.WriteNumber("next", next.ToUnixTimeMilliseconds());
        _trace.End();
        return new OutcomeWrite
        {
            Message = message,
            At = now,
            Status = MessageStatus.Held,
            Reason = MessageReasons.Limit,
            DueAt = next,
            Attempts = message.Attempts,
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
        foreach (var foreign in services.Router.Foreign(message, _order)) TraceForeign(foreign, message.Region);
        foreach (var candidate in _order)
        {
            if (candidate == first) return;
            var now = services.Time.GetUtcNow();
            if (services.Router.IsStopped(message, candidate)) TraceRoute(candidate, "stopped");
            else TraceEntry(candidate, candidate.Standing(now), now, "had_no_place");
        }
    }

    /// <summary>A provider that cannot have the message now, and from when on it perhaps can.</summary>
    private void PassOver(ProviderRuntime provider, ProviderEntry entry)
    {
        var now = services.Time.GetUtcNow();
        TraceEntry(provider, entry, now, "passed_over");
        _isLimited |= entry.Standing == ProviderStanding.Limited;
        // For a place it waits in its lane.
        ComeAgain(entry.Standing is ProviderStanding.Limited or ProviderStanding.Resting ? entry.RetryAt : now);
    }

    private void ComeAgain(DateTimeOffset at)
    {
        if (_again is null || at < _again) _again = at;
    }

    private void TraceEntry(ProviderRuntime provider, ProviderEntry entry, DateTimeOffset now, string open)
    {
        var line = _trace.Begin(now, RouteKind);
        line.WriteString("provider", provider.PublicId);
        line.WriteString("why", entry.Standing switch
        {
            ProviderStanding.Resting => "resting",
            ProviderStanding.Full or ProviderStanding.Refilling => "full",
            ProviderStanding.Limited => "limited",
            // It has room again by now.
            _ => open,
        });
        if (entry.Limit is { } limit) line.WriteString("limit", LimitKindNames.All.NameOf(limit));
        if (entry.Standing is ProviderStanding.Resting or ProviderStanding.Limited) line.WriteNumber("until", entry.RetryAt.ToUnixTimeMilliseconds());
        _trace.End();
    }

    private void TraceForeign(ProviderRuntime provider, string region)
    {
        var line = _trace.Begin(services.Time.GetUtcNow(), RouteKind);
        line.WriteString("provider", provider.PublicId);
        line.WriteString("why", "not_served");
        if (region.Length > 0) line.WriteString("country", region);
        _trace.End();
    }

    private void TraceRoute(ProviderRuntime provider, string why, RoutingRule? rule = null)
    {
        var line = _trace.Begin(services.Time.GetUtcNow(), RouteKind);
        line.WriteString("provider", provider.PublicId);
        line.WriteString("why", why);
        if (rule is not null) line.WriteString("by", rule.Sticky ? "sticky" : RoutingStrategyNames.All.NameOf(rule.Strategy));
        _trace.End();
    }

    private void Explain(DateTimeOffset at, JsonEncodedText kind, string text)
    {
        var line = _trace.Begin(at, kind);
        line.WriteString("text", text);
        _trace.End();
    }
}
