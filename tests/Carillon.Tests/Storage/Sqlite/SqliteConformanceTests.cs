using Carillon.Storage;
using Carillon.Storage.Sqlite;
using Carillon.Tests.Storage.StorageConformance;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Tests.Storage.Sqlite;

public sealed class SqliteAcceptTests() : AcceptConformance(new SqliteFactory());

public sealed class SqliteClaimTests() : ClaimConformance(new SqliteFactory());

public sealed class SqliteOutcomeTests() : OutcomeConformance(new SqliteFactory());

public sealed class SqliteCancelTests() : CancelConformance(new SqliteFactory());

public sealed class SqliteRetryTests() : RetryConformance(new SqliteFactory());

public sealed class SqliteAttachmentTests() : AttachmentConformance(new SqliteFactory());

public sealed class SqliteEventTests() : EventConformance(new SqliteFactory());

public sealed class SqliteStepTests() : StepConformance(new SqliteFactory());

public sealed class SqliteNodeTests() : NodeConformance(new SqliteFactory());

public sealed class SqliteLogTests() : LogConformance(new SqliteFactory());

public sealed class SqliteTemplateTests() : TemplateConformance(new SqliteFactory());

public sealed class SqliteProviderTests() : ProviderConformance(new SqliteFactory());

public sealed class SqliteLimitTests() : LimitConformance(new SqliteFactory());

public sealed class SqliteAlertTests() : AlertConformance(new SqliteFactory());

public sealed class SqliteSealedTests() : SealedConformance(new SqliteFactory());

public sealed class SqliteFigureTests() : FigureConformance(new SqliteFactory());

public sealed class SqliteCounterTests() : CounterConformance(new SqliteFactory());

public sealed class SqliteSenderTests() : SenderConformance(new SqliteFactory());

public sealed class SqliteCatalogTests() : CatalogConformance(new SqliteFactory());

/// <summary>Stores over one directory of its own, which goes when it is disposed.</summary>
internal sealed class SqliteFactory : StorageFactory
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carillon-");

    public string Path => _directory.FullName;

    public string DatabaseFile => System.IO.Path.Combine(Path, "carillon.db");

    public override IStorage Create(TimeProvider time) => CreateIn(Path, time);

    public override async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=False");
        await connection.ExecuteAsync(sql);
    }

    public static IStorage CreateIn(string directory, TimeProvider? time = null) =>
        new SqliteStorage(new SqliteStorageOptions { Directory = directory, BusyTimeout = TimeSpan.FromMilliseconds(50) }, time ?? TimeProvider.System);

    public override ValueTask DisposeAsync()
    {
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
