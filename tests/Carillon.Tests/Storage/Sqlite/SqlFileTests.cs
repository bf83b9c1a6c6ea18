using Carillon.Storage;
using Carillon.Storage.Sqlite;

namespace Carillon.Tests.Storage.Sqlite;

public sealed class SqlFileTests
{
    [Theory]
    [InlineData("Queue")]
    [InlineData("Log")]
    [InlineData("Contacts")]
    [InlineData("Templates")]
    [InlineData("Providers")]
    [InlineData("Tenants")]
    [InlineData("Nodes")]
    [InlineData("Senders")]
    public async Task Every_statement_compiles_against_the_schema(string name)
    {
        await using var factory = new SqliteFactory();
        await using var store = factory.Create(TimeProvider.System);
        await store.OpenAsync(TestContext.Current.CancellationToken);
        using var connection = new SqliteFile(new SqliteStorageOptions { Directory = factory.Path }).OpenReader();

        var file = SqlFile.Load($"Sqlite/{name}.sql");
        Assert.NotEmpty(file.All);
        foreach (var sql in file.All) new SqliteStatement(connection.Handle!, sql).Dispose();
    }

    [Fact]
    public void Every_file_is_named_here_and_migrations_are_numbered_without_gaps()
    {
        Assert.Equal(
            ["Contacts.sql", "Log.sql", "Nodes.sql", "Providers.sql", "Queue.sql", "Senders.sql", "Templates.sql", "Tenants.sql"],
            SqlFile.Folder("Sqlite").Select(p => p["Sqlite/".Length..]).Where(p => !p.StartsWith("Migrations.", StringComparison.Ordinal)));
        Assert.Equal(SqliteMigrations.Latest, SqlFile.Folder("Sqlite/Migrations").Count);
    }

    [Fact]
    public void An_unknown_statement_is_named_in_the_error()
    {
        var error = Assert.Throws<ArgumentException>(() => SqlFile.Load("Sqlite/Nodes.sql")["nothing"]);
        Assert.Contains("'nothing'", error.Message, StringComparison.Ordinal);
    }
}
