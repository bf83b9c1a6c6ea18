using System.Text.Json;
using Carillon.Messages;

namespace Carillon.Providers;

/// <summary>One configured account at a gateway of a channel.</summary>
public sealed record Provider
{
    /// <summary><see cref="TenantId.Installation"/> for one that serves every tenant without a provider of its own on the channel.</summary>
    public required TenantId Tenant { get; init; }

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required Channel Channel { get; init; }

    /// <summary>The gateway's name in the catalog: <c>smtp</c>, <c>simulator</c> …</summary>
    public required string Kind { get; init; }

    /// <summary>The gateway's own settings, checked against its schema when they were stored.</summary>
    public required JsonElement Settings { get; init; }

    /// <summary>The gateway's secrets, in clear: only in memory. Storage keeps them encrypted; answers mask them.</summary>
    public JsonElement? Credentials { get; init; }

    /// <summary>Whether there are any, also where they cannot be opened.</summary>
    public bool HasCredentials { get; init; }

    /// <summary>When those that it has took the place of others; null while they are its first.</summary>
    public DateTimeOffset? CredentialsRotatedAt { get; init; }

    /// <summary>The credentials before these, while callbacks signed with them are taken too.</summary>
    public PreviousCredentials? Previous { get; init; }

    /// <summary>Lower is tried first. Default 100.</summary>
    public int Priority { get; init; } = 100;

    public int Weight { get; init; } = 1;

    public bool IsDefault { get; init; }

    public bool Enabled { get; init; } = true;

    /// <summary>Sends that may be under way at once. Default 128.</summary>
    public int MaxConcurrency { get; init; } = 128;

    /// <summary>Limits, budget, cost, and where it serves.</summary>
    public ProviderPolicy Policy { get; init; } = ProviderPolicy.None;

    /// <summary>1, and one more with each change.</summary>
    public int Version { get; init; } = 1;

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Null while it is there. A deleted one has no credentials, and its name is free again.</summary>
    public DateTimeOffset? DeletedAt { get; init; }
}

/// <param name="Sealed">As they were stored: nobody needs them in clear but the gateway that checks a callback.</param>
/// <param name="ValidUntil">From then on they count for nothing, and are erased.</param>
public sealed record PreviousCredentials(byte[] Sealed, DateTimeOffset ValidUntil)
{
    public bool Counts(DateTimeOffset now) => now < ValidUntil;
}
