using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Storage.Sqlite;

namespace Carillon.Server;

/// <summary>Makes the engine of a server's options.</summary>
internal static class EngineServices
{
    /// <summary>
    /// Adds the engine alone: its parts are reached through it, so that only the engine disposes of them, in its own order.
    /// </summary>
    public static IServiceCollection AddEngine(this IServiceCollection services, ServerOptions options)
    {
        var engine = OptionsOf(options);
        var storage = new SqliteStorageOptions { Directory = options.Data, File = options.DatabaseFile, SecretRetention = engine.SecretRetention };
        services.AddSingleton<IDefectLog, DefectLog>();
        services.AddSingleton(provider => new CarillonEngine(
            new SqliteStorage(storage, provider.GetRequiredService<TimeProvider>()), KeysOf(options), engine,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<IDefectLog>()));
        return services;
    }

    /// <exception cref="KeyFileException">The key file in the data directory cannot be used.</exception>
    private static KeyRing KeysOf(ServerOptions options)
    {
        if (options.EncryptionKey is null) return KeyFile.OpenOrCreate(options.Data, out _);
        return KeyRing.TryParse(options.EncryptionKey, out var ring, out var faults)
            ? ring
            : throw new KeyFileException(string.Join(" ", faults));
    }

    private static CarillonOptions OptionsOf(ServerOptions options) => new()
    {
        MaxUnrecorded = options.MaxUnrecorded,
        CriticalReserve = options.MaxUnrecorded / 8,
        Window = options.Window,
        Retry = options.Retry,
        WebhookRetry = WebhookRetryOf(options),
        IdempotencyRetention = options.IdempotencyRetention,
        DrainTimeout = options.DrainTimeout,
        Simulate = options.Simulator,
        PublicUrl = options.PublicUrl,
        DefaultRegion = options.DefaultRegion,
        OutgoingGuard = options.OutgoingGuard,
    };

    /// <summary>As long as the operator says, from the same first wait as everywhere.</summary>
    private static RetryPolicy WebhookRetryOf(ServerOptions options)
    {
        var usual = new CarillonOptions().WebhookRetry;
        var baseDelay = options.Retry.BaseDelay;
        return usual with { MaxAge = options.WebhookRetryMaxAge, BaseDelay = baseDelay, MaxDelay = usual.MaxDelay > baseDelay ? usual.MaxDelay : baseDelay };
    }

    private sealed class DefectLog(ILogger<CarillonEngine> logger) : IDefectLog
    {
        public void Report(string where, Exception exception) => logger.LogError(exception, "{Where} met what should not happen.", where);
    }
}
