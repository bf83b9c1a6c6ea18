using System.Text.Json;
using Carillon.Security;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary>An API key as callers see it.</summary>
/// <param name="Text">Only in the answer that makes it.</param>
/// <param name="Tenant">Only where a key of the installation asks for another's.</param>
/// <param name="NewUntil">Until when it goes by the cap for new keys.</param>
internal sealed record ShownKey(ApiKey Key, string? Text, string? Tenant, int? NewKeyCap, DateTimeOffset? NewUntil)
{
    public static void Write(Utf8JsonWriter json, ShownKey shown)
    {
        var key = shown.Key;
        json.WriteStartObject();
        json.WriteId("id"u8, "key_"u8, key.Id);
        if (shown.Text is not null) json.WriteString("key"u8, shown.Text);
        if (shown.Tenant is not null) json.WriteString("tenant"u8, shown.Tenant);
        json.WriteString("name"u8, key.Name);
        json.WriteStartArray("scopes"u8);
        foreach (var scope in key.Scopes) json.WriteStringValue(scope);
        json.WriteEndArray();
        json.WriteStartObject("limits"u8);
        RecipientLimitsJson.WriteFields(json, key.Limits);
        json.WriteEndObject();
        if (shown is { NewUntil: { } until, NewKeyCap: { } cap })
        {
            json.WriteStartObject("new_key"u8);
            json.WriteNumber("recipients_per_minute"u8, cap);
            json.WriteTime("until"u8, until);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("new_key"u8);
        }

        json.WriteNumber("version"u8, key.Version);
        json.WriteTime("created_at"u8, key.CreatedAt);
        json.WriteTime("revoked_at"u8, key.RevokedAt);
        json.WriteEndObject();
    }
}
