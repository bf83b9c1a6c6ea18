using System.Text.Json;
using System.Text.Json.Nodes;

namespace Carillon.Security;

/// <summary>
/// Credentials as they are shown: <c>***</c>, and the last four characters of those that have 16 or more, by which people tell
/// one from another.
/// </summary>
public static class CredentialMask
{
    public const string Hidden = "***";

    private const int MinLengthToTell = 16;

    public static string Mask(string credential)
    {
        ArgumentNullException.ThrowIfNull(credential);
        return credential.Length >= MinLengthToTell ? Hidden + credential[^4..] : Hidden;
    }

    /// <summary>Masks every value, at any depth; the names stay.</summary>
    public static JsonNode? Mask(JsonElement credentials) => credentials.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(credentials.EnumerateObject().DistinctBy(p => p.Name, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Name, Mask(p.Value)))),
        JsonValueKind.Array => new JsonArray([.. credentials.EnumerateArray().Select(Mask)]),
        JsonValueKind.String => Mask(credentials.GetString()!),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => Hidden,
    };
}
