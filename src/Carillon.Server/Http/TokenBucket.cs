namespace Carillon.Server.Http;

/// <summary>
/// A token bucket. With 100 requests in 60 s it holds 100 at most and gains one every 0.6 s: a burst of 100, then 100 a minute. Thread-safe.
/// </summary>
internal sealed class TokenBucket(RequestLimit limit, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly double _perSecond = limit.Requests / limit.Window.TotalSeconds;
    private double _tokens = limit.Requests;
    private long _since = time.GetTimestamp();

    public RequestLimit Limit => limit;

    /// <summary>Takes a token, or says how long it is until there is one.</summary>
    public bool TryTake(out TimeSpan wait)
    {
        lock (_lock)
        {
            Fill();
            wait = _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / _perSecond);
            if (_tokens < 1) return false;
            _tokens--;
            return true;
        }
    }

    /// <summary>Gives a token back that was taken for what did not happen.</summary>
    public void GiveBack()
    {
        lock (_lock) _tokens = Math.Min(limit.Requests, _tokens + 1);
    }

    /// <summary>How many are left, and how long it is until it is full again.</summary>
    public (int Remaining, TimeSpan UntilFull) Look()
    {
        lock (_lock)
        {
            Fill();
            return ((int)_tokens, TimeSpan.FromSeconds((limit.Requests - _tokens) / _perSecond));
        }
    }

    private void Fill()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(limit.Requests, _tokens + (time.GetElapsedTime(_since, now).TotalSeconds * _perSecond));
        _since = now;
    }
}
