using Carillon.Metrics;
using Carillon.Server.Api;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Carillon.Server.Telemetry;

/// <summary>
/// Sends the engine's figures to a collector by OTLP, as the variables of the OpenTelemetry specification say
/// (https://opentelemetry.io/docs/specs/otel/protocol/exporter/). It starts after the engine and ends, with a last export, before it.
/// </summary>
internal sealed class OtlpExport(CarillonEngine engine, ServerOptions options) : IHostedService
{
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    public const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    public const string Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";
    public const string MetricsProtocol = "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL";
    private const string ServiceName = "OTEL_SERVICE_NAME";
    private const string ResourceAttributes = "OTEL_RESOURCE_ATTRIBUTES";

    private MeterProvider? _provider;

    /// <summary>Whether the variables ask for an export.</summary>
    public static bool IsAsked(IReadOnlyDictionary<string, string> variables) =>
        (IsSet(variables, Endpoint) || IsSet(variables, MetricsEndpoint))
        && !Is(variables, "OTEL_SDK_DISABLED", "true") && !Is(variables, "OTEL_METRICS_EXPORTER", "none");

    /// <summary>What of the variables the exporter would pass over in silence, a line each.</summary>
    public static IEnumerable<string> Faults(IReadOnlyDictionary<string, string> variables)
    {
        foreach (var name in new[] { Endpoint, MetricsEndpoint })
        {
            if (IsSet(variables, name) && !(Uri.TryCreate(variables[name], UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
                yield return $"{name} is no absolute http or https URL: it has no effect.";
        }

        foreach (var name in new[] { Protocol, MetricsProtocol })
        {
            if (IsSet(variables, name) && variables[name] is not ("grpc" or "http/protobuf"))
                yield return $"{name} must be grpc or http/protobuf: grpc is used.";
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var variables = options.Telemetry.ToDictionary(v => v.Key, v => (string?)v.Value, StringComparer.Ordinal);
        var attributes = variables.GetValueOrDefault(ResourceAttributes) ?? "";
        if (!variables.ContainsKey(ServiceName) && !attributes.Contains("service.name=", StringComparison.Ordinal)) variables[ServiceName] = "carillon";
        // Two nodes must not be taken for one.
        var instance = attributes.Contains("service.instance.id=", StringComparison.Ordinal)
            ? []
            : new[] { KeyValuePair.Create<string, object>("service.instance.id", $"{Environment.MachineName}-{engine.Epoch}") };
        _provider = Sdk.CreateMeterProviderBuilder()
            // What the server was given counts, and not what else its process may have.
            .ConfigureServices(services => services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(variables).Build()))
            .ConfigureResource(resource => resource.AddAttributes([KeyValuePair.Create<string, object>("service.version", HealthApi.Version), .. instance]))
            .AddMeter(EngineMetrics.MeterName)
            // Another engine in the process is another's.
            .AddView(instrument => ReferenceEquals(instrument.Meter.Scope, engine) ? null : MetricStreamConfiguration.Drop)
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // Exports what there is, and waits for it a few seconds at most.
        return Task.Run(() => _provider?.Dispose(), CancellationToken.None);
    }

    private static bool IsSet(IReadOnlyDictionary<string, string> variables, string name) => variables.TryGetValue(name, out var value) && value.Length > 0;

    private static bool Is(IReadOnlyDictionary<string, string> variables, string name, string value) =>
        variables.TryGetValue(name, out var found) && found.Equals(value, StringComparison.OrdinalIgnoreCase);
}
