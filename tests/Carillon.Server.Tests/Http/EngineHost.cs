using System.Net.Http.Headers;
using Carillon.Client;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Api;
using Carillon.Storage.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Carillon.Server.Tests.Http;

/// <summary>The server on a real socket, over a real engine on SQLite in a directory of its own.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carillon-api-");
    private readonly List<CarillonClient> _others = [];
    private WebApplication _app = null!;
    private CarillonEngine _engine = null!;

    private EngineHost()
    {
    }

    /// <param name="logs">Gets everything that the server logs.</param>
    public static async Task<EngineHost> StartAsync(ILoggerProvider logs)
    {
        var host = new EngineHost { Logs = logs };
        await host.OpenAsync();
        return host;
    }

    public CarillonEngine Engine => _engine;

    public string DataDirectory => _directory.FullName;

    /// <summary>Where everything that the server logs goes; null for nowhere.</summary>
    public ILoggerProvider? Logs { get; private init; }

    /// <summary>Carries a key of <see cref="ApiHost.Tenant"/> that may do everything.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>The same, typed. It tells refusals at once, and repeats nothing.</summary>
    public CarillonClient Api { get; private set; } = null!;

    public static async Task<EngineHost> StartAsync()
    {
        var host = new EngineHost();
        await host.OpenAsync();
        return host;
    }

    public async Task<string> AddKeyAsync(TenantId tenant, params string[] scopes)
    {
        var (text, key) = KeyIssuer.Issue(tenant, "test", scopes, Guid.CreateVersion7(), _engine.Time.GetUtcNow());
        await _engine.Storage.Tenants.CreateKeyAsync(key, TestContext.Current.CancellationToken);
        return text;
    }

    /// <summary>The API for another key.</summary>
    public async Task<CarillonClient> ApiAsync(TenantId tenant, params string[] scopes)
    {
        var api = new CarillonClient(Client.BaseAddress!, await AddKeyAsync(tenant, scopes), ApiHost.AtOnce);
        _others.Add(api);
        return api;
    }

    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _directory.Delete(recursive: true);
    }

    private async Task OpenAsync()
    {
        Assert.True(KeyRing.TryParse(new string('a', 64), out var keys, out _));
        _engine = new CarillonEngine(
            new SqliteStorage(new SqliteStorageOptions { Directory = _directory.FullName }, TimeProvider.System), keys, new CarillonOptions(),
            TimeProvider.System, new NoDefects());
        await _engine.StartAsync(TestContext.Current.CancellationToken);
        _app = ServerComposition.Build(
            new ServerOptions { Data = _directory.FullName, Port = 0, Host = "127.0.0.1", LogLevel = Logs is null ? LogLevel.None : LogLevel.Trace },
            builder =>
            {
                if (Logs is not null) builder.Logging.ClearProviders().AddProvider(Logs);
                // Given as an instance that runs already: the host neither starts nor stops it.
                builder.Services.RemoveAll<IHostedService>().AddSingleton(_engine);
            });
        await _app.StartAsync(TestContext.Current.CancellationToken);
        Client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await AddKeyAsync(ApiHost.Tenant, Scopes.Admin));
        Api = new CarillonClient(Client, ApiHost.AtOnce);
    }

    private async Task CloseAsync()
    {
        Client.Dispose();
        foreach (var api in _others) api.Dispose();
        await _app.DisposeAsync();
        await _engine.DisposeAsync();
    }

    private sealed class NoDefects : IDefectLog
    {
        public void Report(string where, Exception exception) => Assert.Fail($"{where}: {exception}");
    }
}
