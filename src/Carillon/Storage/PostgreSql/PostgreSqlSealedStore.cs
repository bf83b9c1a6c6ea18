using Carillon.Messages;
using Dapper;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlSealedStore(Func<PostgreSqlDatabase> database) : ISealedStore
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Sealed.sql");

    public async ValueTask<IReadOnlyList<SealedCount>> CountAsync(CancellationToken cancellationToken = default)
    {
        var counts = new List<SealedCount>();
        foreach (var kind in Enum.GetValues<SealedKind>())
        {
            var rows = await database().ListAsync<CountRow>(Sql["count_" + SealedKindNames.All.NameOf(kind)], null, cancellationToken);
            counts.AddRange(rows.Select(row => new SealedCount(kind, row.KeyId, row.Count)));
        }

        return counts;
    }

    public async ValueTask<IReadOnlyList<SealedSecret>> ListAsync(
        SealedKind kind, byte[] keyId, Guid? after, int limit, CancellationToken cancellationToken = default) =>
        (await database().ListAsync<Row>(
            Sql["list_" + SealedKindNames.All.NameOf(kind)], new { keyId, after = after ?? Guid.Empty, limit }, cancellationToken))
            .ConvertAll(row => new SealedSecret(kind, new TenantId(row.Tenant), row.Owner, row.Sealed));

    public async ValueTask<int> ReplaceAsync(IReadOnlyList<SealedReplacement> replacements, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction =>
            {
                var connection = await transaction.ConnectionAsync();
                var replaced = 0;
                // In one order on every node, so that none waits for another in a circle.
                foreach (var (was, made) in replacements.OrderBy(r => r.Was.Kind).ThenBy(r => r.Was.Owner))
                {
                    replaced += await connection.ExecuteAsync(
                        Sql["replace_" + SealedKindNames.All.NameOf(was.Kind)].Text,
                        new { tenant = was.Tenant.Value, owner = was.Owner, was = was.Sealed, made });
                }

                return replaced;
            },
            cancellationToken);

    private sealed class CountRow
    {
        public byte[] KeyId { get; set; } = [];

        public long Count { get; set; }
    }

    private sealed class Row
    {
        public int Tenant { get; set; }

        public Guid Owner { get; set; }

        public byte[] Sealed { get; set; } = [];
    }
}
