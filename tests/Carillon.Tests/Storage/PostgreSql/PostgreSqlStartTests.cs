using System.Globalization;
using Carillon.Messages;
using Carillon.Storage;
using Carillon.Storage.PostgreSql;
using Carillon.Tests.Storage.StorageConformance;
using Dapper;
using Npgsql;

namespace Carillon.Tests.Storage.PostgreSql;

public sealed class PostgreSqlStartTests : IAsyncLifetime
{
    private readonly List<string> _databases = [];
    private PostgreSqlCluster _cluster = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await PostgreSqlCluster.GetAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases) await _cluster.DropDatabaseAsync(database);
    }

    [Fact]
    public async Task Nodes_that_start_together_make_the_schema_once()
    {
        var database = await EmptyAsync();

        var stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            var store = Make(_cluster.UrlOf(database));
            await store.OpenAsync(Cancellation);
            return store;
        }));

        foreach (var store in stores) await store.DisposeAsync();
        Assert.Equal(Enumerable.Range(1, PostgreSqlMigrations.Latest), await QueryAsync<int>(database, "SELECT version FROM schema_version ORDER BY version"));
    }

    [Fact]
    public async Task The_months_ahead_are_made_and_no_month_twice()
    {
        var database = await EmptyAsync();
        foreach (var now in new[] { new DateTimeOffset(2026, 11, 30, 23, 59, 0, TimeSpan.Zero), new DateTimeOffset(2026, 12, 1, 0, 1, 0, TimeSpan.Zero) })
        {
            await using var store = new PostgreSqlStorage(new PostgreSqlStorageOptions { Url = _cluster.UrlOf(database) }, new ManualTime(now));
            await store.OpenAsync(Cancellation);
        }

        Assert.Equal(
            ["message_2026_11", "message_2026_12", "message_2027_01", "message_2027_02", "message_rest"],
            await QueryAsync<string>(database, "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'message'::regclass ORDER BY 1"));
    }

    [Fact]
    public async Task A_schema_of_a_later_version_is_refused_and_left_alone()
    {
        var database = await EmptyAsync();
        await using (var store = Make(_cluster.UrlOf(database))) await store.OpenAsync(Cancellation);
        var later = PostgreSqlMigrations.Latest + 1;
        await _cluster.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO schema_version VALUES ({later}, 0)"), database);

        Assert.Contains("newer version of Carillon", await FaultAsync(_cluster.UrlOf(database)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_of_another_program_are_left_alone()
    {
        var database = await EmptyAsync();
        await _cluster.ExecuteAsync("CREATE TABLE message (id int)", database);

        Assert.Contains("another program", await FaultAsync(_cluster.UrlOf(database)), StringComparison.Ordinal);
        Assert.Equal(["message"], await QueryAsync<string>(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Fact]
    public async Task Commits_that_do_not_wait_for_the_disk_are_refused()
    {
        var database = await EmptyAsync();
        await _cluster.ExecuteAsync($"ALTER DATABASE {database} SET synchronous_commit = off");

        Assert.Contains("synchronous_commit = off", await FaultAsync(_cluster.UrlOf(database)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commits_wait_for_the_disk_although_the_role_was_told_otherwise_since()
    {
        var database = await EmptyAsync();
        await using var store = Make(_cluster.UrlOf(database));
        await store.OpenAsync(Cancellation);
        await _cluster.ExecuteAsync($"ALTER DATABASE {database} SET synchronous_commit = off");
        await _cluster.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'");

        var setting = "";
        for (var i = 0; i < 2; i++)
        {
            try
            {
                setting = await store.Database.WriteAsync(
                    async transaction => (await (await transaction.ConnectionAsync()).ExecuteScalarAsync<string>("SHOW synchronous_commit"))!, Cancellation);
            }
            catch (StorageUnavailableException)
            {
                // The connection that was cut.
            }
        }

        Assert.Equal("on", setting);
    }

    [Fact]
    public async Task Another_encoding_is_refused()
    {
        var database = await EmptyAsync();
        await _cluster.DropDatabaseAsync(database);
        await _cluster.ExecuteAsync($"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");

        Assert.Contains("ENCODING 'UTF8'", await FaultAsync(_cluster.UrlOf(database)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_database_is_refused()
    {
        var database = await EmptyAsync();
        await _cluster.ExecuteAsync($"ALTER DATABASE {database} SET default_transaction_read_only = on");

        Assert.Contains("read-only", await FaultAsync(_cluster.UrlOf(database)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_without_the_right_to_make_tables_is_told_which_right_it_lacks()
    {
        var database = await EmptyAsync();
        await _cluster.ExecuteAsync($"CREATE ROLE poor_{database} LOGIN PASSWORD 'poor'");
        try
        {
            Assert.Contains("OWNER TO", await FaultAsync($"postgresql://poor_{database}:poor@127.0.0.1:{_cluster.Port}/{database}"), StringComparison.Ordinal);
        }
        finally
        {
            await _cluster.ExecuteAsync($"DROP ROLE poor_{database}");
        }
    }

    [Theory]
    [InlineData("postgresql://carillon:wrong@127.0.0.1:{0}/postgres", "Check user and password")]
    [InlineData("postgresql://nobody:wrong@127.0.0.1:{0}/postgres", "does not let the user 'nobody' in")]
    [InlineData("postgresql://carillon:p%40ss%3Aw%2Frd@127.0.0.1:{0}/not_there", "createdb")]
    [InlineData("postgresql://carillon:wrong@127.0.0.1:1/postgres", "cannot be reached")]
    [InlineData("postgresql://carillon:wrong@host.invalid/postgres", "cannot be reached")]
    [InlineData("postgresql://carillon:wrong@127.0.0.1:{0}/postgres?sslmode=require", "SSL")]
    [InlineData("postgresql://carillon:wrong@127.0.0.1:{0}/postgres?nonsense=1", "nonsense")]
    public async Task What_is_wrong_is_said_without_the_password(string url, string said)
    {
        var fault = await FaultAsync(string.Format(CultureInfo.InvariantCulture, url, _cluster.Port));

        Assert.Contains(said, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong@", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("p%40ss", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_description_names_the_place_and_no_password()
    {
        var database = await EmptyAsync();
        await using var store = Make(_cluster.UrlOf(database));
        Assert.Contains($"{database} at 127.0.0.1:{_cluster.Port}", store.Description, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgreSqlCluster.Password, store.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_store_is_unavailable()
    {
        var database = await EmptyAsync();
        var store = Make(_cluster.UrlOf(database));
        await store.OpenAsync(Cancellation);
        await store.DisposeAsync();

        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await store.Queue.LanesAsync(Cancellation));
        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await store.Queue.ClaimAsync(new LaneKey(0), 1, default, 1, Cancellation));
    }

    private static PostgreSqlStorage Make(string url) => new(new PostgreSqlStorageOptions { Url = url }, TimeProvider.System);

    private static async Task<string> FaultAsync(string url)
    {
        await using var store = Make(url);
        return (await Assert.ThrowsAsync<StorageStartException>(() => store.OpenAsync(Cancellation))).Message;
    }

    private async Task<string> EmptyAsync()
    {
        var database = await _cluster.CreateEmptyDatabaseAsync();
        _databases.Add(database);
        return database;
    }

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(_cluster.StringOf(database));
        return [.. await connection.QueryAsync<T>(sql)];
    }
}
