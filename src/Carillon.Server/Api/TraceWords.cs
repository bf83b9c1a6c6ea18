using System.Globalization;
using System.Text.Json;

namespace Carillon.Server.Api;

/// <summary>The lines of a message's trace as sentences: why it did what it did.</summary>
internal static class TraceWords
{
    /// <param name="line">As it is stored.</param>
    /// <param name="nameOf">What a provider is called, by its id.</param>
    public static string Say(JsonElement line, Func<string, string> nameOf)
    {
        if (Text(line, "text") is { } text) return text;
        var provider = Text(line, "provider") is { } id ? nameOf(id) : "a provider";
        return Text(line, "k") switch
        {
            "gate" => $"It was not to go: {Words.Spaced(Text(line, "answer"))}.",
            "render" => $"It was rendered, variant {Text(line, "variant")}{Size(line)}.",
            "route" => Route(line, provider),
            "attempt" => $"Attempt {Number(line, "attempt")} by {provider} took {Number(line, "ms")} ms: {Outcome(Text(line, "outcome"))}{Quote(Text(line, "answer"))}{Cost(line)}.",
            "outcome" => End(line),
            "retried" => $"{Text(line, "by") ?? "Somebody"} had it sent again.",
            "recover" => $"The node ended during attempt {Number(line, "attempt")}: nobody knows whether it was taken.",
            "claim" => $"It could not be read from the store: {Text(line, "detail") ?? Words.Spaced(Text(line, "reason"))}.",
            var kind => $"{Words.Capital(Words.Spaced(kind))}.",
        };
    }

    private static string Route(JsonElement line, string provider) => Text(line, "why") switch
    {
        "place_taken" => $"{provider} was to send it{By(line)}.",
        "failed_over" => $"{provider} was next.",
        "not_served" => $"{provider} was passed over: it does not serve {Text(line, "country") ?? "this number"}{Served(line)}.",
        "stopped" => $"{provider} was passed over: it is stopped.",
        "resting" => $"{provider} was passed over: it rests, after failures or since it asked for time{Until(line)}.",
        "limited" => $"{provider} was passed over: its {Words.Limit(Text(line, "limit"))} is used up{Until(line)}.",
        "full" => $"{provider} was passed over: it had as many under way as it may have.",
        "had_no_place" => $"{provider} was passed over: it had no place.",
        "disabled" => $"{provider} was passed over: it is disabled.",
        "not_own" => $"{provider} was passed over: it is the installation's, and there are providers of its own.",
        "serves" or "next" => $"{provider} could have had it.",
        var why => $"{provider}: {Words.Spaced(why)}.",
    };

    private static string End(JsonElement line)
    {
        var next = Time(line, "next");
        return Text(line, "answer") switch
        {
            "limit" => $"It waits{Words.Until(next)}: limits are used up. That was no attempt.",
            "retry" => $"It is to be tried again{(next is { } at ? " at " + Words.At(at) : "")}.",
            "no_provider" => $"No provider {(Text(line, "country") is { } country ? "served " + country : "was there for " + (Text(line, "channel") ?? "it"))} in all that time: it was given up.",
            "retries_exhausted" => "It had waited as long as the retry policy allows: it was given up.",
            "expired" => "Its time was over before it could be sent.",
            var answer => $"{Words.Capital(Words.Spaced(answer))}{(next is { } at ? "; the next attempt is at " + Words.At(at) : "")}.",
        };
    }

    private static string Outcome(string? outcome) => outcome switch
    {
        "accepted" => "accepted",
        "rejected" => "rejected for good",
        "unavailable" => "it could not serve now, the next provider's turn",
        "retry_after" => "to be tried again later",
        "unknown" => "nobody knows whether it was taken",
        _ => Words.Spaced(outcome),
    };

    private static string By(JsonElement line) => Text(line, "by") switch
    {
        "least_cost" => ", the cheapest",
        "fastest" => ", the fastest of late",
        "sticky" => ", as for this recipient always",
        _ => "",
    };

    private static string Size(JsonElement line) =>
        line.TryGetProperty("segments", out var count) && count.TryGetInt32(out var segments) ? $", {Words.Count(segments, "segment")} of {Text(line, "encoding")}" : "";

    private static string Served(JsonElement line) =>
        line.TryGetProperty("serves", out var served) && served.ValueKind == JsonValueKind.Array
            ? $", but {Words.List([.. served.EnumerateArray().Select(s => s.ToString())])}"
            : "";

    /// <summary>What was counted on, and what the gateway says that it took.</summary>
    private static string Cost(JsonElement line)
    {
        var words = "";
        if (Amount(line, "price") is { } price && line.TryGetProperty("units", out var count) && count.TryGetInt32(out var units))
        {
            var currency = Text(line, "currency");
            words = $", {Words.Count(units, Text(line, "per") ?? "message")} at {Words.Money(price, currency)}{(units == 1 ? "" : " = " + Words.Money(price * units, currency))}";
        }

        return Amount(line, "told") is { } told ? $"{words}, for {Words.Money(told, Text(line, "told_currency"))} as it says" : words;
    }

    private static string Until(JsonElement line) => Words.Until(Time(line, "until"));

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static decimal? Amount(JsonElement line, string name) =>
        decimal.TryParse(Text(line, name), NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) ? amount : null;

    private static string Number(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.TryGetInt64(out var number) ? number.ToString(CultureInfo.InvariantCulture) : "?";

    private static DateTimeOffset? Time(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var time) ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null;

    private static string Quote(string? answer) => answer is null ? "" : $" (“{answer}”)";
}
