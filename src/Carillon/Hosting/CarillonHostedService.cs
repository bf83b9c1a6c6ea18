using Carillon.Dispatch;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Carillon.Hosting;

/// <summary>The engine's life within a host's.</summary>
internal sealed class CarillonHostedService(CarillonEngine engine, ILogger<CarillonHostedService> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await engine.StartAsync(cancellationToken);
        foreach (var note in engine.StartNotes) logger.LogInformation("{Note}", note);
        logger.LogInformation("Carillon delivers, with {Storage}.", engine.Storage.Description);
    }

    // The drain has a bound of its own, after which it hands back what is left. Broken off earlier, it would leave that to the next start.
    public Task StopAsync(CancellationToken cancellationToken) => engine.StopAsync();
}

/// <summary>Surprises go into the application's log.</summary>
internal sealed class LoggedDefects(ILogger<CarillonEngine> logger) : IDefectLog
{
    public void Report(string where, Exception exception) => logger.LogError(exception, "{Where} met what should not happen.", where);
}
