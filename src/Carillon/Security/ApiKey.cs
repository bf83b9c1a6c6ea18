using Carillon.Messages;

namespace Carillon.Security;

/// <summary>Whose data it is.</summary>
public sealed record Tenant(TenantId Id, string Key, string Name);

/// <summary>A stored API key: its hash, never the key. A key opens one tenant.</summary>
public sealed record ApiKey
{
    public required Guid Id { get; init; }

    public required TenantId Tenant { get; init; }

    public required string Name { get; init; }

    /// <summary>SHA-256 of the whole key (<c>ck_…</c>, 256 random bits: nothing to stretch).</summary>
    public required byte[] Hash { get; init; }

    /// <summary>What it may do; see <see cref="Scopes"/>.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>How many recipients it may address.</summary>
    public RecipientLimits Limits { get; init; } = RecipientLimits.None;

    /// <summary>
    /// Its tenant made it, not the installation: for its first hours it goes by the cap for new keys as well, unless an administrator of
    /// the installation lifts that.
    /// </summary>
    public bool IsHeld { get; init; }

    /// <summary>1, and one more with each change.</summary>
    public int Version { get; init; } = 1;
}

/// <summary>The scopes of API keys, as answers name them.</summary>
public static class Scopes
{
    /// <summary>Everything, in every tenant's settings that the key's tenant may see.</summary>
    public const string Admin = "admin";
    public const string Send = "messages:write";
    public const string Read = "messages:read";
    public const string Templates = "templates:write";
    public const string Providers = "providers:write";
}
