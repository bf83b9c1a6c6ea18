using Carillon.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Carillon.Server.Tests.Configuration;

public sealed class ConfigurationReaderTests
{
    private static ReadConfiguration Read(string[]? arguments = null, (string, string)[]? environment = null, (string Path, string Text)? file = null) =>
        ConfigurationReader.Read(
            arguments ?? [], (environment ?? []).ToDictionary(e => e.Item1, e => e.Item2), "/data",
            path => file is { } given && given.Path == path ? given.Text : null);

    [Fact]
    public void Nothing_at_all_gives_the_defaults()
    {
        var read = Read();

        Assert.Empty(read.Faults);
        Assert.Empty(read.Warnings);
        Assert.Equal(new ServerOptions { Data = "/data" }, read.Options);
        Assert.Equal(("127.0.0.1", 8018, LogLevel.Information, 512), (read.Options.Host, read.Options.Port, read.Options.LogLevel, read.Options.MaxUnrecorded));
    }

    [Fact]
    public void The_variables_of_telemetry_are_taken_as_they_are_and_warned_of_where_they_do_nothing()
    {
        var read = Read(environment: [("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"), ("OTEL_SERVICE_NAME", "bells"), ("HOTEL", "x")]);

        Assert.Equal(["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SERVICE_NAME"], read.Options.Telemetry.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["OTEL_EXPORTER_OTLP_ENDPOINT is no absolute http or https URL: it has no effect."], read.Warnings);
    }

    [Fact]
    public void The_command_line_goes_before_the_environment_and_that_before_the_file()
    {
        var file = ("/data/carillon.json", """{ "port": 1, "window": 2000, "host": "::1", /* people comment */ "simulator": false, }""");

        var read = Read(["--port", "3", "--retry-max-delay=2h"], [("CARILLON_PORT", "2"), ("CARILLON_WINDOW", "3000"), ("NOTIFICATIONS_HOST", "0.0.0.0")], file);

        Assert.Empty(read.Faults);
        Assert.Equal((3, 3_000, "0.0.0.0", false, TimeSpan.FromHours(2)), (read.Options.Port, read.Options.Window, read.Options.Host, read.Options.Simulator, read.Options.Retry.MaxDelay));
    }

    [Fact]
    public void A_name_of_carillons_own_goes_before_a_shared_one() =>
        Assert.Equal(2, Read(environment: [("NOTIFICATIONS_PORT", "1"), ("CARILLON_PORT", "2")]).Options.Port);

    [Fact]
    public void The_file_is_looked_for_in_the_data_directory_that_is_given()
    {
        var read = Read(environment: [("CARILLON_DATA", "/elsewhere")], file: ("/elsewhere/carillon.json", """{"port":7}"""));

        Assert.Equal(("/elsewhere", 7), (read.Options.Data, read.Options.Port));
    }

    [Fact]
    public void A_file_that_is_named_may_say_where_the_data_is() =>
        Assert.Equal("/srv", Read(["--config", "/etc/carillon.json"], file: ("/etc/carillon.json", """{"data":"/srv"}""")).Options.Data);

    [Fact]
    public void Every_wrong_value_is_reported_with_its_source_and_what_is_expected()
    {
        var read = Read(
            ["--port", "70000", "--prot", "1", "--simulator", "maybe", "--window"],
            [("LOG_LEVEL", "LOUD"), ("DATABASE_URL", "postgresql://user:hunter2@localhost:http/notifications"), ("CARILLON_RETRY_MAX_AGE", "forever")],
            ("/data/carillon.json", """{"publicurl":"x","public_url":"ftp://x","max_unrecorded":[1],"data":"/x"}"""));

        Assert.Equal(
            [
                "command line: there is no option --prot; did you mean --port?",
                "--window: there is no value; expected: a whole number from 100 to 1000000.",
                "/data/carillon.json: publicurl: there is no such setting; did you mean public_url?",
                "/data/carillon.json: max_unrecorded: the value is an object or an array; expected: a whole number from 16 to 65536.",
                "/data/carillon.json: data: this cannot be set in a file that is found by it; use CARILLON_DATA or --data.",
                "--port: the value is '70000'; expected: a whole number from 1 to 65535.",
                "/data/carillon.json: public_url: the value is 'ftp://x'; expected: an absolute http or https URL.",
                "DATABASE_URL: the value is not shown here; expected: empty, sqlite:///path/to/file, or postgresql://user:password@host:5432/database.",
                "LOG_LEVEL: the value is 'LOUD'; expected: one of trace, debug, info, warning, error, critical, none.",
                "--simulator: the value is 'maybe'; expected: true or false.",
                "CARILLON_RETRY_MAX_AGE: the value is 'forever'; expected: a duration from 1s to 90d.",
            ],
            read.Faults);
    }

    [Theory]
    [InlineData("TRACE", LogLevel.Trace)]
    [InlineData("DEBUG", LogLevel.Debug)]
    [InlineData("INFO", LogLevel.Information)]
    [InlineData("WARNING", LogLevel.Warning)]
    [InlineData("ERROR", LogLevel.Error)]
    [InlineData("CRITICAL", LogLevel.Critical)]
    public void Log_levels_are_taken_by_the_words_of_others(string word, LogLevel level) => Assert.Equal(level, Read(environment: [("LOG_LEVEL", word)]).Options.LogLevel);

    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("10s", 10_000)]
    [InlineData("5m", 300_000)]
    [InlineData("PT10S", 10_000)]
    [InlineData("1d", 86_400_000)]
    public void Durations_are_short_or_iso_8601(string text, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Read(["--retry-base-delay", text, "--retry-max-delay", "7d"]).Options.Retry.BaseDelay);

    [Theory]
    [InlineData("", null)]
    [InlineData("sqlite:///data.db", "data.db")]
    [InlineData("sqlite:////srv/data.db", "/srv/data.db")]
    public void A_database_is_a_file_of_sqlite(string url, string? file) => Assert.Equal(file, Read(environment: [("DATABASE_URL", url)]).Options.DatabaseFile);

    [Theory]
    [InlineData("postgresql://carillon:secret@db.example.org/carillon?sslmode=verify-full")]
    [InlineData("postgres://carillon@localhost:6432/carillon?pgbouncer=true")]
    [InlineData("Host=localhost;Username=carillon;Password=secret")]
    public void A_database_is_PostgreSQL(string url)
    {
        var read = Read(environment: [("DATABASE_URL", url)]);

        Assert.Empty(read.Faults);
        Assert.Equal((url, null), (read.Options.PostgreSqlUrl, read.Options.DatabaseFile));
    }

    [Fact]
    public void An_unknown_variable_is_a_warning_that_names_the_nearest()
    {
        var read = Read(environment: [("CARILLON_PROT", "1"), ("CARILLON_SERVICE_HOST", "10.0.0.1"), ("OTHER", "x")]);

        Assert.Empty(read.Faults);
        Assert.Equal(
            ["CARILLON_PROT: there is no such setting, it has no effect; did you mean CARILLON_PORT?", "CARILLON_SERVICE_HOST: there is no such setting, it has no effect"],
            read.Warnings);
    }

    [Fact]
    public void The_port_that_an_orchestrator_sets_is_explained() =>
        Assert.Contains("enableServiceLinks", Assert.Single(Read(environment: [("CARILLON_PORT", "tcp://10.0.0.1:8018")]).Faults), StringComparison.Ordinal);

    [Theory]
    [InlineData("{", "line 1: this is not valid JSON.")]
    [InlineData("[]", "expected: one JSON object")]
    [InlineData("""{"port":1,"port":2}""", "port: it stands there twice")]
    public void A_file_that_cannot_be_used_is_reported(string text, string part) =>
        Assert.Contains(part, Assert.Single(Read(file: ("/data/carillon.json", text)).Faults), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_named_and_not_there_is_reported() => Assert.Equal(["/etc/none.json: there is no such file."], Read(["--config", "/etc/none.json"]).Faults);

    [Fact]
    public void A_key_is_never_shown() =>
        Assert.DoesNotContain("hunter2", Assert.Single(Read(environment: [("ENCRYPTION_KEY", "hunter2")]).Faults), StringComparison.Ordinal);

    [Fact]
    public void The_guide_has_the_table_of_all_settings()
    {
        var root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Carillon.slnx"))) root = Path.GetDirectoryName(root);

        var guide = File.ReadAllText(Path.Combine(root!, "docs", "configuration.md"));

        Assert.True(guide.Contains(ConfigurationHelp.Markdown(), StringComparison.Ordinal), "docs/configuration.md must have this table:\n" + ConfigurationHelp.Markdown());
    }

    [Fact]
    public void The_help_names_every_option()
    {
        var help = ConfigurationHelp.Text();

        Assert.All(Settings.All, setting => Assert.Contains(setting.Option + " <value>", help, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(new string[0], ProgramCommand.Serve, 0)]
    [InlineData(new[] { "--port", "1" }, ProgramCommand.Serve, 2)]
    [InlineData(new[] { "serve", "--port", "1" }, ProgramCommand.Serve, 2)]
    [InlineData(new[] { "demo" }, ProgramCommand.Demo, 0)]
    [InlineData(new[] { "demo", "--help" }, ProgramCommand.Help, 0)]
    [InlineData(new[] { "--version" }, ProgramCommand.Version, 0)]
    public void The_first_word_is_the_command_and_the_rest_settings(string[] arguments, object command, int settings)
    {
        var line = CommandLine.Parse(arguments)!;

        Assert.Equal(((ProgramCommand)command, settings), (line.Command, line.Settings.Count));
    }

    [Fact]
    public void An_unknown_command_is_none() => Assert.Null(CommandLine.Parse(["sevre"]));
}
