using System.CommandLine;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary><c>carillon keys</c>.</summary>
internal static class KeysCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "Who uses it." };
    private static readonly Option<string[]> Scope = new("--scope")
    {
        Description = "messages:write, messages:read, templates:write, providers:write or admin. May be given several times.",
        Required = true,
    };

    private static readonly Option<int?> PerMinute = new("--recipients-per-minute") { Description = "How many recipients it may address within a minute.", HelpName = "number" };
    private static readonly Option<int?> PerDay = new("--recipients-per-day") { Description = "How many within a day.", HelpName = "number" };
    private static readonly Option<bool> Lift = new("--lift") { Description = "The cap for new keys no longer holds for it; with a key of the installation." };
    private static readonly Option<string?> Tenant = new("--tenant") { Description = "Of this tenant; with a key of the installation." };

    private static readonly Argument<string> Id = new("id") { Description = "key_…" };

    public static Command Make(Terminal terminal)
    {
        var command = new Command("keys", "API keys.");
        command.Add(CommandRunner.Connected(terminal, "list", "The keys, without the keys themselves.", [Tenant], async (session, cancellationToken) =>
        {
            await session.ShowAsync(
                session.Client.Keys.ListAsync(tenant: session.Value(Tenant), cancellationToken: cancellationToken), CarillonJson.Default.Key,
                ["key", "name", "scopes", "recipients", "made", "revoked"],
                k => [k.Id, k.Name, string.Join(' ', k.Scopes), CapsOf(k), Terminal.At(k.CreatedAt), k.RevokedAt is { } at ? Terminal.At(at) : ""], cancellationToken);
            return ExitCode.Done;
        }));
        command.Add(CommandRunner.Connected(terminal, "create", "Makes a key; it is shown this once.", [Name, Scope, PerMinute, PerDay], async (session, cancellationToken) =>
        {
            var draft = new KeyDraft { Name = session.Value(Name), Scopes = session.Value(Scope) ?? [], Limits = LimitsOf(session) };
            var key = await session.Client.Keys.CreateAsync(draft, cancellationToken);
            session.Show(key, CarillonJson.Default.Key, made => session.Terminal.Line($"{made.Text}\nThis is {made.Id}, shown only now."));
            return ExitCode.Done;
        }));
        command.Add(CommandRunner.Connected(terminal, "limit", "Sets how many recipients a key may address; without a number it is without a limit.", [Id, PerMinute, PerDay, Lift], LimitAsync));
        command.Add(CommandRunner.Connected(terminal, "revoke", "Revokes a key; it is refused within two seconds.", [Id], async (session, cancellationToken) =>
        {
            await session.Client.Keys.RevokeAsync(session.Value(Id), cancellationToken);
            if (!session.IsJson) session.Terminal.Line($"{session.Value(Id)} is revoked.");
            return ExitCode.Done;
        }));
        return command;
    }

    private static async Task<int> LimitAsync(Session session, CancellationToken cancellationToken)
    {
        var key = await session.Client.Keys.GetAsync(session.Value(Id), cancellationToken);
        var details = new KeyDetails { Name = key.Name, Limits = LimitsOf(session), LiftsNewKeyCap = session.Value(Lift) };
        var changed = await session.Client.Keys.ReplaceAsync(key.Id, details, key.Version, cancellationToken);
        session.Show(changed, CarillonJson.Default.Key, shown => session.Terminal.Line($"{shown.Id}: {(CapsOf(shown) is { Length: > 0 } caps ? caps + " recipients" : "no limit")}"));
        return ExitCode.Done;
    }

    private static RecipientLimits? LimitsOf(Session session) => (session.Value(PerMinute), session.Value(PerDay)) is var (perMinute, perDay) && (perMinute ?? perDay) is not null
        ? new RecipientLimits { RecipientsPerMinute = perMinute, RecipientsPerDay = perDay }
        : null;

    /// <summary>Such as <c>600/min, 20,000/day, new: 1,000/min until 2026-03-15 14:00:00Z</c>.</summary>
    private static string CapsOf(Key key)
    {
        var caps = new List<string>();
        if (key.Limits.RecipientsPerMinute is { } perMinute) caps.Add($"{Terminal.Number(perMinute)}/min");
        if (key.Limits.RecipientsPerDay is { } perDay) caps.Add($"{Terminal.Number(perDay)}/day");
        if (key.NewKey is { } cap) caps.Add($"new: {Terminal.Number(cap.RecipientsPerMinute)}/min until {Terminal.At(cap.Until)}");
        return string.Join(", ", caps);
    }
}
