using System.Text.Json;

namespace Carillon.Providers;

/// <summary>Where a provider's settings lead, and so where its credentials go.</summary>
internal static class ProviderDestination
{
    /// <summary>Settings by which a kind of gateway may be led elsewhere.</summary>
    private static readonly string[] Names = ["host", "security", "preset", "base_url", "api_url", "url"];

    public static bool IsSame(JsonElement one, JsonElement other) => Array.TrueForAll(Names, name => Value(one, name) == Value(other, name));

    private static string? Value(JsonElement settings, string name) =>
        settings.ValueKind == JsonValueKind.Object && settings.TryGetProperty(name, out var value) ? value.GetRawText() : null;
}
