using System.CommandLine;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary><c>carillon alerts</c>.</summary>
internal static class AlertsCommand
{
    private const int DefaultLimit = 50;

    private static readonly Option<bool> All = new("--all") { Description = "Those that are over too." };
    private static readonly Option<string?> Kind = new("--kind") { Description = "Only of this kind: limit, budget, circuit, delivery_rate or queue." };
    private static readonly Option<string?> Provider = new("--provider") { Description = "Only about this provider.", HelpName = "id" };
    private static readonly Option<int> Limit = new("--limit", "-n") { Description = "How many at most; 0 for all.", DefaultValueFactory = _ => DefaultLimit };
    private static readonly Argument<string?> Id = new("id") { Description = "alr_…, to see it whole.", Arity = ArgumentArity.ZeroOrOne };

    public static Command Make(Terminal terminal) => CommandRunner.Connected(
        terminal, "alerts", "What operators should know of: open alerts, or one of them.", [Id, All, Kind, Provider, Limit],
        (session, token) => session.Value(Id) is { } id ? ShowAsync(session, id, token) : ListAsync(session, token));

    private static async Task<int> ListAsync(Session session, CancellationToken cancellationToken)
    {
        var limit = session.Value(Limit);
        if (limit < 0) throw new UsageException("--limit must be 0 or more.");
        var alerts = session.Client.Alerts.ListAsync(
            session.Value(All) ? null : "open", session.Value(Kind), session.Value(Provider), limit == 0 ? 500 : Math.Min(limit, 500), cancellationToken);
        await session.ShowAsync(
            limit == 0 ? alerts : alerts.Take(limit), CarillonJson.Default.Alert, ["alert", "raised", "kind", "severity", "over", "what"],
            a => [a.Id, Terminal.At(a.RaisedAt), a.Kind, a.Severity, a.ResolvedAt is { } over ? Terminal.At(over) : "", a.Summary], cancellationToken);
        return ExitCode.Done;
    }

    private static async Task<int> ShowAsync(Session session, string id, CancellationToken cancellationToken)
    {
        session.Show(await session.Client.Alerts.GetAsync(id, cancellationToken), CarillonJson.Default.Alert, alert =>
        {
            var terminal = session.Terminal;
            terminal.Line($"{alert.Summary} ({alert.Severity}, {alert.State})");
            terminal.Line($"  raised at {Terminal.At(alert.RaisedAt)}");
            if (alert.ResolvedAt is { } over) terminal.Line($"  over at {Terminal.At(over)}: {alert.Resolution}");
            if (alert.Detail is not null) terminal.Line(alert.Detail);
            if (alert.Remedy is not null) terminal.Line("What to do: " + alert.Remedy);
        });
        return ExitCode.Done;
    }
}
