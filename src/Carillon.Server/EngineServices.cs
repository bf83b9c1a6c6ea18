using Carillon.Messages;
using Carillon.Storage.PostgreSql;

namespace Carillon.Server;

/// <summary>The engine of a server's options, hosted as any application hosts it.</summary>
internal static class EngineServices
{
    public static IServiceCollection AddEngine(this IServiceCollection services, ServerOptions options) => services.AddCarillon(carillon =>
    {
        carillon.DataDirectory = options.Data;
        carillon.DatabaseFile = options.DatabaseFile;
        if (options.PostgreSqlUrl is { } url)
        {
            carillon.Storage = provider => new PostgreSqlStorage(
                new PostgreSqlStorageOptions { Url = url, SecretRetention = carillon.Engine.SecretRetention }, provider.GetRequiredService<TimeProvider>());
        }

        carillon.EncryptionKey = options.EncryptionKey;
        carillon.Engine = OptionsOf(options);
    });

    private static CarillonOptions OptionsOf(ServerOptions options) => new()
    {
        MaxUnrecorded = options.MaxUnrecorded,
        CriticalReserve = options.MaxUnrecorded / 8,
        Window = options.Window,
        Retry = options.Retry,
        WebhookRetry = WebhookRetryOf(options),
        IdempotencyRetention = options.IdempotencyRetention,
        CredentialsGrace = options.CredentialsGrace,
        NewKeyRecipientsPerMinute = options.NewKeyRecipientsPerMinute,
        NewKeyAge = options.NewKeyAge,
        FigureRetention = options.FigureRetention,
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
}
