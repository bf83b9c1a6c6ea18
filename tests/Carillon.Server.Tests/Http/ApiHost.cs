using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Carillon.Client;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Carillon.Server.Tests.Http;

/// <summary>The server on a real socket of its own, over an engine that is not there.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    public static readonly TenantId Tenant = new(1);

    /// <summary>A client that repeats nothing.</summary>
    public static readonly CarillonClientOptions AtOnce = new() { MaxRetries = 0 };

    private readonly List<CarillonClient> _others = [];
    private readonly WebApplication _app;

    private ApiHost(WebApplication app, FakeStorage storage, ManualTime time)
    {
        _app = app;
        Storage = storage;
        Time = time;
        Intake = (FakeIntake)app.Services.GetRequiredService<INotificationIntake>();
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AddKey(Scopes.Send, Scopes.Read));
        Api = new CarillonClient(Client, AtOnce);
    }

    public IServiceProvider Services => _app.Services;

    public FakeStorage Storage { get; }

    public FakeIntake Intake { get; }

    public ManualTime Time { get; }

    /// <summary>Carries a key that may send and read.</summary>
    public HttpClient Client { get; }

    /// <summary>The same, typed. It tells refusals at once, and repeats nothing.</summary>
    public CarillonClient Api { get; }

    public static async Task<ApiHost> StartAsync(Action<IServiceCollection>? adjust = null)
    {
        var storage = new FakeStorage();
        var time = new ManualTime();
        // Never started: what the API asks of the engine here is its store, its ids and its lists.
        var engine = new CarillonEngine(storage, TestKeys(), new CarillonOptions(), time, new NoDefects());
        var app = ServerComposition.Build(new ServerOptions { Data = "nowhere", Port = 0, Host = "127.0.0.1", LogLevel = LogLevel.None }, builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.RemoveAll<IHostedService>().AddSingleton(engine);
            builder.Services.AddSingleton<INotificationIntake>(new FakeIntake(engine.Ids, storage));
            adjust?.Invoke(builder.Services);
        });
        await app.StartAsync();
        return new ApiHost(app, storage, time);
    }

    /// <summary>The API for another key.</summary>
    public CarillonClient As(TenantId tenant, params string[] scopes)
    {
        var api = new CarillonClient(Client.BaseAddress!, AddKey(tenant, scopes), AtOnce);
        _others.Add(api);
        return api;
    }

    public string AddKey(params string[] scopes) => AddKey(Tenant, scopes);

    public string AddKey(TenantId tenant, params string[] scopes)
    {
        var (text, key) = KeyIssuer.Issue(tenant, "test", scopes, Guid.CreateVersion7(), Time.GetUtcNow());
        Storage.Keys.Add(key);
        return text;
    }

    public Task<HttpResponseMessage> PostAsync(string path, string body, string contentType = "application/json", string? idempotencyKey = null) =>
        PostAsync(path, new ByteArrayContent(Encoding.UTF8.GetBytes(body)), contentType, idempotencyKey);

    public Task<HttpResponseMessage> PostAsync(string path, HttpContent content, string contentType = "application/json", string? idempotencyKey = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        foreach (var api in _others) api.Dispose();
        await _app.DisposeAsync();
    }

    private static KeyRing TestKeys() =>
        KeyRing.TryParse(new string('a', 64), out var keys, out var faults) ? keys : throw new InvalidOperationException(string.Join(' ', faults));

    private sealed class NoDefects : IDefectLog
    {
        public void Report(string where, Exception exception) => TestContext.Current.SendDiagnosticMessage("{0}: {1}", where, exception);
    }
}

/// <summary>A clock that moves when it is told to.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 3, 14, 12, 0, 0, TimeSpan.Zero).AddTicks(Volatile.Read(ref _ticks));
}
