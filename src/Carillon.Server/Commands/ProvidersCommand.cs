using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary><c>carillon providers</c>.</summary>
internal static class ProvidersCommand
{
    private static readonly Argument<string> Id = new("id") { Description = "prv_…" };
    private static readonly Argument<string> File = new("file") { Description = "A JSON file with the provider as the API takes it; - reads the input." };
    private static readonly Option<string?> Channel = new("--channel") { Description = "Only of this channel." };
    private static readonly Option<string> To = new("--to") { Description = "Where the test message goes.", HelpName = "address", Required = true };

    private static readonly Option<DateOnly?> From = Day("--from", "The first day; by default six days before the last.");
    private static readonly Option<DateOnly?> Until = Day("--to", "The last day, included; by default today.");

    public static Command Make(Terminal terminal)
    {
        var command = new Command("providers", "Accounts at gateways.");
        command.Add(CommandRunner.Connected(terminal, "list", "The providers.", [Channel], ListAsync));
        command.Add(CommandRunner.Connected(terminal, "kinds", "The gateways that there are.", [], KindsAsync));
        command.Add(CommandRunner.Connected(
            terminal, "show", "A provider.", [Id], async (session, token) => Show(session, await session.Client.Providers.GetAsync(session.Value(Id), token))));
        command.Add(CommandRunner.Connected(terminal, "days", "How a provider did, day by day in its time zone.", [Id, From, Until], DaysAsync));
        command.Add(CommandRunner.Connected(terminal, "create", "Configures a provider.", [File], CreateAsync));
        command.Add(CommandRunner.Connected(
            terminal, "enable", "Lets a provider serve.", [Id],
            async (session, token) => Show(session, await session.Client.Providers.SetEnabledAsync(session.Value(Id), enabled: true, cancellationToken: token))));
        command.Add(CommandRunner.Connected(
            terminal, "disable", "Stops a provider from serving; what it has under way ends.", [Id],
            async (session, token) => Show(session, await session.Client.Providers.SetEnabledAsync(session.Value(Id), enabled: false, cancellationToken: token))));
        command.Add(CommandRunner.Connected(terminal, "test", "Sends a test message through a provider and shows what was said with the gateway.", [Id, To], TestAsync));
        command.Add(CommandRunner.Connected(terminal, "delete", "Deletes a provider with its credentials.", [Id], async (session, token) =>
        {
            await session.Client.Providers.DeleteAsync(session.Value(Id), cancellationToken: token);
            if (!session.IsJson) session.Terminal.Line($"{session.Value(Id)} is deleted.");
            return ExitCode.Done;
        }));
        return command;
    }

    private static async Task<int> ListAsync(Session session, CancellationToken cancellationToken)
    {
        await session.ShowAsync(
            session.Client.Providers.ListAsync(session.Value(Channel), cancellationToken: cancellationToken), CarillonJson.Default.Provider,
            ["provider", "name", "channel", "kind", "priority", "serves"],
            p => [p.Id, p.Name, p.Channel, p.Kind, Terminal.Number(p.Priority), p.Enabled ? "yes" : "no"], cancellationToken);
        return ExitCode.Done;
    }

    private static async Task<int> KindsAsync(Session session, CancellationToken cancellationToken)
    {
        await session.ShowAsync(
            session.Client.Providers.ListKindsAsync(cancellationToken: cancellationToken), CarillonJson.Default.ProviderKind, ["kind", "gateway", "channels"],
            k => [k.Kind, k.Label, string.Join(' ', k.Channels)], cancellationToken);
        return ExitCode.Done;
    }

    private static async Task<int> DaysAsync(Session session, CancellationToken cancellationToken)
    {
        var answer = await session.Client.Providers.DaysAsync(session.Value(Id), session.Value(From), session.Value(Until), cancellationToken);
        session.Show(answer, CarillonJson.Default.ProviderDays, days => session.Terminal.Table(
            [$"day ({days.TimeZone})", "sends", "success", "available", "p50 ms", "p95 ms", "p99 ms", "sent", "delivered", "failed", "bounced", "delivery"],
            days.Days.Select(day => Row(day.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), day)).Append(Row("all", days.Total))));
        return ExitCode.Done;

        static IReadOnlyList<string?> Row(string name, ProviderFigures figures) =>
        [
            name, Terminal.Number(figures.Sends), Share(figures.SuccessRate), Share(figures.Availability), Time(figures.P50Ms), Time(figures.P95Ms),
            Time(figures.P99Ms), Terminal.Number(figures.Sent), Terminal.Number(figures.Delivered), Terminal.Number(figures.Failed),
            Terminal.Number(figures.Bounced), Share(figures.DeliveryRate),
        ];

        // Cut, not rounded: what is not whole must not look whole.
        static string Share(double? share) =>
            share is { } value ? (Math.Floor(value * 100_000) / 1000).ToString("0.00#", CultureInfo.InvariantCulture) + " %" : "-";

        static string Time(double? milliseconds) => milliseconds?.ToString("N1", CultureInfo.InvariantCulture) ?? "-";
    }

    private static Option<DateOnly?> Day(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "2026-11-20",
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
            result.AddError($"{name} must be a day such as 2026-11-20.");
            return null;
        },
    };

    private static async Task<int> CreateAsync(Session session, CancellationToken cancellationToken)
    {
        var draft = await RequestFile.ReadAsync(session.Value(File), CarillonJson.Default.ProviderDraft, session.Terminal, cancellationToken);
        return Show(session, await session.Client.Providers.CreateAsync(draft, cancellationToken));
    }

    private static async Task<int> TestAsync(Session session, CancellationToken cancellationToken)
    {
        var test = await session.Client.Providers.TestAsync(session.Value(Id), session.Value(To)!, cancellationToken: cancellationToken);
        session.Show(test, CarillonJson.Default.ProviderTest, answer =>
        {
            session.Terminal.Line(FormattableString.Invariant($"{answer.Outcome.Replace('_', ' ')} in {answer.DurationMs:N0} ms{(answer.Answer is null ? "" : ": " + answer.Answer)}"));
            foreach (var advice in answer.Advice) session.Terminal.Line("  " + advice);
            ExchangeText.Write(answer.Exchange, session.Terminal);
        });
        return test.Outcome == "accepted" ? ExitCode.Done : ExitCode.Failed;
    }

    private static int Show(Session session, Provider provider)
    {
        session.Show(provider, CarillonJson.Default.Provider, answer =>
        {
            session.Terminal.Line($"{answer.Id}: {answer.Name}, {answer.Kind} for {answer.Channel}, {(answer.Enabled ? "serves" : "does not serve")}");
            foreach (var (name, value) in answer.Settings ?? []) session.Terminal.Line($"  {name}: {value?.ToJsonString() ?? "null"}");
        });
        return ExitCode.Done;
    }
}
