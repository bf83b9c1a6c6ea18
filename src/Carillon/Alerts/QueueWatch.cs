using Carillon.Messages;
using Carillon.Routing;
using Carillon.Storage;

namespace Carillon.Alerts;

/// <summary>Raises an alert when due messages of a channel and priority wait too long, or are many and become more.</summary>
internal sealed class QueueWatch(RoutingBook routing, AlertRaiser raiser, IAlertStore store, IMessageLog log)
{
    private Dictionary<LaneKey, long> _counts = [];

    /// <summary>How far is counted: what lies beyond costs, and says nothing more.</summary>
    public static int Most(QueueThresholds thresholds) => thresholds.Messages * 2;

    public async Task LookAsync(AlertBoard board, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var most = board.Settings.Append(AlertSettings.Default).Max(s => Most(s.Queue));
        var backlogs = await store.ListBacklogsAsync(now, most, cancellationToken);
        var before = _counts;
        _counts = backlogs.ToDictionary(b => b.Lane, b => b.Count);
        foreach (var backlog in backlogs)
        {
            var lane = backlog.Lane;
            var settings = board.SettingsOf(lane.Tenant);
            // What somebody has stopped waits because they said so, and has not waited longer than since they let it go.
            if (!settings.Kinds.Contains(AlertKind.Queue) || routing.IsStopped(lane.Tenant, lane.Channel)) continue;
            var age = AgeOf(backlog, now);
            // Nothing is known of growth at the first look.
            var grows = before.TryGetValue(lane, out var last) && backlog.Count > last;
            var facts = age >= settings.Queue.Oldest ? AlertWords.QueueAge(lane, age, backlog.Count, settings.Queue)
                : backlog.Count >= settings.Queue.Messages && grows ? AlertWords.QueueGrowth(lane, age, backlog.Count, settings.Queue)
                : null;
            if (facts is null) continue;
            if (board.Find(lane.Tenant, KeyOf(lane)) is null && await AreAlertsAsync(backlog, now, cancellationToken)) continue;
            var severity = lane.Priority == Priority.Critical || age >= settings.Queue.Oldest * 4 ? AlertSeverity.Critical : AlertSeverity.Warning;
            await raiser.RaiseAsync(new AlertDraft(lane.Tenant, AlertKind.Queue, severity, KeyOf(lane), facts), now, cancellationToken);
        }

        await ResolveAsync(board, backlogs, now, cancellationToken);
    }

    /// <summary>
    /// Whether nothing waits but what was to tell of alerts: that they cannot leave is what those are about, and one more would wait with them.
    /// </summary>
    private async Task<bool> AreAlertsAsync(LaneBacklog backlog, DateTimeOffset now, CancellationToken cancellationToken)
    {
        const int most = 100;
        if (backlog.Lane.Priority < Priority.High || backlog.Count > most) return false;
        var told = await log.ListMessagesAsync(
            new MessageQuery
            {
                Tenant = backlog.Lane.Tenant,
                Channel = backlog.Lane.Channel,
                Category = AlertTeller.Category,
                CreatedAfter = now - AlertTeller.Patience,
                Limit = most,
            },
            cancellationToken);
        return told.Items.Count(m => !m.Status.IsFinal()) >= backlog.Count;
    }

    private async Task ResolveAsync(AlertBoard board, IReadOnlyList<LaneBacklog> backlogs, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var waiting = backlogs.ToDictionary(b => (b.Lane.Tenant, KeyOf(b.Lane)));
        foreach (var alert in board.Open.Where(a => a.Kind == AlertKind.Queue))
        {
            var thresholds = board.SettingsOf(alert.Tenant).Queue;
            if (!waiting.TryGetValue((alert.Tenant, alert.Key), out var backlog))
            {
                await store.ResolveAsync(alert.Id, now, "Nothing waits any more.", cancellationToken: cancellationToken);
                continue;
            }

            // Well below what raised it, so that it does not come and go.
            var age = AgeOf(backlog, now);
            if (age > thresholds.Oldest / 2 || backlog.Count > thresholds.Messages * 0.8) continue;
            await store.ResolveAsync(
                alert.Id, now, $"{AlertWords.Number(backlog.Count)} messages wait, the first for {AlertWords.Span(age)}.", cancellationToken: cancellationToken);
        }
    }

    private TimeSpan AgeOf(LaneBacklog backlog, DateTimeOffset now)
    {
        var since = routing.ResumedAt(backlog.Lane.Tenant) is { } resumed && resumed > backlog.Oldest ? resumed : backlog.Oldest;
        return now > since ? now - since : TimeSpan.Zero;
    }

    private static string KeyOf(LaneKey lane) => $"queue/{lane.Channel.Name()}/{lane.Priority.Name()}";
}
