using Carillon.Dispatch;
using Carillon.Hosting;
using Carillon.Security;
using Carillon.Storage;
using Carillon.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Carillon;

/// <summary>Puts the engine into an application.</summary>
public static class CarillonServices
{
    /// <summary>
    /// Adds <see cref="CarillonEngine"/> and <see cref="Notifier"/>. The engine starts with the host, before the web server of an ASP.NET
    /// application listens, and drains when the host stops. Called again, it only changes the options further.
    /// </summary>
    public static IServiceCollection AddCarillon(this IServiceCollection services, Action<CarillonHostOptions> configure)
    {
        services.AddOptions<CarillonHostOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CarillonHostOptions>, CarillonHostOptionsCheck>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IDefectLog, LoggedDefects>();
        // Its parts are reached through the engine, so that only the engine disposes of them, in its own order.
        services.TryAddSingleton(MakeEngine);
        services.TryAddSingleton<Notifier>();
        services.AddHostedService<CarillonHostedService>();
        return services;
    }

    /// <exception cref="KeyFileException">The key file in the data directory cannot be used.</exception>
    private static CarillonEngine MakeEngine(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<CarillonHostOptions>>().Value;
        var time = provider.GetRequiredService<TimeProvider>();
        var storage = options.Storage?.Invoke(provider) ?? MakeStorage(options, time);
        return new CarillonEngine(storage, KeysOf(options), options.Engine, time, provider.GetRequiredService<IDefectLog>(), options.Gateways);
    }

    private static IStorage MakeStorage(CarillonHostOptions options, TimeProvider time) => new SqliteStorage(
        new SqliteStorageOptions { Directory = options.DataDirectory!, File = options.DatabaseFile, SecretRetention = options.Engine.SecretRetention }, time);

    private static KeyRing KeysOf(CarillonHostOptions options)
    {
        if (options.EncryptionKey is null) return KeyFile.OpenOrCreate(options.DataDirectory!, out _);
        return KeyRing.TryParse(options.EncryptionKey, out var ring, out var faults) ? ring : throw new KeyFileException(string.Join(' ', faults));
    }
}
