using Dapper;

namespace Carillon.Storage.PostgreSql;

/// <summary>
/// An event and the outcome that it waits for may be committed in the same moment by two nodes, neither of which sees the other's. Then the
/// event waits although nothing will call for it: this does, a little later.
/// </summary>
internal sealed class MissedEvents
{
    /// <summary>By then, whatever was being committed when it came is there to be seen.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task SettleAsync(PostgreSqlDatabase database, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var early = await database.ListAsync<Row>(EventSql.EarlyBefore, new { before = (now - Patience).ToStored(), limit }, cancellationToken);
        foreach (var group in early.GroupBy(e => (e.ProviderId, e.ExternalId, e.MessageId)).Select(g => g.Key).ToList())
        {
            await database.WriteAsync(
                async transaction =>
                {
                    var (counters, events) = (new PostgreSqlCounters(), new PostgreSqlEvents(transaction));
                    var id = group.MessageId ?? (group.ExternalId is { } external ? await events.FindAsync(group.ProviderId, external) : null);
                    if (id is not { } message || !await events.IsSettledAsync(message)) return;
                    await events.SettleAsync(message, group.ProviderId, group.ExternalId, now, counters);
                    var last = transaction.Batch();
                    counters.Write(last, epoch: 0);
                    transaction.RunLast(last);
                },
                cancellationToken);
        }
    }

    private sealed class Row
    {
        public Guid ProviderId { get; set; }

        public string? ExternalId { get; set; }

        public Guid? MessageId { get; set; }
    }
}
