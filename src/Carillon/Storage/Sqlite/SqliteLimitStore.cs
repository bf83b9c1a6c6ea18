using Carillon.Allowances;
using Dapper;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteLimitStore(Func<SqliteWriter> writer, SqliteReaders readers) : ILimitStore
{
    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Limits.sql");
    private static readonly SqlStatement GetUse = Sql["get_use"];
    private static readonly SqlStatement SetUse = Sql["set_use"];
    private static readonly SqlStatement CorrectUse = Sql["correct_use"];
    private static readonly SqlStatement DropUses = Sql["drop_uses"];

    public async ValueTask<IReadOnlyList<LimitGrant>> ReserveAsync(
        IReadOnlyList<LimitRequest> requests, CancellationToken cancellationToken = default) =>
        await writer().RunAsync<IReadOnlyList<LimitGrant>>(session => [.. requests.Select(r => Reserve(session, r))], cancellationToken);

    public async ValueTask<IReadOnlyList<LimitUse>> UsageAsync(IReadOnlyCollection<Guid> providers, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<LimitUse>>(
            connection =>
            [
                .. providers.SelectMany(id => connection.Query<Row>(Sql["latest_uses"].Text, new { provider = id.ToBytes() })
                    .Select(row => new LimitUse(id, (LimitKind)row.Kind, SqliteValues.ToTime(row.Start), row.Used))),
            ],
            cancellationToken);

    private static LimitGrant Reserve(SqliteSession session, LimitRequest request)
    {
        foreach (var correction in request.Corrections)
            session[CorrectUse].Add(request.ProviderId).Add((long)correction.Kind).Add(correction.Start).Add(correction.Amount).Run();
        var used = new long[request.Windows.Count];
        for (var i = 0; i < used.Length; i++) used[i] = UsedOf(session, request.ProviderId, request.Windows[i]);
        var grant = LimitSharing.Grant(request, used);
        for (var i = 0; i < used.Length; i++)
        {
            var window = request.Windows[i];
            if ((window.IsMoney ? grant.Money : grant.Messages) == 0) continue;
            session[SetUse].Add(request.ProviderId).Add((long)window.Kind).Add(window.Start).Add(used[i]).Run();
            if (LimitSharing.KeptFrom(window) is { } kept) session[DropUses].Add(request.ProviderId).Add((long)window.Kind).Add(kept).Run();
        }

        return grant;
    }

    private static long UsedOf(SqliteSession session, Guid provider, LimitWindow window)
    {
        var statement = session[GetUse].Add(provider).Add((long)window.Kind).Add(window.Start);
        var used = statement.Step() ? statement.GetInt64(0) : 0;
        statement.Reset();
        return used;
    }

    private sealed class Row
    {
        public long Kind { get; set; }

        public long Start { get; set; }

        public long Used { get; set; }
    }
}
