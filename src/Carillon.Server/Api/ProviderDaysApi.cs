using System.Globalization;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Security;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary><c>/v1/providers/{id}/days</c>: how a provider did, day by day.</summary>
internal sealed class ProviderDaysApi(CarillonEngine engine)
{
    private const int DefaultDays = 7;
    private const int MostDays = 400;

    public void Map(ApiEndpoints api) => api.Get("/v1/providers/{id}/days", Scopes.Providers, GetAsync).Describe(ProviderOperations.GetProviderDays);

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var (from, to) = (fields.Day("from"), fields.Day("to"));
        if (from is { } first && to is { } last)
        {
            if (last < first) fields.OutOfRange("to", "This must not be before from.");
            else if (last.DayNumber - first.DayNumber >= MostDays) fields.OutOfRange("from", $"These are more than {MostDays} days: ask for fewer at once.");
        }

        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        var provider = RouteId.TryRead(context, PublicId.Provider, out var id) ? await engine.Providers.GetAsync(key.Tenant, id, context.RequestAborted) : null;
        if (provider is null)
        {
            Problem.NotFound("No provider has this id.").WriteTo(context);
            return;
        }

        var end = to ?? LastDay(from, ProviderDays.Today(provider, engine.Time.GetUtcNow()));
        var days = await ProviderDays.ReadAsync(
            engine.Storage.Figures, provider, from ?? end.AddDays(1 - DefaultDays), end, context.RequestAborted);
        JsonAnswer.Write(context, 200, (provider, days), static (json, state) => Write(json, state.provider, state.days));
    }

    /// <summary>Where nobody asks for a last day: today, or as many days as one may ask for.</summary>
    private static DateOnly LastDay(DateOnly? from, DateOnly today)
    {
        if (from is not { } first) return today;
        if (first > today) return first;
        return today.DayNumber - first.DayNumber < MostDays ? today : first.AddDays(MostDays - 1);
    }

    private static void Write(Utf8JsonWriter json, Provider provider, ProviderDays days)
    {
        json.WriteStartObject();
        json.WriteId("provider_id"u8, "prv_"u8, provider.Id);
        json.WriteString("time_zone"u8, days.TimeZone);
        json.WriteStartArray("days"u8);
        foreach (var day in days.Days)
        {
            json.WriteStartObject();
            json.WriteString("date"u8, day.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            WriteFigures(json, day);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("total"u8);
        WriteFigures(json, days.Total);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFigures(Utf8JsonWriter json, ProviderDay day)
    {
        json.WriteTime("begins_at"u8, day.Begin);
        json.WriteTime("ends_at"u8, day.End);
        json.WriteNumber("sends"u8, day.Sends.Total);
        json.WriteNumber("accepted"u8, day.Sends.Accepted);
        json.WriteNumber("rejected"u8, day.Sends.Rejected);
        json.WriteNumber("unavailable"u8, day.Sends.Unavailable);
        json.WriteNumber("retry_after"u8, day.Sends.RetryAfter);
        json.WriteNumber("unknown"u8, day.Sends.Unknown);
        WriteFigure("success_rate"u8, day.SuccessRate, 4);
        WriteFigure("availability"u8, day.Availability, 6);
        json.WriteNumber("observed_seconds"u8, Math.Round(day.Observed.TotalSeconds, 1));
        json.WriteNumber("down_seconds"u8, Math.Round(day.Down.TotalSeconds, 1));
        WriteFigure("p50_ms"u8, day.Latency(0.5), 1);
        WriteFigure("p95_ms"u8, day.Latency(0.95), 1);
        WriteFigure("p99_ms"u8, day.Latency(0.99), 1);
        json.WriteNumber("sent"u8, day.Messages(MessageStatus.Sent));
        json.WriteNumber("delivered"u8, day.Messages(MessageStatus.Delivered));
        json.WriteNumber("read"u8, day.Messages(MessageStatus.Read));
        json.WriteNumber("failed"u8, day.Messages(MessageStatus.Failed));
        json.WriteNumber("bounced"u8, day.Messages(MessageStatus.Bounced));
        WriteFigure("delivery_rate"u8, day.DeliveryRate, 4);

        void WriteFigure(ReadOnlySpan<byte> name, double? figure, int digits)
        {
            if (figure is { } value) json.WriteNumber(name, Math.Round(value, digits));
            else json.WriteNull(name);
        }
    }
}
