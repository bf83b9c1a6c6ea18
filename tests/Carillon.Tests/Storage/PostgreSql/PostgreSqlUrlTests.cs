using Carillon.Storage.PostgreSql;
using Npgsql;

namespace Carillon.Tests.Storage.PostgreSql;

public sealed class PostgreSqlUrlTests
{
    [Fact]
    public void All_parts_of_a_url_are_read()
    {
        var to = Read("postgresql://ca%40rillon:p%2Fs%3As@db.example.org:6432/mess%20ages?sslmode=verify-full&application_name=node-1&connect_timeout=7");

        Assert.Equal(("ca@rillon", "p/s:s", "db.example.org", 6432, "mess ages"), (to.Username, to.Password, to.Host, to.Port, to.Database));
        Assert.Equal((SslMode.VerifyFull, "node-1", 7), (to.SslMode, to.ApplicationName, to.Timeout));
    }

    [Theory]
    [InlineData("postgres://u@h", "h", 5432, "u")]
    [InlineData("postgresql://u@[::1]:5433/d", "::1", 5433, "d")]
    [InlineData("postgresql://u@%2Fvar%2Frun%2Fpostgresql/d", "/var/run/postgresql", 5432, "d")]
    [InlineData("postgresql:///d?host=h&user=u&port=9", "h", 9, "d")]
    [InlineData("postgresql://u@h1:5433,h2/d?target_session_attrs=read-write", "h1:5433,h2", 5432, "d")]
    [InlineData("Host=h;Username=u", "h", 5432, "u")]
    public void Forms_of_others_are_read(string text, string host, int port, string database)
    {
        var to = Read(text);
        Assert.Equal((host, port, database), (to.Host, to.Port, to.Database));
    }

    [Theory]
    [InlineData("postgresql://u@h/d?pgbouncer=true", true)]
    [InlineData("postgresql://u@h/d?pgbouncer=false", false)]
    [InlineData("postgresql://u@h/d", false)]
    [InlineData("Host=h;Username=u;PgBouncer=true", true)]
    public void A_pooler_is_told_by_the_url(string text, bool expected)
    {
        Assert.NotNull(PostgreSqlUrl.Parse(text, out var pooler, out _));
        Assert.Equal(expected, pooler);
    }

    [Theory]
    [InlineData("postgresql://u:secret@h:http/d", "port")]
    [InlineData("postgresql://u:secret@h:99999/d", "port")]
    [InlineData("postgresql://u:secret@h/d?sslmod=require", "sslmod")]
    [InlineData("postgresql://u:secret@h/d?sslmode=secret", "sslmode")]
    [InlineData("postgresql://:secret@h/d", "user")]
    [InlineData("postgresql:///d?user=u", "host")]
    [InlineData("Host=h;Password=secret;Colour=blue", "")]
    public void What_cannot_be_read_says_why_and_shows_no_password(string text, string named)
    {
        Assert.Null(PostgreSqlUrl.Parse(text, out _, out var fault));
        Assert.Contains(named, fault, StringComparison.Ordinal);
        Assert.NotEmpty(fault);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }

    private static NpgsqlConnectionStringBuilder Read(string text)
    {
        var to = PostgreSqlUrl.Parse(text, out _, out var fault);
        Assert.True(to is not null, fault);
        return to;
    }
}
