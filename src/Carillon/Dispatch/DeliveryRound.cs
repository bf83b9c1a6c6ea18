using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>What became of one round of a message past its providers, none of which took it. Used for one message after the other.</summary>
internal sealed class DeliveryRound
{
    /// <summary>
    /// After how many attempts a message still comes back as soon as a provider that was not asked, rests, or throttled, can have it, before its delay is
    /// over. Lanes wait for that provider, so that this is no crowd; later it may be the message that the trouble is about, and others must pass it.
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

    /// <summary>By its parts it costs more than is left of a budget, and others of its lane may not.</summary>
    public bool IsDear { get; set; }

    public void Begin(OutboundMessage message) =>
        (_message, Attempts, IsDear, _isLimited, _throttled, _probes, Again) = (message, message.Attempts, false, false, 0, 0, null);

    /// <summary>A provider that was not asked.</summary>
    public void PassOver(ProviderEntry entry, DateTimeOffset now)
    {
        _isLimited |= entry.Standing == ProviderStanding.Limited;
        // For a place it waits in its lane.
        ComeAgain(entry.Standing is ProviderStanding.Limited or ProviderStanding.Resting ? entry.RetryAt : now);
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
        if (asked == 0 && _isLimited) return IsDear ? outcomes.Hold(_message, Again, now) : outcomes.PutBack(_message, MessageReasons.Limit, Attempts, Again, now);
        var isPrompt = Again is not null && Attempts - _message.AttemptsBefore <= PromptAttempts;
        if (isPrompt && asked == _probes) return outcomes.PutBack(_message, MessageReasons.Retry, Attempts, Again, now);
        trace.Explain("No provider could take it.", now);
        return outcomes.Retry(_message, Attempts, _throttled == asked ? Again : null, now, early: isPrompt ? Again : null);
    }

    private void ComeAgain(DateTimeOffset at)
    {
        if (Again is null || at < Again) Again = at;
    }
}
