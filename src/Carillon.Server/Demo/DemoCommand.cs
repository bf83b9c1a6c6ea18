using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Api;
using Carillon.Server.Commands;
using Carillon.Storage;
using Spectre.Console;

namespace Carillon.Server.Demo;

/// <summary>Starts the server and plays the demo against it, in a tenant of its own; then the server stays up.</summary>
internal static class DemoCommand
{
    private const string TenantKey = "demo";

    public static Task<int> RunAsync(ServerOptions options, TextWriter output, TextWriter errors)
    {
        // Nobody wants to watch a demo wait: what a gateway puts off is tried again within seconds.
        var quick = options.Retry with { BaseDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(5) };
        var demo = options with { Retry = quick, Providers = [], LogLevel = options.LogLevel < LogLevel.Warning ? LogLevel.Warning : options.LogLevel };
        return ServeCommand.RunAsync(demo, output, errors, async (engine, stopping) =>
        {
            var key = await MakeKeyAsync(engine, stopping);
            using var run = new DemoRun(new Uri(ServeCommand.Address(demo)), key, AnsiConsole.Console, engine.Time);
            try
            {
                await run.RunAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Stopped in the middle: what was accepted is delivered after the next start.
            }
        });
    }

    /// <summary>A key of the demo's tenant, which an earlier demo may have made.</summary>
    private static async Task<string> MakeKeyAsync(CarillonEngine engine, CancellationToken cancellationToken)
    {
        var tenants = engine.Storage.Tenants;
        var tenant = (await tenants.AllAsync(cancellationToken)).FirstOrDefault(t => t.Key == TenantKey)
            ?? await tenants.CreateAsync(TenantKey, "Demo", cancellationToken);
        var (text, key) = KeyIssuer.Issue(tenant.Id, "demo", [Scopes.Admin], engine.Ids.Next(), engine.Time.GetUtcNow());
        await tenants.CreateKeyAsync(key, cancellationToken);
        return text;
    }
}
