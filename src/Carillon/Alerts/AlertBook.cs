using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Alerts;

/// <summary>Alerts of tenants, and who of them is told. Thread-safe.</summary>
public sealed class AlertBook
{
    private readonly IAlertStore _store;
    private readonly Func<Intake> _intake;
    private readonly TimeProvider _time;

    internal AlertBook(IAlertStore store, Func<Intake> intake, TimeProvider time) => (_store, _intake, _time) = (store, intake, time);

    public ValueTask<Alert?> GetAsync(TenantId tenant, Guid id, CancellationToken cancellationToken) => _store.GetAsync(tenant, id, cancellationToken);

    public ValueTask<LogPage<Alert>> ListAsync(AlertQuery query, CancellationToken cancellationToken) => _store.ListAsync(query, cancellationToken);

    /// <summary>The tenant's own; <see cref="AlertSettings.Default"/> where it has none, and the installation's hold.</summary>
    public async ValueTask<AlertSettings> SettingsAsync(TenantId tenant, CancellationToken cancellationToken) =>
        await _store.GetSettingsAsync(tenant, cancellationToken) ?? AlertSettings.Default;

    /// <summary>Puts these in the place of the tenant's, once every recipient can be written to. They hold from the next look on, on every node.</summary>
    /// <param name="versions">Only if they are at one of these; null for any.</param>
    public async ValueTask<AlertSettingsChange> ReplaceAsync(
        TenantId tenant, AlertSettings settings, IReadOnlyList<int>? versions, CancellationToken cancellationToken)
    {
        var faults = await CheckAsync(tenant, settings, cancellationToken);
        if (faults.Count > 0) return new AlertSettingsChange.Refused(faults);
        while (true)
        {
            var version = (await SettingsAsync(tenant, cancellationToken)).Version;
            if (versions is not null && !versions.Contains(version)) return new AlertSettingsChange.Stale(version);
            settings = settings with { Version = version + 1 };
            if (await _store.ReplaceSettingsAsync(tenant, settings, version, cancellationToken)) return new AlertSettingsChange.Changed(settings);
        }
    }

    private async ValueTask<IReadOnlyList<FieldFault>> CheckAsync(TenantId tenant, AlertSettings settings, CancellationToken cancellationToken)
    {
        var faults = new List<FieldFault>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < settings.Recipients.Count; i++)
        {
            var (recipient, field) = (settings.Recipients[i], $"recipients[{i}]");
            if (recipient.Email is null == recipient.Webhook is null)
            {
                faults.Add(new(field, "invalid", "Give either email or webhook."));
                continue;
            }

            if (!seen.Add(recipient.Email ?? recipient.Webhook!)) faults.Add(new(field, "duplicate", "This recipient stands here twice: leave one of them out."));
            // By the way that alerts go, so that none is refused there.
            var now = _time.GetUtcNow();
            foreach (var fault in await _intake().CheckAsync(tenant, AlertTeller.RequestFor(Sample(tenant, now), AlertPhase.Raised, recipient, now), cancellationToken))
                faults.Add(fault with { Field = $"{field}.{(recipient.Email is null ? "webhook" : "email")}" });
        }

        return faults;
    }

    private static Alert Sample(TenantId tenant, DateTimeOffset now) => new()
    {
        Tenant = tenant,
        Id = Guid.Empty,
        Kind = AlertKind.Queue,
        Severity = AlertSeverity.Warning,
        Key = "",
        Facts = new AlertFacts { Summary = "-", Detail = "-", Remedy = "-" },
        RaisedAt = now,
        SeenAt = now,
    };
}

/// <summary>What became of a change of settings.</summary>
public abstract record AlertSettingsChange
{
    private AlertSettingsChange()
    {
    }

    public sealed record Changed(AlertSettings Settings) : AlertSettingsChange;

    /// <summary>Every fault of them.</summary>
    public sealed record Refused(IReadOnlyList<FieldFault> Faults) : AlertSettingsChange;

    /// <summary>They have been changed since; nothing was stored.</summary>
    public sealed record Stale(int Version) : AlertSettingsChange;
}
