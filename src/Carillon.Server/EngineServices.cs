namespace Carillon.Server;

/// <summary>The engine of a server's options, hosted as any application hosts it.</summary>
internal static class EngineServices
{
    public static IServiceCollection AddEngine(this IServiceCollection services, ServerOptions options) => services.AddCarillon(carillon =>
    {
        carillon.DataDirectory = options.Data;
        carillon.DatabaseFile = options.DatabaseFile;
        carillon.EncryptionKey = options.EncryptionKey;
        carillon.Engine = new CarillonOptions
        {
            MaxUnrecorded = options.MaxUnrecorded,
            CriticalReserve = options.MaxUnrecorded / 8,
            Window = options.Window,
            Retry = options.Retry,
            IdempotencyRetention = options.IdempotencyRetention,
            DrainTimeout = options.DrainTimeout,
            Simulate = options.Simulator,
        };
    });
}
