using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Api;
using Carillon.Storage;

namespace Carillon.Server.Http;

/// <summary>The limits of tenants, as settings of the installation: one value for each tenant that has any.</summary>
internal sealed class RequestLimitStore(INodeStore settings)
{
    public async ValueTask<RequestLimits> GetAsync(TenantId tenant, CancellationToken cancellationToken) =>
        await settings.GetSettingAsync(NameOf(tenant), cancellationToken) is { } value ? Read(value) : RequestLimits.None;

    public ValueTask PutAsync(TenantId tenant, RequestLimits limits, CancellationToken cancellationToken) =>
        settings.PutSettingAsync(NameOf(tenant), JsonAnswer.ToBytes(limits, Write), cancellationToken);

    public static void Write(Utf8JsonWriter json, RequestLimits limits)
    {
        json.WriteStartObject();
        Write(json, "per_key"u8, limits.PerKey);
        Write(json, "per_tenant"u8, limits.PerTenant);
        RecipientLimitsJson.WriteFields(json, limits.Recipients);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, RequestLimit? limit)
    {
        if (limit is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("requests"u8, limit.Requests);
        json.WriteNumber("seconds"u8, (int)limit.Window.TotalSeconds);
        json.WriteEndObject();
    }

    private static RequestLimits Read(byte[] value)
    {
        using var document = JsonDocument.Parse(value);
        return new RequestLimits(Of("per_key"), Of("per_tenant")) { Recipients = new RecipientLimits(NumberOf("recipients_per_minute"), NumberOf("recipients_per_day")) };

        // Written by an earlier version there are none.
        int? NumberOf(string name) =>
            document.RootElement.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number ? number.GetInt32() : null;

        RequestLimit? Of(string name) => document.RootElement.TryGetProperty(name, out var limit) && limit.ValueKind == JsonValueKind.Object
            ? new RequestLimit(limit.GetProperty("requests").GetInt32(), TimeSpan.FromSeconds(limit.GetProperty("seconds").GetInt32()))
            : null;
    }

    private static string NameOf(TenantId tenant) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"request_limits:{tenant.Value}");
}
