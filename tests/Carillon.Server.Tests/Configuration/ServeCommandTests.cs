using System.Net;
using System.Net.Sockets;
using Carillon.Server.Commands;
using Microsoft.Extensions.Logging;

namespace Carillon.Server.Tests.Configuration;

public sealed class ServeCommandTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("carillon-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static async Task<(int Code, string Output, string Errors)> RunAsync(ServerOptions options)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await ServeCommand.RunAsync(options with { LogLevel = LogLevel.None }, output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_clear_line_and_shows_no_key()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var (code, output, errors) = await RunAsync(new ServerOptions { Data = _data, Port = port });

        Assert.Equal((1, ""), (code, output));
        Assert.Equal($"http://127.0.0.1:{port} is taken by another program: stop it, or choose another port with --port or CARILLON_PORT.", errors.Trim());
    }

    [Fact]
    public async Task An_address_of_another_machine_is_one_clear_line()
    {
        var (code, _, errors) = await RunAsync(new ServerOptions { Data = _data, Host = "192.0.2.1" });

        Assert.Equal(1, code);
        Assert.StartsWith("192.0.2.1 is no address of this machine", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_none_is_one_clear_line()
    {
        await File.WriteAllTextAsync(Path.Combine(_data, "carillon.db"), new string('x', 8192), TestContext.Current.CancellationToken);

        var (code, output, errors) = await RunAsync(new ServerOptions { Data = _data });

        Assert.Equal((1, ""), (code, output));
        Assert.Single(errors.Trim().Split('\n'));
    }
}
