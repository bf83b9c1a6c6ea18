using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Faults;

/// <summary>A start that cannot succeed says why in a line, ends, and leaves nothing half done.</summary>
public sealed class StartFaultTests : IDisposable
{
    private const int Timeout = 120_000;

    private readonly DataDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact(Timeout = Timeout)]
    public async Task A_damaged_database_is_named_and_left_as_it_is()
    {
        await MakeAsync();
        var database = await File.ReadAllBytesAsync(_data.Database, TestContext.Current.CancellationToken);
        // The header stays: it is a database, and every page of it is noise.
        new Random(1).NextBytes(database.AsSpan(100));
        await File.WriteAllBytesAsync(_data.Database, database, TestContext.Current.CancellationToken);

        var line = await FailAsync(new ServerSetup(_data.Path));

        Assert.Contains(_data.Database, line, StringComparison.Ordinal);
        Assert.Contains("damaged", line, StringComparison.Ordinal);
        Assert.Equal(database, await File.ReadAllBytesAsync(_data.Database, TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = Timeout)]
    public async Task A_file_that_is_no_database_is_named_and_left_as_it_is()
    {
        const string text = "These are the shopping lists of the year 2019, and none of them is a database.\n";
        await File.WriteAllTextAsync(_data.Database, text, TestContext.Current.CancellationToken);

        var line = await FailAsync(new ServerSetup(_data.Path));

        Assert.Contains($"{_data.Database} is not a SQLite database", line, StringComparison.Ordinal);
        Assert.Equal(text, await File.ReadAllTextAsync(_data.Database, TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = Timeout)]
    public async Task A_second_process_on_the_same_data_is_refused_and_the_first_goes_on()
    {
        await using var first = await ServerProcess.StartAsync(new ServerSetup(_data.Path));

        var line = await FailAsync(new ServerSetup(_data.Path));

        Assert.Contains(_data.Path, line, StringComparison.Ordinal);
        Assert.Contains("Another Carillon", line, StringComparison.Ordinal);
        using var api = first.CreateApi();
        await api.WaitForAsync(await api.SendAsync(Bodies.Mail("first@start.example")), "sent");
    }

    [Fact(Timeout = Timeout)]
    public async Task A_port_that_is_taken_is_named_and_the_first_key_is_not_lost_with_it()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var setup = new ServerSetup(_data.Path) { Port = port };

        var line = await FailAsync(setup);

        Assert.Contains(port.ToString(CultureInfo.InvariantCulture), line, StringComparison.Ordinal);
        Assert.Contains("taken", line, StringComparison.Ordinal);
        other.Stop();
        // Waits for a key that is printed: by this start, since the one before ended without.
        await using var server = await ServerProcess.StartAsync(setup);
        using var api = server.CreateApi();
        await api.ReadAsync("/v1/queue");
    }

    [Fact(Timeout = Timeout)]
    public async Task Another_encryption_key_than_before_is_refused_and_the_old_one_still_fits()
    {
        var setup = new ServerSetup(_data.Path) { Environment = { ["ENCRYPTION_KEY"] = "the key of the first start" } };
        await using (var server = await ServerProcess.StartAsync(setup)) await server.TerminateAsync();

        var line = await FailAsync(new ServerSetup(_data.Path) { Environment = { ["ENCRYPTION_KEY"] = "another key altogether" } });

        Assert.Contains("encryption key does not fit", line, StringComparison.Ordinal);
        Assert.DoesNotContain("altogether", line, StringComparison.Ordinal);
        await using var again = await ServerProcess.StartAsync(setup);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_data_directory_that_cannot_be_written_is_named()
    {
        // A directory below a file: not even an administrator can make it.
        var file = Path.Combine(_data.Path, "occupied");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var line = await FailAsync(new ServerSetup(Path.Combine(file, "data")));

        Assert.Contains(Path.Combine(file, "data"), line, StringComparison.Ordinal);
    }

    [Fact(Timeout = Timeout)]
    public async Task All_wrong_values_are_reported_together()
    {
        var setup = new ServerSetup(_data.Path)
        {
            Arguments = ["serve", "--window", "many", "--prot", "8018"],
            Environment =
            {
                ["NOTIFICATIONS_PORT"] = "70000",
                ["LOG_LEVEL"] = "chatty",
                ["CARILLON_MAX_UNRECORDED"] = "-5",
                ["ENCRYPTION_KEY"] = "short",
                ["PUBLIC_URL"] = "example",
            },
        };

        var (_, lines) = await RunAsync(setup);

        string[] expected = ["NOTIFICATIONS_PORT", "LOG_LEVEL", "CARILLON_MAX_UNRECORDED", "ENCRYPTION_KEY", "PUBLIC_URL", "--window", "--prot"];
        foreach (var name in expected) Assert.Single(lines, line => line.StartsWith(name, StringComparison.Ordinal) || line.Contains(name, StringComparison.Ordinal));
        Assert.Equal(expected.Length, lines.Length);
        Assert.DoesNotContain(lines, line => line.Contains("short", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(_data.Path));
    }

    [Theory(Timeout = Timeout)]
    [InlineData("CARILLON_MAX_UNRECORDED", "1")]
    [InlineData("CARILLON_MAX_UNRECORDED", "16")]
    [InlineData("CARILLON_MAX_UNRECORDED", "100000")]
    [InlineData("CARILLON_WINDOW", "100")]
    [InlineData("CARILLON_RETRY_MAX_AGE", "90d")]
    [InlineData("ENCRYPTION_KEY", "sixteen chars or more, with, commas")]
    public async Task A_value_at_the_edge_of_its_range_either_works_or_is_refused_in_a_line(string name, string value)
    {
        var setup = new ServerSetup(_data.Path) { Environment = { [name] = value } };
        await using var server = ServerProcess.Launch(setup);
        await Eventually.TrueAsync(() => server.HasExited || server.Output.Contains("listens", StringComparison.Ordinal), "the server to listen or to end", state: () => server.Output);
        if (!server.HasExited) return;

        await server.WaitForExitAsync();
        Assert.Single(Lines(server));
        AssertNoTrace(server);
    }

    private async Task MakeAsync()
    {
        await using var server = await ServerProcess.StartAsync(new ServerSetup(_data.Path));
        await server.TerminateAsync();
    }

    /// <summary>The one line of a start that fails.</summary>
    private static async Task<string> FailAsync(ServerSetup setup) => Assert.Single((await RunAsync(setup)).Lines);

    private static async Task<(int Code, string[] Lines)> RunAsync(ServerSetup setup)
    {
        await using var server = ServerProcess.Launch(setup);
        await server.WaitForExitAsync();
        Assert.NotEqual(0, server.ExitCode);
        AssertNoTrace(server);
        return (server.ExitCode, Lines(server));
    }

    private static string[] Lines(ServerProcess server) => server.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static void AssertNoTrace(ServerProcess server)
    {
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", server.Output, StringComparison.Ordinal);
    }
}
