using System.CommandLine;

namespace Carillon.Server.Commands;

/// <summary><c>carillon login</c>: keeps address and key, so that later commands need neither.</summary>
internal static class LoginCommand
{
    public static Command Make(Terminal terminal) => CommandRunner.Connected(
        terminal, "login", "Stores the server's address and the key of --url and --key for later commands.", [], async (session, cancellationToken) =>
    {
        // Any key may ask for its queue but one that only writes: that one is told by a 403, and is as good.
        try
        {
            await session.Client.Operations.GetQueueAsync(cancellationToken);
        }
        catch (Client.CarillonApiException refusal) when (refusal.Status == System.Net.HttpStatusCode.Forbidden)
        {
            // It is known.
        }

        Connection.Store(session.Terminal.ConfigurationFile, session.Address, session.Key);
        if (!session.IsJson) session.Terminal.Line($"{session.Address} and the key are kept in {session.Terminal.ConfigurationFile}.");
        return ExitCode.Done;
    });
}
