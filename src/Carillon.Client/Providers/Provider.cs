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

    public int Priority { get; init; }

    public int Weight { get; init; }

    public bool IsDefault { get; init; }

    public bool Enabled { get; init; }

    public int MaxConcurrency { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

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
