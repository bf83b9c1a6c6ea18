using System.ComponentModel;
using System.Text.Json;

namespace Carillon.Server.Api;

/// <summary>The shapes of <c>/v1/alerts</c> for the OpenAPI document, as <see cref="ApiShapes"/>.</summary>
internal static class AlertShapes
{
    internal sealed record Alert(
        string Id, [property: Description("limit, budget, circuit, delivery_rate or queue.")] string Kind, [property: Description("warning or critical.")] string Severity,
        [property: Description("open or resolved.")] string State, string Summary, string Detail, [property: Description("What to do about it.")] string Remedy,
        string? ProviderId, [property: Description("The provider's name.")] string? Provider, string? Channel, string? Priority,
        [property: Description("Of a limit or budget: hour, day, month, daily_budget or monthly_budget.")] string? Window, DateTimeOffset? WindowStart,
        [property: Description("When the window ends.")] DateTimeOffset? Until,
        [property: Description("What was crossed: percent of the limit, percent that arrives, or in unit.")] double? Threshold,
        [property: Description("Money is text.")] JsonElement? Value, JsonElement? Limit,
        [property: Description("messages, percent, seconds, failures, or a currency.")] string? Unit,
        [property: Description("How often it was raised, each time within a day of the one before.")] int Repeats,
        DateTimeOffset RaisedAt, DateTimeOffset? ResolvedAt, [property: Description("Why it is over.")] string? Resolution);

    internal sealed record AlertSettings(
        AlertRecipient[]? Recipients, [property: Description("What is watched; all by default.")] string[]? Kinds,
        [property: Description("Percent of a limit or budget; 80, 95 and 100 by default.")] int[]? Thresholds, AlertDeliveryRate? DeliveryRate, AlertQueue? Queue,
        [property: Description("1, and one more with each change; not to be set.")] int? Version);

    internal sealed record AlertRecipient(
        string? Email, [property: Description("A URL. Either this or email.")] string? Webhook, [property: Description("Only of these; of all without it.")] string[]? Kinds);

    internal sealed record AlertDeliveryRate(
        [property: Description("Percent; 80 by default.")] int? Floor, [property: Description("Points of percent below the day before; 20 by default.")] int? Drop,
        [property: Description("Of fewer messages in half an hour nothing is said; 50 by default.")] int? MinMessages);

    internal sealed record AlertQueue(
        [property: Description("How long due messages may wait, as an ISO 8601 duration; PT15M by default.")] string? Oldest,
        [property: Description("From how many due messages on growth is an alert; 10,000 by default.")] int? Messages);
}
