using Carillon.Dispatch;
using Carillon.Security;
using Carillon.Storage;
using Carillon.Storage.PostgreSql;
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
        services.AddSingleton<IDefectLog, DefectLog>();
        services.AddSingleton(provider => new CarillonEngine(
            StorageOf(options, engine, provider.GetRequiredService<TimeProvider>()), KeysOf(options), engine,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<IDefectLog>()));
        return services;
    }

    private static IStorage StorageOf(ServerOptions options, CarillonOptions engine, TimeProvider time) => options.PostgreSqlUrl is { } url
        ? new PostgreSqlStorage(new PostgreSqlStorageOptions { Url = url, SecretRetention = engine.SecretRetention }, time)
        : new SqliteStorage(
            new SqliteStorageOptions { Directory = options.Data, File = options.DatabaseFile, SecretRetention = engine.SecretRetention }, time);

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
        IdempotencyRetention = options.IdempotencyRetention,
        DrainTimeout = options.DrainTimeout,
        Simulate = options.Simulator,
    };

    private sealed class DefectLog(ILogger<CarillonEngine> logger) : IDefectLog
    {
        public void Report(string where, Exception exception) => logger.LogError(exception, "{Where} met what should not happen.", where);
    }
}
