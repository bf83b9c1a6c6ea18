using System.Globalization;
using System.Text.RegularExpressions;
using Carillon.Messages;
using Carillon.Storage;
using Carillon.Storage.PostgreSql;

namespace Carillon.Tests.Storage.PostgreSql;

public sealed class PostgreSqlFileTests
{
    [Fact]
    public void The_files_are_named_as_those_of_the_other_engine_and_migrations_are_numbered_without_gaps()
    {
        Assert.Equal(Names("Sqlite").Append("Partitions.sql").Order(StringComparer.Ordinal), Names("PostgreSql"));
        Assert.Equal(PostgreSqlMigrations.Latest, SqlFile.Folder("PostgreSql/Migrations").Count);
    }

    [Fact]
    public void The_numbers_of_statuses_are_those_of_the_names_beside_them()
    {
        const string numberWithName = @"(?<number>\d+) /\* (?<name>\w+) \*/";
        const string bareNumber = @"(?:status\s*(?:=|<>|in\s*\()|\belse|\bthen)[\s,]*\d|select\s+\d+\s+as\s+status";
        var named = 0;
        foreach (var sql in SqlFile.Load("PostgreSql/Queue.sql").All.Concat(SqlFile.Load("PostgreSql/Log.sql").All))
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

    private static IEnumerable<string> Names(string engine) =>
        SqlFile.Folder(engine).Select(p => p[(engine.Length + 1)..]).Where(p => !p.StartsWith("Migrations.", StringComparison.Ordinal));
}
