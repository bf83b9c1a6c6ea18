using Carillon.Storage;
using Carillon.Storage.PostgreSql;
using Carillon.Tests.Storage.StorageConformance;

namespace Carillon.Tests.Storage.PostgreSql;

public sealed class PostgreSqlAcceptTests() : AcceptConformance(new PostgreSqlFactory());

public sealed class PostgreSqlClaimTests() : ClaimConformance(new PostgreSqlFactory());

public sealed class PostgreSqlOutcomeTests() : OutcomeConformance(new PostgreSqlFactory());

public sealed class PostgreSqlCancelTests() : CancelConformance(new PostgreSqlFactory());

public sealed class PostgreSqlEventTests() : EventConformance(new PostgreSqlFactory());

public sealed class PostgreSqlStepTests() : StepConformance(new PostgreSqlFactory());

public sealed class PostgreSqlRetryTests() : RetryConformance(new PostgreSqlFactory());

public sealed class PostgreSqlTemplateTests() : TemplateConformance(new PostgreSqlFactory());

public sealed class PostgreSqlProviderTests() : ProviderConformance(new PostgreSqlFactory());

public sealed class PostgreSqlNodeConformanceTests() : NodeConformance(new PostgreSqlFactory());

public sealed class PostgreSqlLogTests() : LogConformance(new PostgreSqlFactory());

public sealed class PostgreSqlAttachmentTests() : AttachmentConformance(new PostgreSqlFactory());

public sealed class PostgreSqlLimitTests() : LimitConformance(new PostgreSqlFactory());

public sealed class PostgreSqlAlertTests() : AlertConformance(new PostgreSqlFactory());

public sealed class PostgreSqlSealedTests() : SealedConformance(new PostgreSqlFactory());

public sealed class PostgreSqlCounterTests() : CounterConformance(new PostgreSqlFactory());

public sealed class PostgreSqlFigureTests() : FigureConformance(new PostgreSqlFactory());

public sealed class PostgreSqlSenderTests() : SenderConformance(new PostgreSqlFactory());

public sealed class PostgreSqlCatalogTests() : CatalogConformance(new PostgreSqlFactory());

/// <summary>Stores over one database of its own, which goes when it is disposed.</summary>
internal sealed class PostgreSqlFactory : StorageFactory
{
    private PostgreSqlCluster? _cluster;

    public string Database { get; private set; } = "";

    public PostgreSqlCluster Cluster => _cluster!;

    public string Url => Cluster.UrlOf(Database);

    public override async ValueTask PrepareAsync()
    {
        _cluster = await PostgreSqlCluster.GetAsync();
        Database = await _cluster.CreateDatabaseAsync();
    }

    public override IStorage Create(TimeProvider time) => new PostgreSqlStorage(new PostgreSqlStorageOptions { Url = Url }, time);

    public override Task ExecuteAsync(string sql) => Cluster.ExecuteAsync(sql, Database);

    public override ValueTask DisposeAsync()
    {
        _cluster?.GiveBack(Database);
        return ValueTask.CompletedTask;
    }
}
