using Carillon.Allowances;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlLimitStore(Func<PostgreSqlDatabase> database) : ILimitStore
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Limits.sql");

    public async ValueTask<IReadOnlyList<LimitGrant>> ReserveAsync(
        IReadOnlyList<LimitRequest> requests, CancellationToken cancellationToken = default) =>
        await database().WriteAsync<IReadOnlyList<LimitGrant>>(
            async transaction =>
            {
                var connection = await transaction.ConnectionAsync();
                var grants = new LimitGrant[requests.Count];
                // In one order on every node, so that none waits for another in a circle.
                foreach (var i in Enumerable.Range(0, requests.Count).OrderBy(i => requests[i].ProviderId))
                    grants[i] = await ReserveAsync(connection, requests[i]);
                return grants;
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<LimitUse>> UsageAsync(IReadOnlyCollection<Guid> providers, CancellationToken cancellationToken = default) =>
        (await database().ListAsync<Row>(Sql["latest_uses"], new { providers = providers.ToArray() }, cancellationToken))
            .ConvertAll(row => new LimitUse(row.ProviderId, (LimitKind)row.Kind, PostgreSqlValues.ToTime(row.Start), row.Used));

    private static async Task<LimitGrant> ReserveAsync(NpgsqlConnection connection, LimitRequest request)
    {
        var provider = request.ProviderId;
        await connection.ExecuteAsync(Sql["lock_provider"].Text, new { provider });
        if (request.Corrections.Count > 0)
        {
            var corrections = new
            {
                provider,
                kinds = request.Corrections.Select(c => (short)c.Kind).ToArray(),
                starts = request.Corrections.Select(c => c.Start.ToStored()).ToArray(),
                amounts = request.Corrections.Select(c => c.Amount).ToArray(),
            };
            await connection.ExecuteAsync(Sql["give_back"].Text, corrections);
            await connection.ExecuteAsync(Sql["add_uses"].Text, corrections);
        }

        var kinds = request.Windows.Select(w => (short)w.Kind).ToArray();
        var starts = request.Windows.Select(w => w.Start.ToStored()).ToArray();
        var used = (await connection.QueryAsync<long>(Sql["get_uses"].Text, new { provider, kinds, starts })).ToArray();
        var grant = LimitSharing.Grant(request, used);
        if (grant is { Messages: 0, Money: 0 }) return grant;
        var amounts = request.Windows.Select(w => w.IsMoney ? grant.Money : grant.Messages).ToArray();
        await connection.ExecuteAsync(Sql["add_uses"].Text, new { provider, kinds, starts, amounts });
        var kept = request.Windows.Where(w => LimitSharing.KeptFrom(w) is not null).ToList();
        if (kept.Count > 0)
        {
            await connection.ExecuteAsync(Sql["drop_uses"].Text, new
            {
                provider,
                kinds = kept.Select(w => (short)w.Kind).ToArray(),
                starts = kept.Select(w => LimitSharing.KeptFrom(w)!.Value.ToStored()).ToArray(),
            });
        }

        return grant;
    }

    private sealed class Row
    {
        public Guid ProviderId { get; set; }

        public short Kind { get; set; }

        public long Start { get; set; }

        public long Used { get; set; }
    }
}
