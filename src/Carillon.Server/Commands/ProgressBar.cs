using Spectre.Console;

namespace Carillon.Server.Commands;

/// <summary>A bar beside the output, where somebody looks at it.</summary>
internal static class ProgressBar
{
    /// <param name="work">Gets what to call with how much is done, from 0 to 1.</param>
    public static async Task RunAsync(
        Session session, string title, Func<Action<double>, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        var console = session.Terminal.Beside;
        if (session.IsJson || !console.Profile.Capabilities.Interactive || !console.Profile.Out.IsTerminal)
        {
            await work(_ => { }, cancellationToken);
            return;
        }

        await console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(title, maxValue: 1);
                await work(done => task.Value = done, cancellationToken);
            });
    }
}
