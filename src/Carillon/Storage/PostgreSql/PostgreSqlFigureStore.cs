using Carillon.Messages;
using Carillon.Providers;
using Dapper;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlFigureStore(Func<PostgreSqlDatabase> database) : IFigureStore
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Figures.sql");

    public async ValueTask PutAsync(long epoch, IReadOnlyList<ProviderQuarter> quarters, CancellationToken cancellationToken = default) =>
        await database().ExecuteAsync(
            Sql["put_figures"],
            new
            {
                epoch,
                providers = Column(quarters, q => q.ProviderId),
                quarters = Column(quarters, q => q.Begin.ToStored()),
                accepted = Column(quarters, q => q.Sends.Accepted),
                rejected = Column(quarters, q => q.Sends.Rejected),
                unavailable = Column(quarters, q => q.Sends.Unavailable),
                retryAfter = Column(quarters, q => q.Sends.RetryAfter),
                unknown = Column(quarters, q => q.Sends.Unknown),
                observed = Column(quarters, q => (long)q.Observed.TotalMilliseconds),
                down = Column(quarters, q => (long)q.Down.TotalMilliseconds),
                times = Column(quarters, q => q.Times.ToBytes()),
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<ProviderQuarter>> ListAsync(
        Guid providerId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) =>
        FigureRow.Sum(providerId, await database().ListAsync<FigureRow>(
            Sql["list_figures"], new { provider = providerId, from = from.ToStored(), to = to.ToStored() }, cancellationToken));

    public async ValueTask<IReadOnlyList<ProviderCount>> CountsAsync(
        TenantId? tenant, Guid providerId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) =>
        (await database().ListAsync<ProviderCountRow>(
            Sql["provider_counts"],
            new { tenant = tenant?.Value, provider = providerId, from = from.ToStored(), to = to.ToStored() }, cancellationToken))
        .ConvertAll(row => row.ToCount());

    public async ValueTask<int> DropAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default) =>
        await database().ExecuteAsync(Sql["drop_figures"], new { before = before.ToStored(), limit }, cancellationToken);

    private static T[] Column<T>(IReadOnlyList<ProviderQuarter> quarters, Func<ProviderQuarter, T> value) => [.. quarters.Select(value)];
}
