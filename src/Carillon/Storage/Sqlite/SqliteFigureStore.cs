using Carillon.Messages;
using Carillon.Providers;
using Dapper;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteFigureStore(Func<SqliteWriter> writer, SqliteReaders readers) : IFigureStore
{
    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Figures.sql");
    private static readonly SqlStatement PutFigure = Sql["put_figure"];
    private static readonly SqlStatement DropFigures = Sql["drop_figures"];

    public async ValueTask PutAsync(long epoch, IReadOnlyList<ProviderQuarter> quarters, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session =>
            {
                foreach (var quarter in quarters)
                {
                    var sends = quarter.Sends;
                    session[PutFigure]
                        .Add(quarter.ProviderId).Add(quarter.Begin).Add(epoch)
                        .Add(sends.Accepted).Add(sends.Rejected).Add(sends.Unavailable).Add(sends.RetryAfter).Add(sends.Unknown)
                        .Add((long)quarter.Observed.TotalMilliseconds).Add((long)quarter.Down.TotalMilliseconds).AddBlob(quarter.Times.ToBytes())
                        .Run();
                }
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<ProviderQuarter>> ListAsync(
        Guid providerId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => FigureRow.Sum(providerId, connection.Query<FigureRow>(
                Sql["list_figures"].Text, new { provider = providerId.ToBytes(), from = from.ToStored(), to = to.ToStored() })),
            cancellationToken);

    public async ValueTask<IReadOnlyList<ProviderCount>> CountsAsync(
        TenantId? tenant, Guid providerId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<ProviderCount>>(
            connection =>
            [
                .. connection.Query<ProviderCountRow>(
                        Sql["provider_counts"].Text,
                        new { tenant = tenant?.Value, provider = providerId.ToBytes(), from = from.ToStored(), to = to.ToStored() })
                    .Select(row => row.ToCount()),
            ],
            cancellationToken);

    public async ValueTask<int> DropAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => session[DropFigures].Add(before).Add(limit).Run(), cancellationToken);
}
