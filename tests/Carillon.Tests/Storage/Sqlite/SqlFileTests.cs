using System.Globalization;
using System.Text.RegularExpressions;
using Carillon.Messages;
using Carillon.Storage;
using Carillon.Storage.Sqlite;
using Dapper;

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
    [InlineData("Alerts")]
    [InlineData("Senders")]
    [InlineData("Attachments")]
    [InlineData("Events")]
    [InlineData("Limits")]
    [InlineData("Steps")]
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

    /// <summary>A partial index serves only what repeats its condition: were they to differ, each list by status would read the whole log.</summary>
    [Fact]
    public async Task Messages_of_a_rare_status_are_found_by_their_index()
    {
        await using var factory = new SqliteFactory();
        await using var store = factory.Create(TimeProvider.System);
        await store.OpenAsync(TestContext.Current.CancellationToken);
        using var connection = new SqliteFile(new SqliteStorageOptions { Directory = factory.Path }).OpenReader();

        var sql = SqliteMessageLog.Sql["find_status"].Text;
        var plan = connection.Query<(int, int, int, string Detail)>($"EXPLAIN QUERY PLAN {sql}", new { tenant = 1, status = 8, before = 9 });

        Assert.Contains("message_status", Assert.Single(plan).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_file_is_named_here_and_migrations_are_numbered_without_gaps()
    {
        Assert.Equal(
            ["Alerts.sql", "Attachments.sql", "Contacts.sql", "Counters.sql", "Events.sql", "Figures.sql", "Limits.sql", "Log.sql", "Nodes.sql", "Providers.sql", "Queue.sql", "Sealed.sql", "Senders.sql", "Steps.sql", "Templates.sql", "Tenants.sql"],
            SqlFile.Folder("Sqlite").Select(p => p["Sqlite/".Length..]).Where(p => !p.StartsWith("Migrations.", StringComparison.Ordinal)));
        Assert.Equal(SqliteMigrations.Latest, SqlFile.Folder("Sqlite/Migrations").Count);
    }

    [Fact]
    public void The_numbers_of_statuses_are_those_of_the_names_beside_them()
    {
        const string numberWithName = @"(?<number>\d+) /\* (?<name>\w+) \*/";
        const string bareNumber = @"(?:status\s*(?:=|<>|in\s*\()|\belse)[\s,]*\d|select\s+\d+\s+as\s+status";
        var named = 0;
        foreach (var sql in new[] { "Queue", "Log", "Events", "Steps" }.SelectMany(name => SqlFile.Load($"Sqlite/{name}.sql").All))
        {
            foreach (Match number in Regex.Matches(sql.Text, numberWithName, RegexOptions.NonBacktracking))
            {
                named++;
                var status = (MessageStatus)byte.Parse(number.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
                Assert.Equal((sql.Name, number.Groups["name"].Value), (sql.Name, status.Name()));
            }

            var rest = Regex.Replace(sql.Text, numberWithName, "", RegexOptions.NonBacktracking);
            Assert.False(Regex.IsMatch(rest, bareNumber, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase), $"{sql.Name} has a status without its name.");
        }

        Assert.True(named >= 20, $"{named} numbers");
    }

    [Fact]
    public void An_unknown_statement_is_named_in_the_error()
    {
        var error = Assert.Throws<ArgumentException>(() => SqlFile.Load("Sqlite/Nodes.sql")["nothing"]);
        Assert.Contains("'nothing'", error.Message, StringComparison.Ordinal);
    }
}
