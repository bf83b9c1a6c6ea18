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

    public JsonElement? Credentials { get; init; }

    public int Priority { get; init; } = 100;

    public int Weight { get; init; } = 1;

    public bool IsDefault { get; init; }

    public bool Enabled { get; init; } = true;

    public int MaxConcurrency { get; init; } = 128;
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
}
