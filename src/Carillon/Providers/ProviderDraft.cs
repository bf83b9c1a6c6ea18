using System.Text.Json;
using Carillon.Messages;

namespace Carillon.Providers;

/// <summary>A provider as a caller wants it, before it is checked. What is null takes its default.</summary>
public sealed record ProviderDraft
{
    public string? Name { get; init; }

    public Channel? Channel { get; init; }

    public string? Kind { get; init; }

    public JsonElement? Settings { get; init; }

    public JsonElement? Credentials { get; init; }

    public int? Priority { get; init; }

    public int? Weight { get; init; }

    public bool? IsDefault { get; init; }

    public bool? Enabled { get; init; }
}
