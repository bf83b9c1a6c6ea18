using System.Text.Json;
using Carillon.Dispatch;
using Carillon.Messages;

namespace Carillon.Providers;

/// <summary>A provider as a caller gives it, before its gateway has checked it. Field names in faults are those of the HTTP API.</summary>
public sealed record ProviderDraft
{
    public required string Name { get; init; }

    public required Channel Channel { get; init; }

    /// <summary>The gateway's name in the catalog.</summary>
    public required string Kind { get; init; }

    public required JsonElement Settings { get; init; }

    /// <summary>Null for none; in a change for those that are stored. A value that stands there masked, as answers show it, is the stored one.</summary>
    public JsonElement? Credentials { get; init; }

    /// <summary>In a change: credentials that it replaces, or that were replaced before, count for nothing from now on.</summary>
    public bool RevokesPrevious { get; init; }

    public int Priority { get; init; } = 100;

    public int Weight { get; init; } = 1;

    public bool IsDefault { get; init; }

    public bool Enabled { get; init; } = true;

    public int MaxConcurrency { get; init; } = 128;

    public ProviderPolicy Policy { get; init; } = ProviderPolicy.None;
}

/// <summary>What became of a draft.</summary>
public abstract record ProviderCreation
{
    private ProviderCreation()
    {
    }

    public sealed record Created(Provider Provider) : ProviderCreation;

    /// <summary>Unknown kind, wrong settings, a name that is taken; every fault.</summary>
    public sealed record Refused(IReadOnlyList<FieldFault> Faults) : ProviderCreation;

    /// <summary>The same idempotency key made one before; <paramref name="Answer"/> is what was answered then.</summary>
    public sealed record Replayed(ReadOnlyMemory<byte> Answer) : ProviderCreation;

    /// <summary>The idempotency key stands for another request.</summary>
    public sealed record KeyReused : ProviderCreation;
}

/// <summary>What became of a change of a provider.</summary>
public abstract record ProviderChange
{
    private ProviderChange()
    {
    }

    public sealed record Changed(Provider Provider) : ProviderChange;

    public sealed record Refused(IReadOnlyList<FieldFault> Faults) : ProviderChange;

    public sealed record NotFound : ProviderChange;

    /// <summary>It is no longer at the version that the change was made for.</summary>
    public sealed record Stale(int Version) : ProviderChange;
}
