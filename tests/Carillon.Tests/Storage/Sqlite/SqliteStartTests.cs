using System.Security.Cryptography;
using Carillon.Storage;
using Carillon.Tests.Storage.StorageConformance;
using Microsoft.Data.Sqlite;

namespace Carillon.Tests.Storage.Sqlite;

public sealed class SqliteStartTests : IAsyncDisposable
{
    private readonly SqliteFactory _factory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _factory.DisposeAsync();

    [Fact]
    public async Task A_second_store_on_the_same_directory_is_refused_until_the_first_is_closed()
    {
        await using var first = Create();
        await first.OpenAsync(Cancellation);
        var error = await RefusedAsync();
        Assert.Contains("Another Carillon uses", error.Message, StringComparison.Ordinal);

        await first.DisposeAsync();
        await using var second = Create();
        await second.OpenAsync(Cancellation);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_left_alone()
    {
        var bytes = RandomNumberGenerator.GetBytes(10_000);
        await File.WriteAllBytesAsync(_factory.DatabaseFile, bytes, Cancellation);

        var error = await RefusedAsync();
        Assert.Contains("is not a SQLite database", error.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_factory.DatabaseFile, Cancellation));
    }

    [Fact]
    public async Task A_damaged_database_is_refused()
    {
        await MakeAsync();
        await using (var file = File.OpenWrite(_factory.DatabaseFile))
        {
            file.Position = 8192;
            var noise = new byte[file.Length - 8192];
            Array.Fill(noise, (byte)0x5A);
            file.Write(noise);
        }

        Assert.Contains("is damaged", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_truncated_database_is_refused()
    {
        await MakeAsync();
        await using (var file = File.OpenWrite(_factory.DatabaseFile)) file.SetLength(16384);
        Assert.Contains("is damaged", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_the_first_version_is_brought_up_to_date()
    {
        Execute(SqlFile.Read("Sqlite/Migrations/0001_initial.sql"));
        Execute("""
            PRAGMA application_id = 0x43415249;
            CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY, applied_at INTEGER NOT NULL);
            INSERT INTO schema_version VALUES (1, 0);
            INSERT INTO provider VALUES (1, x'00112233445566778899AABBCCDDEEFF', 'relay', 0, 'smtp', '{}', NULL, 100, 1, 0, 1, 128, 5, 6);
            INSERT INTO template VALUES (1, x'00112233445566778899AABBCCDDEE01', 'welcome', 'Welcome', NULL, NULL, NULL, 1, x'00112233445566778899AABBCCDDEE02', 5, 6);
            INSERT INTO template_version VALUES (1, x'00112233445566778899AABBCCDDEE02', x'00112233445566778899AABBCCDDEE01', 1, '{"variants":[]}', 7);
            """);
        await using var store = Create();
        await store.OpenAsync(Cancellation);
        Assert.Empty(await store.Senders.AllAsync(Cancellation));
        var (provider, _) = Assert.Single(await store.Providers.AllAsync(Cancellation));
        Assert.Equal(("relay", 1, null), (provider.Name, provider.Version, provider.DeletedAt));
        Assert.Equal(1, (await store.Templates.GetByKeyAsync(new(1), "welcome", Cancellation))?.Published?.Number);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        await MakeAsync();
        Execute("INSERT INTO schema_version (version, applied_at) VALUES (9999, 0)");
        Assert.Contains("newer version of Carillon", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_another_program_is_refused_and_left_alone()
    {
        Execute("CREATE TABLE theirs (x)");
        var bytes = await File.ReadAllBytesAsync(_factory.DatabaseFile, Cancellation);
        Assert.Contains("another program", (await RefusedAsync()).Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_factory.DatabaseFile, Cancellation));
    }

    [Fact]
    public async Task A_database_that_another_program_holds_is_refused()
    {
        await MakeAsync();
        await using var connection = new SqliteConnection($"Data Source={_factory.DatabaseFile};Pooling=False");
        connection.Open();
        using var hold = connection.BeginTransaction();

        Assert.Contains("Another program holds", (await RefusedAsync()).Message, StringComparison.Ordinal);
        hold.Rollback();
        await using var store = Create();
        await store.OpenAsync(Cancellation);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_refused()
    {
        var file = Path.Combine(_factory.Path, "file");
        await File.WriteAllTextAsync(file, "", Cancellation);
        await using var store = SqliteFactory.CreateIn(Path.Combine(file, "data"));
        var error = await Assert.ThrowsAsync<StorageStartException>(() => store.OpenAsync(Cancellation));
        Assert.Contains("cannot be made", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_start_can_be_tried_again()
    {
        await File.WriteAllTextAsync(_factory.DatabaseFile, new string('x', 5000), Cancellation);
        await using var store = Create();
        await Assert.ThrowsAsync<StorageStartException>(() => store.OpenAsync(Cancellation));
        File.Delete(_factory.DatabaseFile);
        await store.OpenAsync(Cancellation);
        Assert.NotEmpty(await store.Tenants.AllAsync(Cancellation));
    }

    [Fact]
    public async Task The_description_says_where_the_data_is()
    {
        await using var store = Create();
        Assert.Equal($"SQLite at {_factory.DatabaseFile}", store.Description);
    }

    private IStorage Create() => _factory.Create(TimeProvider.System);

    private async Task MakeAsync()
    {
        await using var store = Create();
        await store.OpenAsync(Cancellation);
    }

    private async Task<StorageStartException> RefusedAsync()
    {
        await using var store = Create();
        return await Assert.ThrowsAsync<StorageStartException>(() => store.OpenAsync(Cancellation));
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_factory.DatabaseFile};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
