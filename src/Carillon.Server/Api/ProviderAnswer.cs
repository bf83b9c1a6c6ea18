using System.Globalization;
using System.Text.Json;
using Carillon.Allowances;
using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Security;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary>Providers as callers see them: everything but the values of their credentials.</summary>
internal static class ProviderAnswer
{
    /// <summary>As it is when it is made or changed.</summary>
    public static void Write(Utf8JsonWriter json, Provider provider)
    {
        json.WriteStartObject();
        WriteFields(json, provider);
        json.WriteEndObject();
    }

    /// <summary>With what it has used of its limits, and how it does.</summary>
    public static void Write(Utf8JsonWriter json, ProviderState provider)
    {
        json.WriteStartObject();
        WriteFields(json, provider.Provider);
        json.WriteStartArray("usage"u8);
        foreach (var usage in provider.Usage)
        {
            json.WriteStartObject();
            json.WriteString("window"u8, LimitKindNames.All.NameOf(usage.Kind));
            if (usage.Currency is null)
            {
                json.WriteNumber("used"u8, usage.Used);
                json.WriteNumber("limit"u8, usage.Limit);
            }
            else
            {
                json.WriteString("used"u8, usage.Used.ToString(CultureInfo.InvariantCulture));
                json.WriteString("limit"u8, usage.Limit.ToString(CultureInfo.InvariantCulture));
            }

            json.WriteString("currency"u8, usage.Currency);
            json.WriteTime("resets_at"u8, usage.ResetsAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteHealth(json, provider.Runtime, provider.Now);
        json.WriteEndObject();
    }

    private static void WriteHealth(Utf8JsonWriter json, ProviderRuntime? runtime, DateTimeOffset now)
    {
        if (runtime is null)
        {
            json.WriteNull("health"u8);
            return;
        }

        var (state, until, failures) = runtime.Circuit(now);
        var figures = runtime.Health.Figures(now);
        json.WriteStartObject("health"u8);
        json.WriteString("circuit"u8, CircuitStateNames.All.NameOf(state));
        json.WriteTime("until"u8, until);
        json.WriteNumber("failures"u8, failures);
        json.WriteNumber("sends"u8, figures.Sends);
        WriteFigure("success_rate"u8, figures.SuccessRate, 4);
        WriteFigure("p50_ms"u8, figures.P50, 1);
        WriteFigure("p95_ms"u8, figures.P95, 1);
        WriteFigure("p99_ms"u8, figures.P99, 1);
        json.WriteNumber("under_way"u8, runtime.UnderWay);
        json.WriteStartArray("last_errors"u8);
        foreach (var error in figures.Errors)
        {
            json.WriteStartObject();
            json.WriteTime("at"u8, error.At);
            json.WriteString("outcome"u8, SendOutcomeNames.All.NameOf(error.Outcome));
            json.WriteString("answer"u8, error.Answer);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();

        void WriteFigure(ReadOnlySpan<byte> name, double? figure, int digits)
        {
            if (figure is { } value) json.WriteNumber(name, Math.Round(value, digits));
            else json.WriteNull(name);
        }
    }

    private static void WriteFields(Utf8JsonWriter json, Provider provider)
    {
        json.WriteId("id"u8, "prv_"u8, provider.Id);
        json.WriteString("name"u8, provider.Name);
        json.WriteString("channel"u8, provider.Channel.Name());
        json.WriteString("kind"u8, provider.Kind);
        json.WritePropertyName("settings"u8);
        provider.Settings.WriteTo(json);
        json.WriteBoolean("has_credentials"u8, provider.HasCredentials);
        json.WritePropertyName("credentials"u8);
        if (provider.Credentials is { } credentials && CredentialMask.Mask(credentials) is { } masked) masked.WriteTo(json);
        else json.WriteNullValue();
        json.WriteTime("credentials_rotated_at"u8, provider.CredentialsRotatedAt);
        json.WriteTime("previous_valid_until"u8, provider.Previous?.ValidUntil);
        json.WriteNumber("priority"u8, provider.Priority);
        json.WriteNumber("weight"u8, provider.Weight);
        json.WriteBoolean("is_default"u8, provider.IsDefault);
        json.WriteBoolean("enabled"u8, provider.Enabled);
        json.WriteNumber("max_concurrency"u8, provider.MaxConcurrency);
        WritePolicy(json, provider.Policy);
        json.WriteNumber("version"u8, provider.Version);
        json.WriteTime("created_at"u8, provider.CreatedAt);
        json.WriteTime("updated_at"u8, provider.UpdatedAt);
    }

    public static void WriteKind(Utf8JsonWriter json, GatewayKind kind)
    {
        json.WriteStartObject();
        json.WriteString("kind"u8, kind.Name);
        json.WriteString("label"u8, kind.Label);
        json.WriteStartArray("channels"u8);
        foreach (var channel in kind.Channels) json.WriteStringValue(channel.Name());
        json.WriteEndArray();
        json.WritePropertyName("settings"u8);
        json.WriteRawValue(kind.SettingsSchema);
        json.WritePropertyName("credentials"u8);
        if (kind.CredentialsSchema is null) json.WriteNullValue();
        else json.WriteRawValue(kind.CredentialsSchema);
        json.WriteEndObject();
    }

    private static void WritePolicy(Utf8JsonWriter json, ProviderPolicy policy)
    {
        if (policy.Limits is { } limits)
        {
            json.WriteStartObject("limits"u8);
            WriteLimit("per_second"u8, limits.PerSecond);
            WriteLimit("per_minute"u8, limits.PerMinute);
            WriteLimit("per_hour"u8, limits.PerHour);
            WriteLimit("per_day"u8, limits.PerDay);
            WriteLimit("per_month"u8, limits.PerMonth);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("limits"u8);
        }

        if (policy.Budget is { } budget) WriteMoney("budget"u8, budget.Amount, budget.Currency, "period"u8, ProviderPolicyNames.Periods.NameOf(budget.Period));
        else json.WriteNull("budget"u8);
        if (policy.Cost is { } cost) WriteMoney("cost"u8, cost.Amount, cost.Currency, "per"u8, ProviderPolicyNames.Units.NameOf(cost.Per), cost.ByCountry);
        else json.WriteNull("cost"u8);
        if (policy.Countries is { } countries)
        {
            json.WriteStartArray("countries"u8);
            foreach (var country in countries) json.WriteStringValue(country);
            json.WriteEndArray();
        }
        else
        {
            json.WriteNull("countries"u8);
        }

        json.WriteString("time_zone"u8, policy.TimeZone);

        void WriteLimit(ReadOnlySpan<byte> name, int? most)
        {
            if (most is { } value) json.WriteNumber(name, value);
            else json.WriteNull(name);
        }

        void WriteMoney(ReadOnlySpan<byte> name, decimal amount, string currency, ReadOnlySpan<byte> unitName, string unit, IReadOnlyDictionary<string, decimal>? prices = null)
        {
            json.WriteStartObject(name);
            json.WriteString("amount"u8, amount.ToString(CultureInfo.InvariantCulture));
            json.WriteString("currency"u8, currency);
            json.WriteString(unitName, unit);
            if (prices is not null)
            {
                json.WriteStartObject("by_country"u8);
                foreach (var (place, price) in prices) json.WriteString(place, price.ToString(CultureInfo.InvariantCulture));
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }
    }
}

/// <param name="Runtime">Null when it cannot serve on this node.</param>
internal readonly record struct ProviderState(Provider Provider, IReadOnlyList<LimitUsage> Usage, ProviderRuntime? Runtime, DateTimeOffset Now);
