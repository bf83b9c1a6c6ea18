using System.CommandLine;
using Carillon.Client;
using Spectre.Console;

namespace Carillon.Server.Commands;

/// <summary><c>carillon encryption</c>.</summary>
internal static class EncryptionCommand
{
    public static Command Make(Terminal terminal)
    {
        var command = new Command("encryption", "The keys that stored secrets are sealed with.");
        command.Add(CommandRunner.Connected(terminal, "show", "What is sealed with which key.", [], async (session, cancellationToken) =>
        {
            Show(session, await session.Client.Encryption.GetAsync(cancellationToken));
            return ExitCode.Done;
        }));
        command.Add(CommandRunner.Connected(terminal, "reseal", "Seals everything with the first key, so that the others may go.", [], ResealAsync));
        return command;
    }

    private static async Task<int> ResealAsync(Session session, CancellationToken cancellationToken)
    {
        var before = await session.Client.Encryption.GetAsync(cancellationToken);
        var all = before.Keys.Where(k => k.Role == "opens").Sum(k => k.Total);
        var (resealed, unreadable) = (0L, 0);
        await ProgressAsync(session, async set =>
        {
            var isDone = false;
            while (!isDone)
            {
                var part = await session.Client.Encryption.ResealAsync(cancellationToken: cancellationToken);
                (resealed, unreadable, isDone) = (resealed + part.Resealed, part.Unreadable, part.Done);
                set(all == 0 ? 1 : (double)resealed / all);
            }
        });
        Show(session, await session.Client.Encryption.GetAsync(cancellationToken));
        if (!session.IsJson) session.Terminal.Line($"{Terminal.Number(resealed)} were sealed anew.");
        if (unreadable == 0) return ExitCode.Done;
        await session.Terminal.Errors.WriteLineAsync($"{Terminal.Number(unreadable)} are damaged: no key opens them.");
        return ExitCode.Partly;
    }

    private static void Show(Session session, EncryptionKeys keys) => session.Show(keys, CarillonJson.Default.EncryptionKeys, shown => session.Terminal.Table(
        ["key", "role", "sealed with it"],
        shown.Keys.Select(IReadOnlyList<string?> (k) => [k.Id, k.Role, Terminal.Number(k.Total) + Kinds(k)])));

    private static string Kinds(EncryptionKey key)
    {
        var kinds = key.Secrets.Where(s => s.Value > 0).Select(s => $"{s.Key.Replace('_', ' ')} {Terminal.Number(s.Value)}").ToList();
        return kinds.Count == 0 ? key.Role == "opens" ? ": it may go" : "" : $" ({string.Join(", ", kinds)})";
    }

    /// <summary>A bar beside the output, where somebody looks at it.</summary>
    private static async Task ProgressAsync(Session session, Func<Action<double>, Task> work)
    {
        var console = session.Terminal.Beside;
        if (session.IsJson || !console.Profile.Capabilities.Interactive || !console.Profile.Out.IsTerminal)
        {
            await work(_ => { });
            return;
        }

        await console.Progress().AutoClear(true).StartAsync(async context =>
        {
            var task = context.AddTask("Sealing", maxValue: 1);
            await work(done => task.Value = done);
        });
    }
}
