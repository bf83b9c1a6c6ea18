using System.Net;
using System.Net.Sockets;
using Carillon.Channels;
using Carillon.Channels.Simulator;
using Carillon.Dispatch;
using Carillon.Providers;
using Carillon.Server.Tests.Http;
using Carillon.Storage;
using Carillon.Templates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Carillon.Server.Tests.Configuration;

public sealed class ServeCommandTests
{
    private static async Task<(int Code, string Output, string Errors)> RunAsync(ServerOptions options, FakeStorage storage)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await ServeCommand.RunAsync(options, services =>
        {
            services.AddSingleton(storage);
            services.AddSingleton<IStorage>(storage);
            services.AddSingleton<INotificationIntake, FakeIntake>();
            services.AddSingleton<IEngineStatus, FakeEngineStatus>();
            services.AddSingleton<ContentReader>();
            services.AddSingleton<TemplateCatalog>();
            services.AddSingleton<ProviderCatalog>();
            services.AddSingleton<SimulatorOutbox>();
            services.AddSingleton((GatewayCatalog)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(typeof(GatewayCatalog)));
        }, output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_clear_line()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var storage = new FakeStorage();

        var (code, _, errors) = await RunAsync(new ServerOptions { Data = "", Port = port, LogLevel = LogLevel.None }, storage);

        Assert.Equal(1, code);
        Assert.Equal($"http://127.0.0.1:{port} is taken by another program: stop it, or choose another port with --port or CARILLON_PORT.", errors.Trim());
        Assert.Empty(storage.Keys);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_one_clear_line()
    {
        var (code, _, errors) = await RunAsync(new ServerOptions { Data = "", Host = "192.0.2.1", Port = 8018, LogLevel = LogLevel.None }, new FakeStorage());

        Assert.Equal(1, code);
        Assert.StartsWith("192.0.2.1 is no address of this machine", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_cannot_be_used_is_one_clear_line_of_its_own()
    {
        var storage = new FakeStorage { Failure = new StorageStartException("Another process uses /data: stop it first.") };

        var (code, output, errors) = await RunAsync(new ServerOptions { Data = "", LogLevel = LogLevel.None }, storage);

        Assert.Equal((1, "", "Another process uses /data: stop it first."), (code, output, errors.Trim()));
    }
}
