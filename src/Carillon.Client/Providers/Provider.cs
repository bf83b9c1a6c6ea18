using System.Text.Json;
using System.Text.Json.Nodes;

namespace Carillon.Client;

/// <summary>An account at a gateway, to be configured.</summary>
public sealed record ProviderDraft
{
    public required string Name { get; init; }

    public required string Channel { get; init; }

    /// <summary>The gateway, such as <c>smtp</c>; <see cref="ProvidersClient.ListKindsAsync"/> has them all.</summary>
    public required string Kind { get; init; }

    /// <summary>Of the gateway; its kind has their schema.</summary>
    public JsonObject? Settings { get; init; }

    /// <summary>Written, never read back.</summary>
    public JsonObject? Credentials { get; init; }

    /// <summary>Lower is tried first; 100 by default.</summary>
    public int? Priority { get; init; }

    public int? Weight { get; init; }

    public bool? IsDefault { get; init; }

    public bool? Enabled { get; init; }

    public int? MaxConcurrency { get; init; }

    public ProviderLimits? Limits { get; init; }

    public ProviderBudget? Budget { get; init; }

    public ProviderCost? Cost { get; init; }

    /// <summary>Regions (<c>MX</c>) and number prefixes (<c>+52</c>) that it serves; all without it.</summary>
    public IReadOnlyList<string>? Countries { get; init; }

    /// <summary>IANA name of the zone in which its days and months begin; UTC by default.</summary>
    public string? TimeZone { get; init; }
}

/// <summary>The most messages within a time.</summary>
public sealed record ProviderLimits
{
    public int? PerSecond { get; init; }

    public int? PerMinute { get; init; }

    public int? PerHour { get; init; }

    public int? PerDay { get; init; }

    public int? PerMonth { get; init; }
}

/// <param name="Amount">A decimal number as text: no reader may round money.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Period"><c>day</c> or <c>month</c>.</param>
public sealed record ProviderBudget(string Amount, string Currency, string Period);

/// <param name="Amount">A decimal number as text.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Per"><c>message</c> or <c>segment</c>.</param>
public sealed record ProviderCost(string Amount, string Currency, string Per)
{
    /// <summary>
    /// Amounts by region (<c>MX</c>) or beginning of numbers (<c>+1876</c>): the longest beginning goes before the region, the region before
    /// <see cref="Amount"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string>? ByCountry { get; init; }
}

/// <summary>An account at a gateway.</summary>
public sealed record Provider
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Channel { get; init; }

    public required string Kind { get; init; }

    public JsonObject? Settings { get; init; }

    public bool HasCredentials { get; init; }

    /// <summary>When its credentials took the place of others.</summary>
    public DateTimeOffset? CredentialsRotatedAt { get; init; }

    /// <summary>Until when callbacks are taken that are signed with the credentials before these.</summary>
    public DateTimeOffset? PreviousValidUntil { get; init; }

    public int Priority { get; init; }

    public int Weight { get; init; }

    public bool IsDefault { get; init; }

    public bool Enabled { get; init; }

    public int MaxConcurrency { get; init; }

    /// <summary>The names of its credentials, with every value masked.</summary>
    public JsonObject? Credentials { get; init; }

    public ProviderLimits? Limits { get; init; }

    public ProviderBudget? Budget { get; init; }

    public ProviderCost? Cost { get; init; }

    public IReadOnlyList<string>? Countries { get; init; }

    public string? TimeZone { get; init; }

    /// <summary>1, and one more with each change: what <c>ifVersion</c> of a change is held against.</summary>
    public int Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>How much is used of each limit in its present window; empty in the answers to changes.</summary>
    public IReadOnlyList<ProviderUsage> Usage { get => field ?? []; init; }

    /// <summary>Null in the answers to changes, and of one that cannot serve: its credentials cannot be read.</summary>
    public ProviderHealth? Health { get; init; }
}

internal sealed record ProviderStatus(bool Enabled);

/// <summary>A gateway that there is.</summary>
public sealed record ProviderKind
{
    public required string Kind { get; init; }

    public required string Label { get; init; }

    public IReadOnlyList<string> Channels { get => field ?? []; init; }

    /// <summary>JSON Schema.</summary>
    public JsonElement Settings { get; init; }

    /// <summary>JSON Schema; null when the gateway takes none.</summary>
    public JsonElement? Credentials { get; init; }
}
