using Carillon.Security;
using Carillon.Server.Configuration;
using Carillon.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Carillon.Server.Commands;

/// <summary>Opens the store, listens, makes the first key, and drains when it is told to stop.</summary>
internal static class ServeCommand
{
    /// <summary>Exit code of a start that failed: port taken, data locked, wrong key.</summary>
    public const int Failed = 1;

    /// <param name="whileUp">Runs once the server listens; the server stays up after it.</param>
    public static async Task<int> RunAsync(
        ServerOptions options, TextWriter output, TextWriter errors, Func<CarillonEngine, CancellationToken, Task>? whileUp = null)
    {
        try
        {
            await using var app = ServerComposition.Build(options);
            var engine = app.Services.GetRequiredService<CarillonEngine>();
            // The engine starts first: a server that listens can take.
            await app.StartAsync();
            await output.WriteLineAsync($"Carillon {Api.HealthApi.Version} listens on {Address(options)}, {engine.Storage.Description}.");
            var given = await GivenProviders.ApplyAsync(options.Providers, engine.Providers, engine.Gateways, CancellationToken.None);

            // That there is no provider is no longer so once the configuration has made one.
            var notes = engine.StartNotes.Where(n => n != CarillonEngine.NoProviderNote || engine.Providers.IsUntouched).Concat(given);
            foreach (var note in notes) await output.WriteLineAsync(note);
            await FirstKey.EnsureAsync(engine.Storage.Tenants, engine.Ids, engine.Time, output, CancellationToken.None);
            if (whileUp is not null) await whileUp(engine, app.Lifetime.ApplicationStopping);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception e) when (Explain(e, options) is { } line)
        {
            await errors.WriteLineAsync(line);
            return Failed;
        }
    }

    public static string Address(ServerOptions options) =>
        options.Host.Contains(':', StringComparison.Ordinal) ? $"http://[{options.Host}]:{options.Port}" : $"http://{options.Host}:{options.Port}";

    /// <summary>One line for the operator; null for what is a defect and keeps its stack trace.</summary>
    private static string? Explain(Exception e, ServerOptions options) => e switch
    {
        StorageStartException or KeyFileException => e.Message,
        OptionsValidationException faults => string.Join(' ', faults.Failures),
        StorageUnavailableException => $"The store cannot be used: {e.Message}",
        IOException { InnerException: AddressInUseException } or AddressInUseException =>
            $"{Address(options)} is taken by another program: stop it, or choose another port with --port or CARILLON_PORT.",
        System.Net.Sockets.SocketException { SocketErrorCode: System.Net.Sockets.SocketError.AccessDenied } =>
            $"{Address(options)} may not be used by this user: choose a port above 1023 with --port or CARILLON_PORT.",
        System.Net.Sockets.SocketException { SocketErrorCode: System.Net.Sockets.SocketError.AddressNotAvailable } =>
            $"{options.Host} is no address of this machine: choose another with --host or CARILLON_HOST.",
        UnauthorizedAccessException => $"{e.Message} (the data directory is {options.Data}; choose another with --data or CARILLON_DATA).",
        _ => null,
    };
}
