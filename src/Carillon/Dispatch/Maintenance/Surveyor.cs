namespace Carillon.Dispatch.Maintenance;

/// <summary>
/// Looks which lanes have work in the store: at start, and as a safety net now and then, so that work which nobody announced is found.
/// And ends what has waited too long in lanes where nothing moves.
/// </summary>
internal sealed class Surveyor(Dispatcher dispatcher, TimeProvider time, IDefectLog defects)
    : PeriodicService(time, defects)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(10);

    public Task SurveyAsync(CancellationToken cancellationToken) => RunOnceAsync(cancellationToken);

    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        dispatcher.EndOverdue();
        await dispatcher.FindWorkAsync(cancellationToken);
    }
}
