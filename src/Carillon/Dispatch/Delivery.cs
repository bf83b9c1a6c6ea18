using Carillon.Allowances;
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
internal sealed class Delivery : IThreadPoolWorkItem
{
    private readonly DeliveryServices _services;
    private readonly DeliveryTrace _trace;
    private readonly DeliveryOutcomes _outcomes;
    private readonly DeliveryRound _round = new();
    private readonly PooledBufferWriter _buffer = new(8192);
    private OutboundMessage _message = null!;
    private ProviderRuntime _provider = null!;
    private Ticket _ticket;
    private ProviderRuntime[] _order = [];
    private int _segments;
    private long _started;

    public Delivery(DeliveryServices services)
    {
        _services = services;
        _trace = new DeliveryTrace(services.Router, services.Time);
        _outcomes = new DeliveryOutcomes(services, _trace);
    }

    public void Start(Departure departure)
    {
        (_message, _provider, _ticket, _order) = departure;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        var message = _message;
        var place = new Place(_services, _provider, _ticket);
        OutcomeWrite outcome;
        try
        {
            outcome = await DeliverAsync(message, place);
        }
        catch (Exception e)
        {
            // A defect must not strand the message: it is tried again, within its bounds, and its trace says what happened.
            _services.Defects.Report($"Delivery of {PublicId.Format(PublicId.Message, message.Id)}", e);
            var now = _services.Time.GetUtcNow();
            _trace.Explain($"Internal error: {e.GetType().Name}", now);
            outcome = _outcomes.Retry(message, message.Attempts + 1, null, now);
        }

        place.LeaveUnused();
        _buffer.Reset(256 << 10);
        _services.Completed(this, outcome);
    }

    private async ValueTask<OutcomeWrite> DeliverAsync(OutboundMessage message, Place place)
    {
        var now = _services.Time.GetUtcNow();
        var gate = Gate.Check(message, now, _services.Options.RetryOf(message.Channel), _services.HoldOf);
        if (gate.Stop is { } stop)
        {
            _trace.Stopped(stop, now);
            return _outcomes.Final(message, stop, gate.Reason, message.Attempts, now);
        }

        var rendering = await _services.Renderer.RenderAsync(message, _buffer, CancellationToken.None);
        if (rendering.Reason is not null)
        {
            _trace.NotRendered(rendering.Fault!, now);
            return _outcomes.Final(message, MessageStatus.Failed, rendering.Reason, message.Attempts, now);
        }

        // What the text takes as SMS, which is what it costs.
        SmsSize? size = message.Channel == Channel.Sms ? SmsText.Measure(rendering.Content.Text.Span) : null;
        _segments = size?.Segments ?? 1;
        _trace.Rendered(rendering, size, now);

        // The first provider is the one at which the message has its place; those before it had none to give.
        _round.Begin(message);
        var first = place.Provider;
        _trace.PassedOver(message, _order, first);
        _trace.Route(first, "place_taken", _services.Router.RuleOf(message));
        var outcome = await AttemptAsync(place, message, rendering);
        if (outcome is not null) return outcome;

        var isBehind = false;
        foreach (var candidate in _order)
        {
            if (!isBehind || candidate == first)
            {
                isBehind |= candidate == first;
                continue;
            }

            if (_services.Router.IsStopped(message, candidate))
            {
                _trace.Route(candidate, "stopped");
                continue;
            }

            if (await place.MoveToAsync(candidate, candidate.PriceOf(message)) is { Standing: not ProviderStanding.Open } closed)
            {
                PassOver(candidate, closed);
                continue;
            }

            _trace.Route(candidate, "failed_over");
            outcome = await AttemptAsync(place, message, rendering);
            if (outcome is not null) return outcome;
        }

        return _round.End(_outcomes, _trace, _services.Time.GetUtcNow());
    }

    /// <summary>Null where the next provider is to be tried.</summary>
    private async ValueTask<OutcomeWrite?> AttemptAsync(Place place, OutboundMessage message, Rendering rendering)
    {
        var provider = place.Provider;
        var price = provider.PriceOf(message);
        if (await place.SecureAsync(price, _segments) is { } end)
        {
            place.LeaveUnused();
            PassOver(provider, new ProviderEntry(ProviderStanding.Limited, end.Until, end.Kind));
            return null;
        }

        var attempt = ++_round.Attempts;
        var sent = await SendAsync(provider, message, rendering, attempt);
        var now = _services.Time.GetUtcNow();
        if (sent.Result is not { } result)
        {
            // The provider was not asked: it learns nothing, and this was no attempt.
            place.LeaveUnused();
            return NotSent(message, sent, attempt - 1, now);
        }

        var took = _services.Time.GetElapsedTime(_started);
        place.Leave(result, took, now);
        _trace.Attempt(provider, result, attempt, price, _segments, took, now);
        return OutcomeOf(message, result, provider, price, rendering, attempt, now);
    }

    private OutcomeWrite NotSent(OutboundMessage message, SendAttempt sent, int attempts, DateTimeOffset now)
    {
        if (sent.Cause is not null and not StorageUnavailableException)
            _services.Defects.Report($"What {PublicId.Format(PublicId.Message, message.Id)} needs before its send", sent.Cause);
        _trace.Explain(sent.NotSent!, now);
        return sent.IsFinal
            ? _outcomes.Final(message, MessageStatus.Failed, MessageReasons.ContentError, attempts, now)
            : _outcomes.Retry(message, attempts, now + DeliveryOutcomes.NotSentRest, now);
    }

    /// <summary>What a gateway says may quote what it was sent: the secrets are taken out before anybody keeps it.</summary>
    private async ValueTask<SendAttempt> SendAsync(ProviderRuntime provider, OutboundMessage message, Rendering rendering, int attempt)
    {
        _started = _services.Time.GetTimestamp();
        try
        {
            var sent = await _services.Sender.SendAsync(provider, message, rendering.Content, attempt);
            return sent.Result is { Answer: { } answer } result && rendering.Secrets is { } secrets
                ? SendAttempt.Sent(result with { Answer = secrets.Redact(answer) })
                : sent;
        }
        catch (Exception e)
        {
            _services.Defects.Report($"Gateway of provider {provider.Provider.Name}", e);
            return SendAttempt.Sent(SendResult.Unknown($"Internal error: {e.GetType().Name}"));
        }
    }

    /// <summary>What a result means for the message; null where the next provider is to be tried.</summary>
    private OutcomeWrite? OutcomeOf(
        OutboundMessage message, SendResult result, ProviderRuntime provider, Price? price, Rendering rendering, int attempts, DateTimeOffset now)
    {
        var id = provider.Provider.Id;
        switch (result.Outcome)
        {
            case SendOutcome.Accepted:
                var cost = result.Cost is null ? (price?.Of(_segments), price?.Currency) : (result.Cost, result.Currency);
                return _outcomes.Sent(message, id, result.ExternalId, cost, rendering.Hash, attempts, now);

            case SendOutcome.Rejected:
                return _outcomes.Final(message, MessageStatus.Failed, MessageReasons.Rejected, attempts, now, id, rendering.Hash);

            case SendOutcome.RetryAfter when result.IsForAll:
                _round.Throttle(provider.Standing(now, price));
                return null;

            case SendOutcome.RetryAfter:
                return _outcomes.Retry(message, attempts, result.Delay is { } delay ? now + delay : null, now, id);

            case SendOutcome.Unknown when message.Notification.OnUnknown == OnUnknown.Stop:
                return _outcomes.Final(message, MessageStatus.Failed, MessageReasons.OutcomeUnknown, attempts, now, id, rendering.Hash);

            case SendOutcome.Unknown:
                return _outcomes.Retry(message, attempts, null, now, id);

            default:
                _round.Fail(provider.Standing(now, price));
                return null;
        }
    }

    /// <summary>A provider that cannot have the message now.</summary>
    private void PassOver(ProviderRuntime provider, ProviderEntry entry)
    {
        var now = _services.Time.GetUtcNow();
        _trace.Closed(provider, entry, "passed_over", now);
        _round.PassOver(entry, now);
    }
}
