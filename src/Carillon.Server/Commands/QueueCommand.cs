using System.CommandLine;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary><c>carillon queue</c>.</summary>
internal static class QueueCommand
{
    public static Command Make(Terminal terminal) => CommandRunner.Connected(terminal, "queue", "What waits, by status, channel and priority.", [], async (session, cancellationToken) =>
    {
        session.Show(await session.Client.Operations.GetQueueAsync(cancellationToken), CarillonJson.Default.Queue, queue =>
        {
            session.Terminal.Line(queue.Total == 1 ? "1 message waits." : $"{Terminal.Number(queue.Total)} messages wait.");
            if (queue.Queues.Count == 0) return;
            session.Terminal.Table(
                ["status", "channel", "priority", "messages", "oldest"],
                queue.Queues.Select(q => (string?[])[q.Status, q.Channel, q.Priority, Terminal.Number(q.Count), q.Oldest is { } oldest ? Terminal.At(oldest) : ""]));
        });
        return ExitCode.Done;
    });
}
