using Carillon.Channels;

namespace Carillon.Providers;

/// <summary>
/// A provider at work on this node: its gateway, how many sends are under way, and whether it is worth asking. Thread-safe.
/// </summary>
/// <remarks>
/// After <see cref="TripAfter"/> failures in a row it rests: 1 s, 2 s, 4 s … up to 30 s, each half random so that nodes do not come
/// back together. Then one send probes it; an answer opens it again, whatever the answer says of the message.
/// </remarks>
public sealed class ProviderRuntime(Provider provider, IGateway gateway)
{
    private const int TripAfter = 5;
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private int _underWay;
    private int _failuresInRow;
    private int _trips;
    private DateTimeOffset _restUntil;
    private bool _isRetired;

    public Provider Provider { get; } = provider;

    public IGateway Gateway { get; } = gateway;

    public string PublicId { get; } = Messages.PublicId.Format(Messages.PublicId.Provider, provider.Id);

    /// <summary>What went wrong last, and when; null when nothing has.</summary>
    public (DateTimeOffset At, string Message)? LastError { get; private set; }

    /// <summary>Takes a place among its sends where it is open; each place is ended by <see cref="Exit"/> or <see cref="Leave"/>.</summary>
    /// <param name="retryAt">Where it rests: until when.</param>
    public ProviderStanding TryEnter(DateTimeOffset now, out DateTimeOffset retryAt)
    {
        lock (_lock)
        {
            retryAt = _restUntil;
            if (_isRetired)
            {
                // Whoever still found it looks again at once, and finds what has taken its place.
                retryAt = now;
                return ProviderStanding.Resting;
            }

            if (_trips > 0 && now < _restUntil) return ProviderStanding.Resting;
            // A tripped one takes a single send, and only when those from before have ended: their failures say nothing new.
            if (_underWay >= (_trips > 0 ? 1 : Provider.MaxConcurrency)) return ProviderStanding.Full;
            _underWay++;
            return ProviderStanding.Open;
        }
    }

    /// <summary>What <see cref="TryEnter"/> would answer; no place is taken.</summary>
    public ProviderStanding Standing(DateTimeOffset now, out DateTimeOffset retryAt)
    {
        lock (_lock)
        {
            retryAt = _restUntil;
            if (_trips > 0 && now < _restUntil) return ProviderStanding.Resting;
            return _underWay >= (_trips > 0 ? 1 : Provider.MaxConcurrency) ? ProviderStanding.Full : ProviderStanding.Open;
        }
    }

    /// <summary>Gives a place back after a send, and learns from its result.</summary>
    public ProviderRoom Exit(SendResult result, DateTimeOffset now)
    {
        ProviderRoom room;
        bool dispose;
        lock (_lock)
        {
            var tripsBefore = _trips;
            _underWay--;
            if (result.Outcome is SendOutcome.Unavailable or SendOutcome.Unknown)
            {
                LastError = (now, result.Answer ?? result.Outcome.ToString());
                if (++_failuresInRow >= TripAfter || _trips > 0) Trip(now);
            }
            else
            {
                _failuresInRow = 0;
                _trips = 0;
            }

            room = _trips != tripsBefore ? ProviderRoom.Changed : ProviderRoom.OnePlace;
            dispose = _isRetired && _underWay == 0;
        }

        if (dispose) _ = Gateway.DisposeAsync().AsTask();
        return room;
    }

    /// <summary>Gives a place back that was not used: nothing was sent, nothing is learnt.</summary>
    public void Leave()
    {
        bool dispose;
        lock (_lock)
        {
            _underWay--;
            dispose = _isRetired && _underWay == 0;
        }

        if (dispose) _ = Gateway.DisposeAsync().AsTask();
    }

    /// <summary>It was changed or removed: its gateway is disposed once its last send has ended.</summary>
    public void Retire()
    {
        bool dispose;
        lock (_lock)
        {
            _isRetired = true;
            dispose = _underWay == 0;
        }

        if (dispose) _ = Gateway.DisposeAsync().AsTask();
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

public enum ProviderStanding
{
    Open,

    /// <summary>As many sends under way as it may have.</summary>
    Full,

    /// <summary>It failed several times in a row and is left alone for a while.</summary>
    Resting,
}

/// <summary>What giving a place back means for those who wait for one.</summary>
public enum ProviderRoom
{
    /// <summary>One place came free.</summary>
    OnePlace,

    /// <summary>It came back, or went to rest: everybody who waits should look again.</summary>
    Changed,
}
