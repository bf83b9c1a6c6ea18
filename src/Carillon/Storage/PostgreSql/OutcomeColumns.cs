using Carillon.Messages;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>Outcomes, column by column.</summary>
internal static class OutcomeColumns
{
    /// <summary>Answers a row for each that was recorded: its place among the outcomes, from 1, and whether it ended as cancelled instead.</summary>
    public static void Write(NpgsqlBatch batch, IReadOnlyList<OutcomeWrite> outcomes, long epoch)
    {
        var all = outcomes as List<OutcomeWrite> ?? [.. outcomes];
        var ids = all.ConvertAll(o => o.Message.Id);
        batch.Add(QueueSql.RecordOutcomes)
            .Set("epoch", epoch)
            .Set("first", ids.Min())
            .Set("last", ids.Max())
            .Array("tenants", all.ConvertAll(o => o.Message.Notification.Tenant.Value))
            .Array("ids", ids)
            .Array("statuses", all.ConvertAll(o => (short)o.Status))
            .Array("reasons", all.ConvertAll(o => o.Reason))
            .Array("dues", all.ConvertAll(o => o.DueAt.ToStored()))
            .Array("attempts", all.ConvertAll(o => o.Attempts))
            .Array("ats", all.ConvertAll(o => o.At.ToStored()))
            .Array("sents", all.ConvertAll(o => o.Status == MessageStatus.Sent ? o.At.ToStored() : (long?)null))
            .Array("providers", all.ConvertAll(o => o.ProviderId))
            .Array("externals", all.ConvertAll(o => o.ExternalId))
            .Array("external_hashes", all.ConvertAll(HashOf))
            .Array("costs", all.ConvertAll(o => o.Cost))
            .Array("currencies", all.ConvertAll(o => o.Currency))
            .Array("contents", all.ConvertAll(o => o.ContentHash))
            .Array("traces", all.ConvertAll(o => o.Trace.IsEmpty ? null : o.Trace.ToArray()))
            .Array("waits_for", all.ConvertAll(o => o.DueAt is null ? (Guid?)null : o.Message.Notification.Id));
    }

    private static long? HashOf(OutcomeWrite outcome) => outcome is { ExternalId: { } external, ProviderId: { } provider }
        ? PostgreSqlValues.ExternalHash(provider, external)
        : null;
}
