using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Routing;

/// <summary>How each tenant's messages are routed, and what is stopped: in memory, as the store has it. Reading it takes no lock.</summary>
public sealed class RoutingBook(INodeStore settings, TimeProvider time)
{
    public const int MaxRules = 200;
    private const string Prefix = "routing/";

    private readonly SemaphoreSlim _changing = new(1, 1);
    private volatile FrozenDictionary<TenantId, Page> _pages = FrozenDictionary<TenantId, Page>.Empty;

    /// <summary>Raised after rules or stops have changed.</summary>
    public event Action? Changed;

    /// <summary>Nothing is stopped and there are no rules: the usual case.</summary>
    public bool IsEmpty => _pages.Count == 0;

    /// <summary>Reads all of it: at the start, and when another node has changed something.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            var pages = new Dictionary<TenantId, Page>();
            foreach (var (name, value) in await settings.ListSettingsAsync(Prefix, cancellationToken))
            {
                var slash = name.IndexOf('/', Prefix.Length);
                var tenant = new TenantId(int.Parse(name.AsSpan(Prefix.Length, slash - Prefix.Length), CultureInfo.InvariantCulture));
                var page = pages.GetValueOrDefault(tenant) ?? new Page([], Routing.Stops.None);
                pages[tenant] = name == RulesOf(tenant) ? page with { Rules = JsonSerializer.Deserialize(value, RoutingJson.Default.ListRoutingRule)! }
                    : page with { Stops = JsonSerializer.Deserialize(value, RoutingJson.Default.Stops)! };
            }

            _pages = pages.ToFrozenDictionary();
        }
        finally
        {
            _changing.Release();
        }

        Changed?.Invoke();
    }

    public IReadOnlyList<RoutingRule> Rules(TenantId tenant) => _pages.TryGetValue(tenant, out var page) ? page.Rules : [];

    public Stops Stops(TenantId tenant) => _pages.TryGetValue(tenant, out var page) ? page.Stops : Routing.Stops.None;

    /// <summary>Puts these in the place of the tenant's rules.</summary>
    /// <returns>What is wrong with them; empty when they are stored.</returns>
    public async Task<IReadOnlyList<FieldFault>> SetRulesAsync(TenantId tenant, IReadOnlyList<RoutingRule> rules, CancellationToken cancellationToken)
    {
        var faults = new List<FieldFault>();
        if (rules.Count > MaxRules) faults.Add(new("rules", "too_many", $"These are {rules.Count:N0}; at most {MaxRules} are allowed."));
        var seen = new HashSet<(Channel, string?)>();
        for (var i = 0; i < Math.Min(rules.Count, MaxRules); i++)
        {
            if (!seen.Add((rules[i].Channel, rules[i].Category)))
                faults.Add(new($"rules[{i}]", "duplicate", "There is a rule for this channel and category already."));
        }

        if (faults.Count > 0) return faults;
        await ChangeAsync(
            tenant, RulesOf(tenant), JsonSerializer.SerializeToUtf8Bytes([.. rules], RoutingJson.Default.ListRoutingRule),
            page => page with { Rules = [.. rules] }, cancellationToken);
        return faults;
    }

    /// <summary>Stops what these name, and lets everything else of the tenant go.</summary>
    public async Task<Stops> SetStopsAsync(TenantId tenant, Stops stops, CancellationToken cancellationToken)
    {
        var before = Stops(tenant);
        var resumes = (before.All && !stops.All) || before.Channels.Except(stops.Channels).Any() || before.Providers.Except(stops.Providers).Any();
        stops = stops with { ResumedAt = resumes ? time.GetUtcNow() : before.ResumedAt };
        await ChangeAsync(
            tenant, StopsOf(tenant), JsonSerializer.SerializeToUtf8Bytes(stops, RoutingJson.Default.Stops), page => page with { Stops = stops }, cancellationToken);
        return stops;
    }

    /// <summary>The tenant's rule for the category, else for the channel; else the installation's; null for none.</summary>
    internal RoutingRule? Find(TenantId tenant, Channel channel, string? category) =>
        IsEmpty ? null : FindIn(tenant, channel, category) ?? (tenant == TenantId.Installation ? null : FindIn(TenantId.Installation, channel, category));

    internal bool IsStopped(TenantId tenant, Channel channel) =>
        !IsEmpty && (Stops(tenant).Includes(channel) || Stops(TenantId.Installation).Includes(channel));

    internal bool IsStopped(TenantId tenant, Guid provider) =>
        !IsEmpty && (Stops(tenant).Providers.Contains(provider) || Stops(TenantId.Installation).Providers.Contains(provider));

    /// <summary>When something of the tenant's was last let go again; null for never.</summary>
    internal DateTimeOffset? ResumedAt(TenantId tenant)
    {
        if (IsEmpty) return null;
        var (own, all) = (Stops(tenant).ResumedAt, Stops(TenantId.Installation).ResumedAt);
        return own is null || all > own ? all : own;
    }

    private RoutingRule? FindIn(TenantId tenant, Channel channel, string? category)
    {
        RoutingRule? general = null;
        foreach (var rule in Rules(tenant))
        {
            if (rule.Channel != channel) continue;
            if (rule.Category is null) general = rule;
            else if (rule.Category == category) return rule;
        }

        return general;
    }

    private async Task ChangeAsync(TenantId tenant, string name, byte[] value, Func<Page, Page> change, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            await settings.PutSettingAsync(name, value, cancellationToken);
            var pages = new Dictionary<TenantId, Page>(_pages);
            pages[tenant] = change(pages.GetValueOrDefault(tenant) ?? new Page([], Routing.Stops.None));
            _pages = pages.ToFrozenDictionary();
        }
        finally
        {
            _changing.Release();
        }

        Changed?.Invoke();
    }

    private static string RulesOf(TenantId tenant) => $"{Prefix}{tenant}/rules";

    private static string StopsOf(TenantId tenant) => $"{Prefix}{tenant}/stops";

    private sealed record Page(List<RoutingRule> Rules, Stops Stops);
}
