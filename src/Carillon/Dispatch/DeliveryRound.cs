using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>What became of one round of a message past its providers, none of which took it. Used for one message after the other.</summary>
internal sealed class DeliveryRound
{
    /// <summary>
    /// After how many attempts a message still comes back as soon as a provider that was not asked, or throttled, can have it. It rests for all, so that
    /// this is no crowd; after them a message waits as others do, for it may be what the trouble is about.
    /// </summary>
    private const int PromptAttempts = 3;

    private OutboundMessage _message = null!;
    private bool _isLimited;
    private int _throttled;
    private int _probes;

    /// <summary>All of the message's, this round's included.</summary>
    public int Attempts { get; set; }

    /// <summary>When a provider that cannot have it now perhaps can; null when nothing is known.</summary>
    public DateTimeOffset? Again { get; private set; }

    public void Begin(OutboundMessage message) =>
        (_message, Attempts, _isLimited, _throttled, _probes, Again) = (message, message.Attempts, false, 0, 0, null);

    /// <summary>A provider that was not asked.</summary>
    public void PassOver(ProviderEntry entry, DateTimeOffset now)
    {
        _isLimited |= entry.Standing == ProviderStanding.Limited;
        ComeAgain(entry.Standing is ProviderStanding.Limited or ProviderStanding.Resting ? entry.RetryAt : now + DeliveryOutcomes.NotSentRest);
    }

    /// <summary>A provider that asked for time, for all that goes to it.</summary>
    /// <param name="standing">As it is after that.</param>
    public void Throttle(ProviderEntry standing)
    {
        _throttled++;
        if (standing.Standing == ProviderStanding.Resting) ComeAgain(standing.RetryAt);
    }

    /// <summary>A provider that could not serve.</summary>
    /// <param name="standing">As it is after that: where it rests, the message was the one that found out.</param>
    public void Fail(ProviderEntry standing)
    {
        if (standing.Standing != ProviderStanding.Resting) return;
        _probes++;
        ComeAgain(standing.RetryAt);
    }

    /// <summary>Nobody took it.</summary>
    public OutcomeWrite End(DeliveryOutcomes outcomes, DeliveryTrace trace, DateTimeOffset now)
    {
        var asked = Attempts - _message.Attempts;
        // Nobody was asked, for want of what may still be sent: that is no attempt.
        if (asked == 0 && _isLimited) return outcomes.Hold(_message, Again, now);
        if (asked > 0 && asked == _probes) return outcomes.PutBack(_message, Again, now);
        var isPrompt = Again is not null && Attempts - _message.AttemptsBefore <= PromptAttempts;
        trace.Explain("No provider could take it.", now);
        return outcomes.Retry(_message, Attempts, isPrompt || _throttled > 0 ? Again : null, now, sample: isPrompt ? 0 : null);
    }

    private void ComeAgain(DateTimeOffset at)
    {
        if (Again is null || at < Again) Again = at;
    }
}
