namespace Carillon.Client;

/// <summary><c>/v1/counters</c>; for administrators of the installation.</summary>
public sealed class CountersClient
{
    private const string Path = "v1/counters/rebuild";

    private readonly ApiConnection _api;

    internal CountersClient(ApiConnection api) => _api = api;

    /// <summary>Begins to make the counters anew from the log, or tells of the rebuild under way.</summary>
    public Task<CounterRebuild> RebuildAsync(CancellationToken cancellationToken = default) =>
        _api.SendAsync(new ApiCall(HttpMethod.Post, Path), CarillonJson.Default.CounterRebuild, cancellationToken);

    /// <summary>How the last rebuild stands, or stood.</summary>
    /// <exception cref="CarillonApiException">There has never been one (404).</exception>
    public Task<CounterRebuild> GetRebuildAsync(CancellationToken cancellationToken = default) =>
        _api.GetAsync(Path, CarillonJson.Default.CounterRebuild, cancellationToken);
}

public sealed record CounterRebuild
{
    /// <summary><c>reading</c> (the log), <c>replacing</c> (what differs) or <c>done</c>.</summary>
    public required string Status { get; init; }

    /// <summary>From 0 to 1.</summary>
    public double Progress { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The log does not know all that was counted before; counters of that time stay. Null where it knows everything.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Counters from here on are left alone.</summary>
    public DateTimeOffset Until { get; init; }

    /// <summary>About, when it began.</summary>
    public long Messages { get; init; }

    public long MessagesRead { get; init; }

    public long QuarterHours { get; init; }

    public long QuarterHoursDone { get; init; }

    /// <summary>Quarter hours that differed, and were left since something was counted into them meanwhile: rebuild once more.</summary>
    public long QuarterHoursLeft { get; init; }

    /// <summary>Counters that were other than the log says.</summary>
    public long CountersChanged { get; init; }
}
