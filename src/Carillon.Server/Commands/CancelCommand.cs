using System.CommandLine;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary><c>carillon cancel</c>.</summary>
internal static class CancelCommand
{
    private static readonly Argument<string> Id = new("id") { Description = "ntf_… or bat_…" };

    public static Command Make(Terminal terminal) => CommandRunner.Connected(terminal, "cancel", "Cancels what of a notification or a batch has not been sent.", [Id], RunAsync);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var id = session.Value(Id);
        if (id.StartsWith("bat_", StringComparison.Ordinal))
        {
            session.Show(
                await session.Client.Batches.CancelAsync(id, cancellationToken), CarillonJson.Default.BatchCancellation,
                batch => session.Terminal.Line(FormattableString.Invariant(
                    $"{batch.Cancelled:N0} messages are cancelled, {batch.InFlight:N0} were under way, {batch.Final:N0} had come to their end.")));
            return ExitCode.Done;
        }

        session.Show(
            await session.Client.Notifications.CancelAsync(id, cancellationToken), CarillonJson.Default.Cancellation,
            answer => session.Terminal.Table(["message", "channel", "status"], answer.Messages.Select(m => (string?[])[m.Id, m.Channel, m.Status])));
        return ExitCode.Done;
    }
}
