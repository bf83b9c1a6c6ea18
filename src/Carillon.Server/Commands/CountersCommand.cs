using System.CommandLine;
using System.Globalization;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary><c>carillon counters</c>.</summary>
internal static class CountersCommand
{
    private const string Done = "done";

    public static Command Make(Terminal terminal)
    {
        var command = new Command("counters", "What analytics and metrics read.");
        command.Add(CommandRunner.Connected(
            terminal, "rebuild", "Makes the counters anew from the log, and waits for the end; one that is under way is watched.", [], RebuildAsync));
        return command;
    }

    private static async Task<int> RebuildAsync(Session session, CancellationToken cancellationToken)
    {
        var rebuild = await session.Client.Counters.RebuildAsync(cancellationToken);
        await ProgressBar.RunAsync(session, "Rebuilding", async (set, token) =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(300), session.Terminal.Time);
            while (rebuild.Status != Done)
            {
                set(rebuild.Progress);
                await timer.WaitForNextTickAsync(token);
                rebuild = await session.Client.Counters.GetRebuildAsync(token);
            }
        }, cancellationToken);
        session.Show(rebuild, CarillonJson.Default.CounterRebuild, answer => Write(answer, session.Terminal));
        return rebuild.QuarterHoursLeft == 0 ? ExitCode.Done : ExitCode.Partly;
    }

    private static void Write(CounterRebuild rebuild, Terminal terminal)
    {
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{rebuild.MessagesRead:N0} messages read, {rebuild.QuarterHoursDone:N0} quarter hours up to {Terminal.At(rebuild.Until)} compared, {rebuild.CountersChanged:N0} counters corrected."));
        if (rebuild.From is { } from) terminal.Line($"Counters before {Terminal.At(from)} stay: the log does not know all of that time.");
        if (rebuild.QuarterHoursLeft > 0)
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{rebuild.QuarterHoursLeft:N0} quarter hours were counted into meanwhile and stay as they were: rebuild once more."));
    }
}
