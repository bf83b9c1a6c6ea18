using System.Runtime.InteropServices;
using Carillon.Messages;

namespace Carillon.Storage;

/// <summary>How a rebuild stands, as it is stored.</summary>
internal class CounterRebuildRow
{
    public long Phase { get; set; }

    public long StartedAt { get; set; }

    public long? FinishedAt { get; set; }

    public long FromQuarter { get; set; }

    public long UntilQuarter { get; set; }

    public long MessagesTotal { get; set; }

    public long MessagesRead { get; set; }

    public long QuartersTotal { get; set; }

    public long QuartersDone { get; set; }

    public long QuartersLeft { get; set; }

    public long CountersChanged { get; set; }

    public long DoneQuarter { get; set; }

    public bool IsDone => Phase == (long)CounterRebuildPhase.Done;

    public CounterRebuild ToRebuild() => new(
        (CounterRebuildPhase)Phase, DateTimeOffset.FromUnixTimeMilliseconds(StartedAt),
        FinishedAt is { } finished ? DateTimeOffset.FromUnixTimeMilliseconds(finished) : null,
        FromQuarter == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(FromQuarter), DateTimeOffset.FromUnixTimeMilliseconds(UntilQuarter), MessagesTotal,
        MessagesRead, QuartersTotal, QuartersDone, QuartersLeft, CountersChanged);
}

/// <summary>How a quarter hour's counters compare with the log.</summary>
internal sealed class QuarterComparison
{
    public long Quarter { get; set; }

    /// <summary>All that is counted in it, now and when the rebuild began.</summary>
    public long Now { get; set; }

    public long Before { get; set; }

    /// <summary>Counters that are other than the log says.</summary>
    public long Differing { get; set; }

    /// <summary>Something was counted into it since: whether the log was read before or after that, nobody knows.</summary>
    public bool IsLeft => Differing > 0 && Now != Before;

    public bool IsReplaced => Differing > 0 && Now == Before;
}

/// <summary>What pieces of the log add to the counters.</summary>
internal sealed class CounterSums(long from, long until)
{
    private readonly Dictionary<CounterKey, long> _sums = [];

    /// <summary>In one order.</summary>
    public IReadOnlyList<(CounterKey Key, long Count)> Rows =>
        [.. _sums.Select(s => (s.Key, s.Value)).OrderBy(s => (s.Key.Quarter, s.Key.Tenant, s.Key.Channel, s.Key.Provider, s.Key.Status))];

    public void Add(int tenant, int channel, IEnumerable<CountedMove> moves)
    {
        foreach (var move in moves) Add(tenant, channel, move);
    }

    public void Add(int tenant, int channel, CountedMove move)
    {
        var quarter = move.At - (move.At % Quarter.Milliseconds);
        if (quarter < from || quarter >= until) return;
        var key = new CounterKey(quarter, tenant, channel, move.Provider ?? Guid.Empty, (int)move.Status);
        CollectionsMarshal.GetValueRefOrAddDefault(_sums, key, out _)++;
    }

    /// <param name="beginning">See <see cref="CountedMessage.BeginningOf"/>.</param>
    public void Add(int tenant, int channel, MessageStatus? beginning, long createdAt, CountedMessage message)
    {
        if (beginning is { } status) Add(tenant, channel, new CountedMove(createdAt, status, null));
        Add(tenant, channel, message.Moves());
    }
}

internal readonly record struct CounterKey(long Quarter, int Tenant, int Channel, Guid Provider, int Status);
