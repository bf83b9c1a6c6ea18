using System.Text;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Metrics;
using Carillon.Providers;
using Carillon.Security;
using Carillon.Server.Api;
using Carillon.Server.Telemetry;
using Carillon.Server.Tests.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Carillon.Server.Tests.Telemetry;

public sealed class OtlpExportTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carillon-otlp-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("http/protobuf", "/v1/metrics", "application/x-protobuf")]
    [InlineData("grpc", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "application/grpc")]
    public async Task The_collector_is_told_the_same_figures_as_metrics_shows(string protocol, string expectedPath, string expectedType)
    {
        await using var collector = await Collector.StartAsync(protocol == "grpc");
        string provider, text;
        await using (var app = Build(new()
        {
            [OtlpExport.Endpoint] = collector.Url,
            [OtlpExport.Protocol] = protocol,
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-key=word",
            ["OTEL_SERVICE_NAME"] = "bells",
            // Only the last export, when the server stops, is looked at.
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "3600000",
        }))
        {
            await app.StartAsync(Token);
            provider = await SendAsync(app);
            using var client = new HttpClient();
            text = await client.GetStringAsync(app.Urls.First() + "/metrics", Token);
            await app.StopAsync(Token);
        }

        var (path, type, key, export) = Assert.Single(collector.Requests);
        Assert.Equal((expectedPath, expectedType, "word"), (path, type, key));
        Assert.Equal("bells", export.Resource["service.name"]);
        Assert.Equal(HealthApi.Version, export.Resource["service.version"]);
        Assert.EndsWith("-1", export.Resource["service.instance.id"], StringComparison.Ordinal);
        Assert.Equal(1, export.Value("carillon_messages_total", "channel=email", "status=sent"));
        Assert.Equal(1, export.Value("carillon_provider_sends_total", $"provider={provider}", "outcome=accepted"));
        Assert.Equal(0, export.Value("carillon_provider_sends_total", $"provider={provider}", "outcome=unknown"));
        Assert.Equal(1, export.Value("carillon_dispatcher_running"));
        Assert.True(export.Value("carillon_provider_latency_ms", $"provider={provider}", "quantile=0.99") > 0);
        foreach (var family in MetricFamilies.All)
        {
            var exported = export.Metrics.SingleOrDefault(m => m.Name == family.Name);
            Assert.Equal(exported is not null, text.Split('\n').Any(line => line.StartsWith(family.Name + " ", StringComparison.Ordinal) || line.StartsWith(family.Name + "{", StringComparison.Ordinal)));
            if (exported is not null) Assert.Equal((family.Help, family.Kind == MetricKind.Counter), (exported.Description, exported.IsSum));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true, OtlpExport.Endpoint, "http://127.0.0.1:4318")]
    [InlineData(true, OtlpExport.MetricsEndpoint, "http://127.0.0.1:4318/v1/metrics")]
    [InlineData(false, OtlpExport.Endpoint, "")]
    [InlineData(false, OtlpExport.Endpoint, "http://127.0.0.1:4318", "OTEL_SDK_DISABLED", "true")]
    [InlineData(false, OtlpExport.Endpoint, "http://127.0.0.1:4318", "OTEL_METRICS_EXPORTER", "none")]
    [InlineData(false, "OTEL_SERVICE_NAME", "bells")]
    public async Task Nothing_is_exported_unless_it_is_asked_for(bool expected, params string[] variables)
    {
        await using var app = Build(variables.Chunk(2).ToDictionary(v => v[0], v => v[1]));

        Assert.Equal(expected, app.Services.GetServices<IHostedService>().OfType<OtlpExport>().Any());
    }

    [Theory]
    [InlineData(OtlpExport.Endpoint, "collector:4317", "OTEL_EXPORTER_OTLP_ENDPOINT is no absolute http or https URL: it has no effect.")]
    [InlineData(OtlpExport.Protocol, "http/json", "OTEL_EXPORTER_OTLP_PROTOCOL must be grpc or http/protobuf: grpc is used.")]
    [InlineData(OtlpExport.Protocol, "http/protobuf", null)]
    [InlineData(OtlpExport.Endpoint, "https://collector:4317", null)]
    public void What_has_no_effect_is_warned_of(string name, string value, string? warning) =>
        Assert.Equal(warning, OtlpExport.Faults(new Dictionary<string, string> { [name] = value }).SingleOrDefault());

    private WebApplication Build(Dictionary<string, string> telemetry) => ServerComposition.Build(new ServerOptions
    {
        Data = _directory.FullName,
        Port = 0,
        Host = "127.0.0.1",
        LogLevel = LogLevel.None,
        Telemetry = telemetry,
    });

    /// <summary>One message through a provider of its own, whose id is returned.</summary>
    private static async Task<string> SendAsync(WebApplication app)
    {
        var engine = app.Services.GetRequiredService<CarillonEngine>();
        var draft = new ProviderDraft { Name = "sim", Channel = Channel.Email, Kind = "simulator", Settings = JsonDocument.Parse("{}").RootElement };
        var made = Assert.IsType<ProviderCreation.Created>(await engine.Providers.CreateAsync(ApiHost.Tenant, draft, Token));
        var (text, key) = KeyIssuer.Issue(ApiHost.Tenant, "test", [Scopes.Admin], Guid.CreateVersion7(), engine.Time.GetUtcNow());
        await engine.Storage.Tenants.CreateKeyAsync(key, Token);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", text);
        var sent = await ApiHost.JsonAsync(await client.PostAsync(
            "/v1/notifications",
            new StringContent("""{"recipient":{"email":"a@example.net"},"channel":"email","subject":"s","message":"m"}""", Encoding.UTF8, "application/json"), Token));
        var id = sent.GetProperty("messages")[0].GetProperty("id").GetString();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while ((await ApiHost.JsonAsync(await client.GetAsync("/v1/messages/" + id, Token))).GetProperty("status").GetString() != "sent")
            await timer.WaitForNextTickAsync(Token);
        return PublicId.Format(PublicId.Provider, made.Provider.Id);
    }
}
