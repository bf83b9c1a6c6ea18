using System.CommandLine;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary><c>carillon status</c>: of the server, a notification, a message or a batch.</summary>
internal static class StatusCommand
{
    private static readonly Argument<string?> Id = new("id") { Description = "ntf_…, msg_… or bat_…; without it, of the server.", Arity = ArgumentArity.ZeroOrOne };

    public static Command Make(Terminal terminal) => CommandRunner.Connected(terminal, "status", "How the server is, or what became of a notification, a message or a batch.", [Id], RunAsync);

    public static void Write(Batch batch, Terminal terminal)
    {
        terminal.Line(FormattableString.Invariant($"{batch.Id}: {batch.Finished:N0} of {batch.Messages:N0} messages have come to their end ({batch.Progress:P0})."));
        terminal.Table(["status", "messages"], batch.ByStatus.Select(s => (string?[])[s.Key, Terminal.Number(s.Value)]));
    }

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var id = session.Value(Id);
        if (id is null) return await ServerAsync(session, cancellationToken);
        if (id.StartsWith("msg_", StringComparison.Ordinal)) return await MessagesCommand.ShowAsync(session, id, cancellationToken);
        if (id.StartsWith("bat_", StringComparison.Ordinal))
        {
            session.Show(await session.Client.Batches.GetAsync(id, cancellationToken), CarillonJson.Default.Batch, batch => Write(batch, session.Terminal));
            return ExitCode.Done;
        }

        if (!id.StartsWith("ntf_", StringComparison.Ordinal)) throw new UsageException($"{id}: an id begins with ntf_, msg_ or bat_.");
        var notification = await session.Client.Notifications.GetAsync(id, cancellationToken);
        session.Show(notification, CarillonJson.Default.Notification, answer => MessageTable.Write(answer.Messages, session.Terminal));
        return ExitCode.Done;
    }

    private static async Task<int> ServerAsync(Session session, CancellationToken cancellationToken)
    {
        var health = await session.Client.Operations.GetHealthAsync(cancellationToken);
        var readiness = await session.Client.Operations.GetReadinessAsync(cancellationToken);
        session.Show(readiness, CarillonJson.Default.Readiness, answer =>
        {
            session.Terminal.Line($"Carillon {health.Version} is {answer.Status.Replace('_', ' ')}.");
            session.Terminal.Table(["part", "state"], answer.Checks.Select(c => (string?[])[c.Key, c.Value]));
        });
        return readiness.IsReady ? ExitCode.Done : ExitCode.Failed;
    }
}
