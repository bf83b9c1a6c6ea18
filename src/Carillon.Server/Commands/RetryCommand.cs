using System.CommandLine;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary><c>carillon retry</c>.</summary>
internal static class RetryCommand
{
    private static readonly Argument<string[]> Ids = new("id") { Description = "msg_…", Arity = ArgumentArity.OneOrMore };

    public static Command Make(Terminal terminal) => CommandRunner.Connected(terminal, "retry", "Sends messages again that have failed or bounced.", [Ids], RunAsync);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var refused = 0;
        var ids = session.Value(Ids);
        foreach (var id in ids)
        {
            try
            {
                session.Show(
                    await session.Client.Messages.RetryAsync(id, cancellationToken), CarillonJson.Default.RetriedMessage,
                    message => session.Terminal.Line($"{message.Id} is {message.Status} again."));
            }
            catch (CarillonApiException refusal) when (ids.Length > 1 && refusal.Status is System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.Conflict)
            {
                refused++;
                session.Terminal.Errors.WriteLine(Terminal.Printable($"{id}: {refusal.Message}"));
            }
        }

        return refused == 0 ? ExitCode.Done : ExitCode.Partly;
    }
}
