using System.Globalization;
using System.Text.Json;
using Carillon.Allowances;
using Carillon.Channels.Sms;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary>The answer to a preview.</summary>
internal static class PreviewAnswer
{
    public static void Write(Utf8JsonWriter json, PreviewResult.Previewed preview)
    {
        var notification = preview.Notification;
        json.WriteStartObject();
        json.WriteString("recipient_id"u8, notification.ContactId);
        json.WriteString("category"u8, notification.Category);
        json.WriteString("priority"u8, notification.Priority.Name());
        json.WriteString("on_unknown"u8, notification.OnUnknown.Name());
        json.WriteTime("expires_at"u8, notification.ExpiresAt);
        StoredAnswers.WriteIdOrNull(json, "template_version_id"u8, "tpv_"u8, notification.TemplateVersionId);
        json.WriteStartArray("messages"u8);
        foreach (var message in preview.Messages) Write(json, message);
        json.WriteEndArray();
        WriteForecast(json, CostForecast.Of(preview.Messages));
        json.WriteStartArray("warnings"u8);
        foreach (var warning in preview.Warnings) Write(json, warning);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MessagePreview message)
    {
        json.WriteStartObject();
        json.WriteNumber("step"u8, message.Step);
        json.WriteString("channel"u8, message.Channel.Name());
        json.WriteString("address"u8, message.Address);
        json.WriteTime("due_at"u8, message.DueAt);
        json.WriteString("variant"u8, message.Variant);
        json.WriteString("subject"u8, message.Subject);
        json.WriteString("text"u8, message.Text);
        json.WriteString("html"u8, message.Html);
        if (message.Sms is { } sms)
        {
            json.WriteString("encoding"u8, SmsEncodingNames.All.NameOf(sms.Encoding));
            json.WriteNumber("segments"u8, sms.Segments);
        }
        else
        {
            json.WriteNull("encoding"u8);
            json.WriteNull("segments"u8);
        }

        json.WriteStartArray("errors"u8);
        if (message.Reason is { } reason) Write(json, new FieldFault(reason == MessageReasons.SecretsErased ? "secret_variables" : "template_id", reason, message.Fault ?? ""));
        json.WriteEndArray();
        var forecast = message.Reason is null ? message.Provider : null;
        WriteMoney(json, "cost"u8, forecast?.Cost);
        json.WriteString("currency"u8, forecast?.Price?.Currency);
        var serves = message.Providers.FirstOrDefault(p => p.Why == ProviderChoice.Serves);
        StoredAnswers.WriteIdOrNull(json, "provider_id"u8, "prv_"u8, serves?.Id);
        json.WriteStartArray("providers"u8);
        foreach (var provider in message.Providers) WriteProvider(json, provider);

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A provider as it stands to a message.</summary>
    public static void WriteProvider(Utf8JsonWriter json, ProviderPreview provider)
    {
        json.WriteStartObject();
        json.WriteId("id"u8, "prv_"u8, provider.Id);
        json.WriteString("name"u8, provider.Name);
        json.WriteString("kind"u8, provider.Kind);
        json.WriteString("why"u8, ProviderChoiceNames.All.NameOf(provider.Why));
        json.WriteString("words"u8, RouteWords.Say(provider));
        json.WriteTime("until"u8, provider.Until);
        json.WriteString("limit"u8, provider.Limit is { } limit ? LimitKindNames.All.NameOf(limit) : null);
        if (provider.Countries is { } countries)
        {
            json.WriteStartArray("countries"u8);
            foreach (var country in countries) json.WriteStringValue(country);
            json.WriteEndArray();
        }
        else
        {
            json.WriteNull("countries"u8);
        }

        WriteMoney(json, "price"u8, provider.Price?.Amount);
        json.WriteString("per"u8, provider.Price is { } price ? ProviderPolicyNames.Units.NameOf(price.Per) : null);
        WriteMoney(json, "cost"u8, provider.Cost);
        json.WriteString("currency"u8, provider.Price?.Currency);
        json.WriteEndObject();
    }

    private static void WriteForecast(Utf8JsonWriter json, CostForecast forecast)
    {
        json.WriteStartObject("forecast"u8);
        json.WriteStartArray("costs"u8);
        foreach (var (currency, amount) in forecast.Amounts)
        {
            json.WriteStartObject();
            WriteMoney(json, "amount"u8, amount);
            json.WriteString("currency"u8, currency);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("unpriced"u8, forecast.Unpriced);
        json.WriteEndObject();
    }

    // Money is text: no reader may round it.
    private static void WriteMoney(Utf8JsonWriter json, ReadOnlySpan<byte> name, decimal? amount)
    {
        if (amount is { } value) json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
        else json.WriteNull(name);
    }

    private static void Write(Utf8JsonWriter json, FieldFault fault)
    {
        json.WriteStartObject();
        json.WriteString("field"u8, fault.Field);
        json.WriteString("code"u8, fault.Code);
        json.WriteString("message"u8, fault.Message);
        json.WriteEndObject();
    }
}
