using Carillon.Allowances;
using Carillon.Channels;
using Carillon.Messages;

namespace Carillon.Providers;

/// <summary>
/// A provider at work on this node: its gateway, how many sends are under way, and whether it is worth asking. Thread-safe.
/// </summary>
/// <remarks>
/// After <see cref="TripAfter"/> failures in a row it rests: 1 s, 2 s, 4 s … up to 30 s, each half random so that nodes do not come
/// back together. Then one send probes it; an answer opens it again, whatever the answer says of the message.
/// A gateway that throttles rests as long as it asks for, at most <see cref="LongestAsked"/>. When it throttles again before it has
/// taken anything, it rests for at least 1 s, 2 s, 4 s … up to 30 s.
/// </remarks>
public sealed class ProviderRuntime
{
    private const int TripAfter = 5;
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly LimitKeeper? _limits;
    private readonly PriceTable? _prices;
    private int _underWay;
    private int _failuresInRow;
    private int _trips;
    private DateTimeOffset _restUntil;
    private int _throttles;
    private DateTimeOffset _throttledUntil;
    private bool _isRetired;

    /// <param name="limits">Keeps the provider's limits; null where none hold.</param>
    /// <param name="health">Of the version of it that this one takes the place of.</param>
    public ProviderRuntime(Provider provider, IGateway gateway, LimitKeeper? limits = null, ProviderHealth? health = null)
    {
        Provider = provider;
        Gateway = gateway;
        Echo = CredentialEcho.Of(provider);
        PublicId = Messages.PublicId.Format(Messages.PublicId.Provider, provider.Id);
        _limits = limits;
        _prices = PriceTable.Of(provider.Policy.Cost);
        Health = health ?? new ProviderHealth();
        Health.Meter.SetCircuit(isClosed: true);
        Allowance = limits?.Open(this);
    }

    public Provider Provider { get; }

    public IGateway Gateway { get; }

    /// <summary>With the credentials before these: it sends nothing, it only checks callbacks. Null where there are none.</summary>
    internal IGateway? Previous { get; init; }

    /// <summary>Takes its credentials out of what the vendor says; null where there are none.</summary>
    internal CredentialEcho? Echo { get; }

    public string PublicId { get; }

    /// <summary>Called when it goes to rest after it had been well, by whoever ended the send; it must be quick.</summary>
    internal Action<ProviderRuntime>? Tripped { get; init; }

    /// <summary>How it has done of late.</summary>
    public ProviderHealth Health { get; }

    /// <summary>What bounds its sends beside their number at once; null for nothing.</summary>
    internal Allowance? Allowance { get; }

    /// <summary>Its price is not the same for every number.</summary>
    internal bool HasPricesByCountry => _prices is { HasCountries: true };

    /// <summary>What it takes for each unit of a message; null when nobody has said.</summary>
    internal Price? PriceOf(OutboundMessage message) => _prices?.Of(message);

    /// <summary>Takes a place among its sends where it is open; each place is ended by <see cref="Exit"/> or <see cref="Leave"/>.</summary>
    /// <param name="price">Of the message for which it is.</param>
    internal ProviderEntry TryEnter(DateTimeOffset now, Price? price)
    {
        lock (_lock)
        {
            // Whoever still found a retired one looks again at once, and finds what has taken its place.
            if (_isRetired) return new ProviderEntry(ProviderStanding.Resting, now);
            if (StandingLocked(now) is { Standing: not ProviderStanding.Open } closed) return closed;
            Ticket ticket = default;
            if (Allowance is { } allowance)
            {
                switch (allowance.TryTake(now, price, out ticket, out var end))
                {
                    case AllowanceAnswer.Over:
                        return new ProviderEntry(ProviderStanding.Limited, end.Until, Limit: end.Kind);
                    case AllowanceAnswer.Asked:
                        return new ProviderEntry(ProviderStanding.Refilling);
                }
            }

            _underWay++;
            return new ProviderEntry(ProviderStanding.Open, Ticket: ticket);
        }
    }

    /// <summary>What <see cref="TryEnter"/> would answer; no place is taken.</summary>
    internal ProviderEntry Standing(DateTimeOffset now, Price? price)
    {
        lock (_lock)
        {
            var standing = StandingLocked(now);
            return standing.Standing == ProviderStanding.Open && Allowance is { } allowance && allowance.Standing(now, price, out var end) == AllowanceAnswer.Over
                ? new ProviderEntry(ProviderStanding.Limited, end.Until, Limit: end.Kind)
                : standing;
        }
    }

    /// <summary>Whether it is closed after failures: <c>closed</c> in the sense of a circuit when all is well.</summary>
    public (CircuitState State, DateTimeOffset? Until, int Failures) Circuit(DateTimeOffset now)
    {
        lock (_lock)
        {
            return _trips == 0 ? (CircuitState.Closed, null, _failuresInRow)
                : now < _restUntil ? (CircuitState.Open, _restUntil, _failuresInRow)
                : (CircuitState.HalfOpen, null, _failuresInRow);
        }
    }

    /// <summary>Sends under way on this node.</summary>
    public int UnderWay
    {
        get
        {
            lock (_lock) return _underWay;
        }
    }

    /// <summary>Gives a place back after a send, and learns from its result.</summary>
    internal ProviderRoom Exit(Ticket ticket, SendResult result, TimeSpan took, DateTimeOffset now)
    {
        Allowance?.Settle(ticket, result, now);
        Health.Note(result, took, now);
        ProviderRoom room;
        bool end, hasTripped;
        lock (_lock)
        {
            var (tripsBefore, throttlesBefore) = (_trips, _throttles);
            _underWay--;
            if (result.Outcome is SendOutcome.Unavailable or SendOutcome.Unknown)
            {
                if (++_failuresInRow >= TripAfter || _trips > 0) Trip(now);
            }
            else
            {
                _failuresInRow = 0;
                _trips = 0;
                if (result.IsForAll) Throttle(result.Delay ?? FirstRest, now);
                else _throttles = 0;
            }

            // One that was replaced speaks no longer for the provider.
            if (!_isRetired) Health.Meter.SetCircuit(isClosed: _trips == 0);
            room = _trips != tripsBefore || _throttles > throttlesBefore ? ProviderRoom.Changed : ProviderRoom.OnePlace;
            hasTripped = tripsBefore == 0 && _trips > 0;
            end = _isRetired && _underWay == 0;
        }

        if (hasTripped) Tripped?.Invoke(this);
        if (end) End();
        return room;
    }

    /// <summary>Gives a place back that was not used: nothing was sent, nothing is learnt.</summary>
    internal void Leave(Ticket ticket, DateTimeOffset now)
    {
        Allowance?.GiveBack(ticket, now);
        bool end;
        lock (_lock)
        {
            _underWay--;
            end = _isRetired && _underWay == 0;
        }

        if (end) End();
    }

    /// <summary>It was changed or removed: its gateway is disposed once its last send has ended.</summary>
    public void Retire()
    {
        bool end;
        lock (_lock)
        {
            _isRetired = true;
            end = _underWay == 0;
        }

        if (Allowance is { } allowance) _limits!.Close(allowance);
        if (end) End();
    }

    /// <summary>Its gateways are disposed; sends have ended.</summary>
    internal async ValueTask CloseAsync()
    {
        await Gateway.DisposeAsync();
        if (Previous is not null) await Previous.DisposeAsync();
    }

    private void End()
    {
        if (Allowance is { } allowance) _limits!.Forget(allowance);
        _ = CloseAsync().AsTask();
    }

    private ProviderEntry StandingLocked(DateTimeOffset now)
    {
        if (_trips > 0 && now < _restUntil) return new ProviderEntry(ProviderStanding.Resting, _restUntil);
        if (now < _throttledUntil) return new ProviderEntry(ProviderStanding.Resting, _throttledUntil);
        // A tripped one takes a single send, and only when those from before have ended: their failures say nothing new.
        return new ProviderEntry(_underWay >= (_trips > 0 ? 1 : Provider.MaxConcurrency) ? ProviderStanding.Full : ProviderStanding.Open);
    }

    private void Throttle(TimeSpan asked, DateTimeOffset now)
    {
        // Sends that were under way when it asked for time are throttled too; they say nothing new.
        if (now < _throttledUntil) return;
        var least = _throttles == 0 ? TimeSpan.Zero : FirstRest * (1 << Math.Min(_throttles - 1, 10));
        if (least > LongestRest) least = LongestRest;
        _throttles++;
        _throttledUntil = now + (asked > LongestAsked ? LongestAsked : asked < least ? least : asked);
    }

    private void Trip(DateTimeOffset now)
    {
        // Sends that were under way when it tripped fail too; they say nothing new.
        if (_trips > 0 && now < _restUntil) return;
        var rest = Math.Min(LongestRest.TotalMilliseconds, FirstRest.TotalMilliseconds * (1 << Math.Min(_trips, 10)));
        _trips++;
        _restUntil = now + TimeSpan.FromMilliseconds(rest * (0.5 + (Random.Shared.NextDouble() / 2)));
    }
}

/// <summary>A circuit breaker's states.</summary>
public enum CircuitState
{
    /// <summary>All is well.</summary>
    Closed,

    /// <summary>It rests after failures in a row.</summary>
    Open,

    /// <summary>One send probes it.</summary>
    HalfOpen,
}

public static class CircuitStateNames
{
    public static readonly Messages.WireNames<CircuitState> All = new(
        (CircuitState.Closed, "closed"), (CircuitState.Open, "open"), (CircuitState.HalfOpen, "half_open"));
}

public enum ProviderStanding
{
    Open,

    /// <summary>As many sends under way as it may have.</summary>
    Full,

    /// <summary>It failed several times in a row and is left alone for a while.</summary>
    Resting,

    /// <summary>A limit or its budget is used up until a window ends.</summary>
    Limited,

    /// <summary>The next portion of its limits is being reserved.</summary>
    Refilling,
}

/// <summary>What a provider says to a message that comes to its door.</summary>
/// <param name="RetryAt">Where it rests or is limited: until when.</param>
/// <param name="Limit">Which of its limits is used up.</param>
/// <param name="Ticket">What was taken of its limits.</param>
internal readonly record struct ProviderEntry(
    ProviderStanding Standing, DateTimeOffset RetryAt = default, LimitKind? Limit = null, Ticket Ticket = default);

/// <summary>What giving a place back means for those who wait for one.</summary>
public enum ProviderRoom
{
    /// <summary>One place came free.</summary>
    OnePlace,

    /// <summary>It came back, or went to rest: everybody who waits should look again.</summary>
    Changed,
}
