using Carillon.Storage;

namespace Carillon.Dispatch.Maintenance;

/// <summary>
/// Begins the next step of a plan when the time of the one before is over, or when a receipt says that it has failed. A step begins
/// at most a second late; what was missed while no node ran begins at the start.
/// </summary>
internal sealed class StepTimer(
    IQueueStore queue, GroupCommitter committer, PlanStepper plans, Dispatcher dispatcher, TimeProvider time, IDefectLog defects)
    : PeriodicService(time, defects)
{
    private const int StepsAtOnce = 500;
    private readonly TimeProvider _time = time;
    private readonly IDefectLog _defects = defects;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(1);

    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        bool[] settled;
        do
        {
            var due = await queue.DueStepsAsync(_time.GetUtcNow(), StepsAtOnce, cancellationToken);
            settled = await Task.WhenAll(due.Select(DecideAsync));
        }
        // Those that cannot be decided are still there: only progress is a reason to look again at once.
        while (settled.Length == StepsAtOnce && Array.Exists(settled, isSettled => isSettled));
    }

    private async Task<bool> DecideAsync(DueStep due)
    {
        var now = _time.GetUtcNow();
        var begun = false;
        var next = plans.NextStep(due.Notification, due.Step, now) ?? new NextStep(due.Step + 1, []);
        try
        {
            var write = new StepWrite { Due = due, At = now, Next = next };
            await committer.DecideAsync(write);
            begun = write is { Failure: null, Verdict: StepVerdict.Begun };
            if (write.Failure is { } failure) _defects.Report("A step of a plan", failure);
            return write.Failure is null;
        }
        finally
        {
            dispatcher.Decided(next, begun);
        }
    }
}
