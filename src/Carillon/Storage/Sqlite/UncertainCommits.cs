using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>
/// A commit whose flush fails is reported as not stored, but its pages may have come to the log, and a connection that is opened anew
/// may find them there. Then this node owns messages that nobody handed over, and they would lie until the next start. So they are
/// remembered, and the next commit gives back those that are there after all. Thread-safe.
/// </summary>
internal sealed class UncertainCommits
{
    private readonly Lock _lock = new();
    private readonly HashSet<(long Epoch, Guid Message)> _messages = [];

    /// <summary>Remembers what the group would have put into its node's hands.</summary>
    public void Note(WriteGroup group)
    {
        lock (_lock)
        {
            foreach (var notification in group.Accepts.SelectMany(a => a.Notifications)) Note(group.Epoch, notification.Messages);
            foreach (var outcome in group.Outcomes) Note(group.Epoch, outcome.Next?.Messages ?? []);
            foreach (var step in group.Steps) Note(group.Epoch, step.Next.Messages);
        }
    }

    /// <summary>What is remembered, which it then no longer is: until <see cref="PutBack"/> it is the taker's.</summary>
    public IReadOnlyCollection<(long Epoch, Guid Message)> Take()
    {
        lock (_lock)
        {
            if (_messages.Count == 0) return [];
            var taken = _messages.ToArray();
            _messages.Clear();
            return taken;
        }
    }

    public void PutBack(IReadOnlyCollection<(long Epoch, Guid Message)> taken)
    {
        lock (_lock) _messages.UnionWith(taken);
    }

    /// <summary>Makes due those of them that are stored.</summary>
    public static void GiveBack(
        SqliteSession session, SqliteRescue rescue, IReadOnlyCollection<(long Epoch, Guid Message)> taken, DateTimeOffset now)
    {
        foreach (var messages in taken.GroupBy(t => t.Epoch, t => t.Message)) rescue.Release(session, messages.Key, messages, now);
    }

    private void Note(long epoch, IEnumerable<OutboundMessage> messages)
    {
        foreach (var message in messages)
        {
            if (message.IsOwned) _messages.Add((epoch, message.Id));
        }
    }
}
