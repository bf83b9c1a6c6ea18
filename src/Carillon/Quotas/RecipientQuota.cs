namespace Carillon.Quotas;

/// <summary>The caps that hold for what one API key sends now. Made for a request; thread-safe.</summary>
public sealed class RecipientQuota
{
    private readonly IReadOnlyList<Cap> _caps;

    internal RecipientQuota(IReadOnlyList<Cap> caps) => _caps = caps;

    /// <summary>Takes places for up to <paramref name="wanted"/> recipients under every cap, so many as all of them have.</summary>
    /// <exception cref="Storage.StorageUnavailableException">What is left of the day cannot be found out now; nothing was taken.</exception>
    internal async ValueTask<QuotaPlaces> TakeAsync(int wanted, CancellationToken cancellationToken)
    {
        var parts = new QuotaPart[_caps.Count];
        var (taken, asked) = (wanted, 0);
        Cap? tightest = null;
        try
        {
            for (; asked < parts.Length && taken > 0; asked++)
            {
                parts[asked] = await _caps[asked].TakeAsync(taken, cancellationToken);
                if (parts[asked].Count == taken) continue;
                (taken, tightest) = (parts[asked].Count, _caps[asked]);
            }
        }
        catch
        {
            for (var i = 0; i < asked; i++) _caps[i].GiveBack(parts[i], parts[i].Count);
            throw;
        }

        var places = new QuotaPlaces(_caps, parts, asked, taken);
        if (tightest is not null) places.Refusal = tightest.Refuse();
        places.Trim();
        return places;
    }

    /// <summary>Where each cap stands.</summary>
    public IReadOnlyList<QuotaState> States() => [.. _caps.Select(c => c.State())];
}

/// <summary>Places that were taken and are not yet used.</summary>
internal sealed class QuotaPlaces(IReadOnlyList<Cap> caps, QuotaPart[] parts, int asked, int count)
{
    /// <summary>None are wanted where nothing is capped.</summary>
    public static readonly QuotaPlaces Unbounded = new([], [], 0, int.MaxValue);

    public int Count { get; } = count;

    /// <summary>Where there are fewer than were wanted: which cap said so.</summary>
    public QuotaRefusal? Refusal { get; set; }

    /// <summary>Gives back all but those that were used. Once.</summary>
    public void Use(int used)
    {
        for (var i = 0; i < asked; i++) caps[i].GiveBack(parts[i], Count - used);
    }

    /// <summary>Every cap gave at least as many as the tightest.</summary>
    internal void Trim()
    {
        for (var i = 0; i < asked; i++) caps[i].GiveBack(parts[i], parts[i].Count - Count);
    }
}

/// <summary>What one cap gave.</summary>
internal readonly record struct QuotaPart(int Count, long Second, DateTimeOffset Day);

public enum QuotaOwner
{
    Key,

    /// <summary>All keys of the tenant together.</summary>
    Tenant,

    /// <summary>All new keys of the tenant together.</summary>
    NewKeys,
}

/// <summary>A cap that has nothing left.</summary>
/// <param name="IsDay">Of a day (UTC), not of a minute.</param>
/// <param name="RetryAfter">When there may be more.</param>
public sealed record QuotaRefusal(QuotaOwner Owner, bool IsDay, long Limit, long Left, TimeSpan RetryAfter);

/// <param name="Left">As far as this node knows.</param>
/// <param name="Rest">Until all of it is there again.</param>
public readonly record struct QuotaState(QuotaOwner Owner, bool IsDay, long Limit, long Left, TimeSpan Rest);
