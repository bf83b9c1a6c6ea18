using Carillon.Storage;
using Carillon.Storage.PostgreSql;
using Carillon.Tests.Storage.StorageConformance;

namespace Carillon.Tests.Storage.PostgreSql;

public sealed class PgBouncerAcceptTests() : AcceptConformance(new PgBouncerFactory());

public sealed class PgBouncerClaimTests() : ClaimConformance(new PgBouncerFactory());

public sealed class PgBouncerOutcomeTests() : OutcomeConformance(new PgBouncerFactory());

/// <summary>Stores that reach their database through a pooler in transaction mode.</summary>
internal sealed class PgBouncerFactory : StorageFactory
{
    private static readonly Lazy<Task<PgBouncer>> Started = new(async () => await PgBouncer.StartAsync(await PostgreSqlCluster.GetAsync()));
    private readonly PostgreSqlFactory _inner = new();
    private int _port;

    public override async ValueTask PrepareAsync()
    {
        await _inner.PrepareAsync();
        _port = (await Started.Value).Port;
    }

    public override IStorage Create(TimeProvider time) => new PostgreSqlStorage(
        new PostgreSqlStorageOptions { Url = _inner.Url.Replace($":{_inner.Cluster.Port}/", $":{_port}/", StringComparison.Ordinal) + "?pgbouncer=true" }, time);

    public override ValueTask DisposeAsync() => _inner.DisposeAsync();

    /// <summary>Ends the pooler, if there is one.</summary>
    public static async ValueTask EndAsync()
    {
        if (Started.IsValueCreated && Started.Value.IsCompletedSuccessfully) await (await Started.Value).DisposeAsync();
    }
}
