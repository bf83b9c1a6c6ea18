using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Carillon.Channels;
using Carillon.Channels.Simulator;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Server.Api;
using Carillon.Server.Http;
using Carillon.Server.Reference;
using Carillon.Server.Telemetry;
using Carillon.Storage;
using Carillon.Templates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Carillon.Server;

/// <summary>Puts the server together: its services, its limits, its routes.</summary>
internal static class ServerComposition
{
    public static WebApplication Build(ServerOptions options, Action<WebApplicationBuilder>? adjust = null)
    {
        // Empty, so that nothing but Carillon's own configuration has a say in it.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(ServerComposition).Assembly.GetName().Name });
        ConfigureLogging(builder.Logging, options);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = JsonBody.MaxBytes;
            kestrel.Limits.MaxRequestLineSize = 16 << 10;
            // A body that trickles in would hold its memory, and its slot where it is large, for as long as its sender likes.
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 10_000, gracePeriod: TimeSpan.FromSeconds(10));
            kestrel.Limits.MaxConcurrentConnections = 10_000;
            if (IPAddress.TryParse(options.Host, out var address)) kestrel.Listen(address, options.Port);
            else if (options.Host is "*" or "+") kestrel.ListenAnyIP(options.Port);
            else kestrel.ListenLocalhost(options.Port);
        });

        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new Authenticator(
            provider.GetRequiredService<CarillonEngine>().Storage.Tenants, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new RequestLimitStore(provider.GetRequiredService<CarillonEngine>().Storage.Nodes));
        services.AddSingleton<RequestLimiter>();
        services.AddSingleton(provider => new RecipientCaps(provider.GetRequiredService<CarillonEngine>().Recipients, provider.GetRequiredService<RequestLimiter>()));
        services.AddSingleton(provider => new LargeBodySlots(LargeBodySlots.Count, LargeBodySlots.Patience, provider.GetRequiredService<TimeProvider>()));
        services.AddRoutingCore();
        services.AddOpenApi(OpenApiDescription.DocumentName, OpenApiDescription.Configure);
        // Only the OpenAPI document goes by these: bodies and answers are read and written by hand.
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTimeout);
        services.AddEngine(options);
        if (OtlpExport.IsAsked(options.Telemetry)) services.AddHostedService<OtlpExport>();
        services.AddSingleton<INotificationIntake, EngineIntake>();
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.UseMiddleware<RequestEdge>();
        app.UseRouting();
        Map(app);
        return app;
    }

    /// <summary>Every resource of the API, a line each.</summary>
    private static void Map(WebApplication app)
    {
        var services = app.Services;
        var api = new ApiEndpoints(app, services.GetRequiredService<Authenticator>(), services.GetRequiredService<RequestLimiter>());
        ActivatorUtilities.CreateInstance<NotificationsApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<BatchApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<MessagesApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<AttachmentsApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<QueueApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<TemplatesApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<TemplateVersionsApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<ProvidersApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<ProviderDaysApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<RoutingApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<SendersApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<AlertsApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<WebhookEndpointsApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<FaultyCallbacksApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<SimulatorApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<VendorSimulatorApi>(services).Map(api, app);
        ActivatorUtilities.CreateInstance<KeysApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<EncryptionApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<TenantsApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<CountersApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<NodesApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<RequestLimitsApi>(services).Map(api);
        ActivatorUtilities.CreateInstance<CallbacksApi>(services).Map(app);
        ActivatorUtilities.CreateInstance<HealthApi>(services).Map(app);
        ActivatorUtilities.CreateInstance<MetricsApi>(services).Map(app);
        ReferencePage.Map(app);
        app.MapOpenApi("/openapi/{documentName}.json");
    }

    private static void ConfigureLogging(ILoggingBuilder logging, ServerOptions options)
    {
        logging.SetMinimumLevel(options.LogLevel);
        // The framework's own chatter says nothing that an operator needs; its warnings do.
        if (options.LogLevel > LogLevel.Debug) logging.AddFilter("Microsoft", options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning);
        // A start that failed is told in one line by the command; the host would add its stack trace.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        // What the engine found at its start is told by the command, whatever the log's level.
        logging.AddFilter("Carillon.Hosting", LogLevel.Warning);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
    }
}
