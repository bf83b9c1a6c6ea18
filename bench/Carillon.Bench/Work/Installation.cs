using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Carillon.Bench.Load;
using Carillon.Bench.Processes;

namespace Carillon.Bench.Work;

/// <summary>Sets a fresh server up over its API, and asks it about what became of the messages. Never while load runs.</summary>
internal sealed class Installation : IDisposable
{
    private readonly HttpClient _client;
    private readonly ServerProcess _server;
    private readonly BenchOptions _options;

    public Installation(ServerProcess server, BenchOptions options)
    {
        _server = server;
        _options = options;
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") };
    }

    /// <summary>The keys of the tenants, which take turns.</summary>
    public IReadOnlyList<string> Keys { get; private set; } = [];

    public async Task PrepareAsync(int sinkPort)
    {
        var provider = ProviderRequest(sinkPort);
        if (_options.Concurrency is { } concurrency) provider["max_concurrency"] = concurrency;
        await PostAsync("/v1/providers", _server.AdminKey, provider);
        Keys = [_server.AdminKey];
        if (_options.Tenants > 1)
        {
            var keys = new List<string>();
            for (var i = 0; i < _options.Tenants; i++)
            {
                var tenant = await PostAsync("/v1/tenants", _server.AdminKey, new { key = $"tenant-{i:D5}", name = $"Tenant {i}" });
                keys.Add(tenant.GetProperty("api_key").GetString()!);
            }

            Keys = keys;
        }

        foreach (var key in Keys) await PostAsync("/v1/templates", key, _options.IsSms ? PaymentSms.TemplateRequest() : WelcomeMail.TemplateRequest());
    }

    public RequestForm Form(RequestWay way, RecipientWay recipient, string? scheduledAt = null) =>
        RequestForm.Create(
            way, _options.Batch, _options.IsSms ? PaymentSms.Notification(recipient, scheduledAt) : WelcomeMail.Notification(recipient, scheduledAt),
            _options.Contacts, Keys);

    /// <summary>Live work of all tenants: whatever is not final. Counted anew at each call, which the figures of <c>/metrics</c> are not.</summary>
    public async Task<long> QueuedAsync()
    {
        long total = 0;
        foreach (var key in Keys) total += await QueuedAsync(key);
        return total;
    }

    /// <summary>Waits until nothing is live, with nothing coming in; returns the timestamp at which that was seen.</summary>
    public async Task<long> DrainedAsync(TimeSpan limit)
    {
        var started = Stopwatch.GetTimestamp();
        var at = started;
        foreach (var key in Keys)
        {
            while (true)
            {
                at = Stopwatch.GetTimestamp();
                if (await QueuedAsync(key) == 0) break;
                if (Stopwatch.GetElapsedTime(started) > limit) throw new BenchException($"{await QueuedAsync()} messages were not finished within the time.");
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            }
        }

        return at;
    }

    public async Task<JsonElement> GetAsync(string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, key);
    }

    public async Task<JsonElement> PostAsync(string path, string key, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        return await SendAsync(request, key);
    }

    public void Dispose() => _client.Dispose();

    private async Task<long> QueuedAsync(string key) => (await GetAsync("/v1/queue", key)).GetProperty("total").GetInt64();

    private JsonObject ProviderRequest(int sinkPort)
    {
        var settings = JsonNode.Parse(_options.Provider)!.AsObject();
        if (_options.IsSms) return PaymentSms.Provider(sinkPort, settings);
        settings["host"] = "127.0.0.1";
        settings["port"] = sinkPort;
        settings["security"] = "none";
        settings["from_email"] = "welcome@isp.example";
        settings["from_name"] = "Fibra Norte";
        return new JsonObject { ["name"] = "sink", ["channel"] = "email", ["kind"] = "smtp", ["settings"] = settings };
    }

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, string key)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await _client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new BenchException($"{request.Method} {request.RequestUri} was answered {(int)answer.StatusCode}: {text}");
        return JsonElement.Parse(text);
    }
}
