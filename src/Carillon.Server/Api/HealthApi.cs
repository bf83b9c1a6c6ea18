using System.Reflection;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/health</c>: the process lives. <c>/health/ready</c>: it can take and deliver. Neither asks for a key nor tells secrets.</summary>
internal sealed class HealthApi(CarillonEngine engine, TimeProvider time)
{
    /// <summary>How long the store may take to answer before it counts as unreachable.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static readonly string Version = typeof(HealthApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", (RequestDelegate)Live).Describe(InstallationOperations.GetHealth);
        routes.MapGet("/health/ready", ReadyAsync).Describe(InstallationOperations.GetReadiness);
    }

    private static Task Live(HttpContext context)
    {
        JsonAnswer.Write(context, 200, Version, static (json, version) =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, "ok"u8);
            json.WriteString("version"u8, version);
            json.WriteEndObject();
        });
        return Task.CompletedTask;
    }

    private async Task ReadyAsync(HttpContext context)
    {
        // The server listens only after the store was opened and its schema brought up to date, so that one read tells both.
        var store = !await IsStoreReachableAsync(context.RequestAborted) ? "unreachable"
            : engine.StoreTrouble is not null ? "cannot_write"
            : "ok";
        var dispatcher = engine.IsRunning;
        var ready = store == "ok" && dispatcher;
        JsonAnswer.Write(context, ready ? 200 : 503, (ready, store, dispatcher), static (json, state) =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, state.ready ? "ready" : "not_ready");
            json.WriteStartObject("checks"u8);
            json.WriteString("store"u8, state.store);
            json.WriteString("dispatcher"u8, state.dispatcher ? "ok" : "not_running");
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private async Task<bool> IsStoreReachableAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await engine.Storage.Tenants.AnyKeyAsync(either.Token).AsTask().WaitAsync(either.Token);
            return true;
        }
        catch (Exception e) when (e is StorageUnavailableException or OperationCanceledException)
        {
            return false;
        }
    }
}
