using System.Text.Json;
using System.Text.Json.Nodes;
using Carillon.Dispatch;
using Carillon.Security;

namespace Carillon.Providers;

/// <summary>Credentials as a caller sends them back: what still stands there as it was shown, masked, is what is stored.</summary>
internal static class CredentialMerge
{
    /// <param name="stored">In clear; null when there are none.</param>
    /// <param name="mayStay">Whether what is stored may stand in; else each such value is a fault.</param>
    /// <returns>Null for an empty object: no credentials.</returns>
    public static JsonElement? Apply(JsonElement given, JsonElement? stored, bool mayStay, List<FieldFault> faults) =>
        Merge(given, stored, mayStay, "credentials", faults) is { } merged and not JsonObject { Count: 0 } ? JsonElement.Parse(merged.ToJsonString()) : null;

    private static JsonNode? Merge(JsonElement given, JsonElement? stored, bool mayStay, string path, List<FieldFault> faults)
    {
        if (stored is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) } value && IsMaskOf(given, value))
        {
            if (!mayStay) faults.Add(new(path, "masked", "What is stored was given for another place than the settings now name: give the value itself."));
            return Node(value);
        }

        if (given.ValueKind == JsonValueKind.Object)
        {
            var merged = new JsonObject();
            // A name that stands there twice counts by its last value, as everywhere in System.Text.Json.
            foreach (var property in given.EnumerateObject())
                merged[property.Name] = Merge(property.Value, Member(stored, property.Name), mayStay, $"{path}.{property.Name}", faults);
            return merged;
        }

        if (given.ValueKind == JsonValueKind.String && given.ValueEquals(CredentialMask.Hidden))
            faults.Add(new(path, "masked", $"'{CredentialMask.Hidden}' stands for a value that is stored, and none is: give the value itself."));
        return Node(given);
    }

    private static bool IsMaskOf(JsonElement given, JsonElement stored) =>
        (given.ValueKind == JsonValueKind.String && given.ValueEquals(CredentialMask.Hidden))
        || JsonElement.DeepEquals(given, JsonElement.Parse(CredentialMask.Mask(stored)?.ToJsonString() ?? "null"));

    private static JsonElement? Member(JsonElement? stored, string name) =>
        stored is { ValueKind: JsonValueKind.Object } within && within.TryGetProperty(name, out var value) ? value : null;

    private static JsonNode? Node(JsonElement element) => JsonNode.Parse(element.GetRawText());
}
