namespace Carillon.Storage;

/// <summary>
/// Makes the counters anew from the log. Only quarter hours that have ended for everybody are touched: from the first that the log knows
/// whole to a time that is given. The log is read a piece at a time, then quarter hours are compared and, where they differ, replaced,
/// a few at a time. A quarter hour into which something was counted meanwhile is left as it is: so nothing is lost, however late it comes.
/// </summary>
public interface ICounterStore
{
    /// <summary>How the last one stands, or stood; null when there has never been one.</summary>
    ValueTask<CounterRebuild?> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Begins one, unless one is under way: then that goes on, and is returned.</summary>
    /// <param name="until">Rounded down to its quarter hour, which is left alone with all after it.</param>
    ValueTask<CounterRebuild> BeginAsync(DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken = default);

    /// <summary>
    /// Does the next piece of what is under way: as many messages, or a few quarter hours. Each piece is committed with how far it has come, so
    /// that whoever goes on after a crash repeats nothing. Null when there has never been one.
    /// </summary>
    ValueTask<CounterRebuild?> ContinueAsync(DateTimeOffset now, int messages, CancellationToken cancellationToken = default);
}

public enum CounterRebuildPhase
{
    /// <summary>The log is read.</summary>
    Reading = 1,

    /// <summary>Counters are compared with it, and replaced where they differ.</summary>
    Replacing = 2,

    Done = 3,
}

/// <param name="From">Before it the log does not know all that was counted; null when it knows everything.</param>
/// <param name="Until">Later quarter hours were not looked at.</param>
/// <param name="QuartersLeft">Quarter hours that differed and were left as they are, since something was counted into them meanwhile.</param>
/// <param name="CountersChanged">Counters that were other than the log says.</param>
public sealed record CounterRebuild(
    CounterRebuildPhase Phase, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, DateTimeOffset? From, DateTimeOffset Until, long MessagesTotal,
    long MessagesRead, long QuartersTotal, long QuartersDone, long QuartersLeft, long CountersChanged)
{
    /// <summary>About, from 0 to 1.</summary>
    public double Progress => Phase switch
    {
        CounterRebuildPhase.Done => 1,
        CounterRebuildPhase.Reading => MessagesTotal == 0 ? 0 : 0.9 * Math.Min(1, (double)MessagesRead / MessagesTotal),
        _ => 0.9 + (QuartersTotal == 0 ? 0 : 0.1 * QuartersDone / QuartersTotal),
    };
}

public static class CounterRebuildPhaseNames
{
    public static readonly Messages.WireNames<CounterRebuildPhase> All = new(
        (CounterRebuildPhase.Reading, "reading"), (CounterRebuildPhase.Replacing, "replacing"), (CounterRebuildPhase.Done, "done"));
}
