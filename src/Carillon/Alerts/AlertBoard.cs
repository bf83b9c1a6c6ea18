using Carillon.Messages;

namespace Carillon.Alerts;

/// <summary>What one look at everything begins with: what is open, and what every tenant wants.</summary>
internal sealed class AlertBoard(IReadOnlyList<Alert> open, IEnumerable<KeyValuePair<TenantId, AlertSettings>> settings)
{
    private readonly Dictionary<TenantId, AlertSettings> _settings = settings.ToDictionary();

    public IReadOnlyList<Alert> Open => open;

    public IEnumerable<AlertSettings> Settings => _settings.Values;

    /// <summary>The tenant's own, else the installation's.</summary>
    public AlertSettings SettingsOf(TenantId tenant) => _settings.GetValueOrDefault(SpeakerFor(tenant)) ?? AlertSettings.Default;

    /// <summary>The tenant whose settings hold, and who says what there is to say: where a tenant has none of its own, the installation.</summary>
    public TenantId SpeakerFor(TenantId tenant) => _settings.ContainsKey(tenant) ? tenant : TenantId.Installation;

    public Alert? Find(TenantId tenant, string key) => open.FirstOrDefault(a => a.Tenant == tenant && a.Key == key);
}

/// <summary>An alert that is to be raised, unless it stands already.</summary>
internal sealed record AlertDraft(TenantId Tenant, AlertKind Kind, AlertSeverity Severity, string Key, AlertFacts Facts)
{
    public Guid? ProviderId { get; init; }

    public bool IsOnce { get; init; }
}
