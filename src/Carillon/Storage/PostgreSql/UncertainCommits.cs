using Carillon.Messages;

namespace Carillon.Storage.PostgreSql;

/// <summary>
/// Commits whose answer was lost while the server could not be asked: they were reported as not stored, but may be. Then this node owns
/// messages that nobody handed over, and they would lie until its end. So they are remembered, asked after before the next commit, and
/// given back where they are there after all. Thread-safe.
/// </summary>
internal sealed class UncertainCommits
{
    private static readonly Dictionary<OutcomeWrite, (bool Cancelled, bool NextBegun)> NoOutcomes = [];
    private readonly Lock _lock = new();
    private readonly List<UncertainCommit> _commits = [];

    /// <summary>Remembers what the group would have put into its node's hands, and which outcomes it held.</summary>
    public void Note(string transaction, WriteGroup group)
    {
        var messages = group.Accepts.Where(a => a.Verdict == AcceptVerdict.Committed).SelectMany(a => a.Notifications).SelectMany(n => n.Messages)
            .Concat(group.Outcomes.Where(o => o.NextBegun).SelectMany(o => o.Next!.Messages))
            .Concat(group.Steps.Where(s => s.Verdict == StepVerdict.Begun).SelectMany(s => s.Next.Messages))
            .Where(m => m.IsOwned).Select(m => (m.Notification.Tenant, m.Id));
        var outcomes = group.Outcomes.Where(o => o.Recorded).ToDictionary(o => o, o => (o.Cancelled, o.NextBegun));
        lock (_lock) _commits.Add(new UncertainCommit(transaction, group.Epoch, [.. messages], outcomes));
    }

    public void Note(string transaction, long epoch, IEnumerable<OutboundMessage> claimed)
    {
        lock (_lock) _commits.Add(new UncertainCommit(transaction, epoch, [.. claimed.Select(m => (m.Notification.Tenant, m.Id))], NoOutcomes));
    }

    /// <summary>Those of them that were committed. What is not known yet makes the store unavailable still.</summary>
    public async Task<IReadOnlyList<UncertainCommit>> ResolveAsync(PostgreSqlDatabase database)
    {
        UncertainCommit[] all;
        lock (_lock) all = [.. _commits];
        var committed = new List<UncertainCommit>();
        foreach (var commit in all)
        {
            switch (await database.WasCommittedAsync(commit.Transaction))
            {
                case true: committed.Add(commit); break;
                case false: Forget([commit]); break;
                default: throw new StorageUnavailableException($"{database.Name} does not say yet what became of an earlier commit.");
            }
        }

        return committed;
    }

    /// <summary>They were seen to.</summary>
    public void Forget(IReadOnlyCollection<UncertainCommit> commits)
    {
        lock (_lock) _commits.RemoveAll(commits.Contains);
    }
}

/// <param name="Messages">What it put into the node's hands.</param>
/// <param name="Outcomes">What it recorded, and how.</param>
internal sealed record UncertainCommit(
    string Transaction, long Epoch, IReadOnlyList<(TenantId Tenant, Guid Id)> Messages,
    IReadOnlyDictionary<OutcomeWrite, (bool Cancelled, bool NextBegun)> Outcomes);
