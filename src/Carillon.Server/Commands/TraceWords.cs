using System.Globalization;
using System.Text.Json;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary>A message's trace as sentences: why it did what it did.</summary>
internal static class TraceWords
{
    /// <summary>Ids of providers that nobody made: they begin before all time.</summary>
    private const string BuiltIn = "prv_0000000000";

    /// <param name="providers">Names of providers, by id; those that are missing are called by their ids.</param>
    public static string Say(TraceEntry entry, IReadOnlyDictionary<string, string> providers)
    {
        if (Text(entry, "text") is { } text) return text;
        var provider = Text(entry, "provider") is { } id ? providers.GetValueOrDefault(id, id.StartsWith(BuiltIn, StringComparison.Ordinal) ? "the built-in simulator" : id) : "a provider";
        return entry.Kind switch
        {
            "gate" => $"It was not to go: {Text(entry, "answer")}.",
            "render" => $"It was rendered, variant {Text(entry, "variant")}.",
            "route" => Text(entry, "why") switch
            {
                "place_taken" => $"{provider} was to send it{By(entry)}.",
                "failed_over" => $"{provider} was next.",
                "not_served" => $"{provider} was passed over: it does not serve {Text(entry, "country") ?? "this number"}.",
                "stopped" => $"{provider} was passed over: it is stopped.",
                "resting" => $"{provider} was passed over: it rests after failures{Until(entry)}.",
                "limited" => $"{provider} was passed over: its {Limit(entry)} is used up{Until(entry)}.",
                "full" => $"{provider} was passed over: it had as many under way as it may have.",
                "had_no_place" => $"{provider} was passed over: it had no place.",
                var why => $"{provider}: {Spaced(why)}.",
            },
            "attempt" => $"Attempt {Number(entry, "attempt")} by {provider} took {Number(entry, "ms")} ms: {Outcome(Text(entry, "outcome"))}{Quote(Text(entry, "answer"))}.",
            "outcome" when Text(entry, "answer") == "limit" => $"It waits{(Time(entry, "next_attempt_at") is { } then ? $" until {Terminal.At(then)}" : "")}: limits are used up. That was no attempt.",
            "outcome" => $"{Capital(Spaced(Text(entry, "answer")))}{(Time(entry, "next_attempt_at") is { } next ? $"; the next attempt is at {Terminal.At(next)}" : "")}.",
            _ => $"{Capital(Spaced(entry.Kind))}{Details(entry)}.",
        };
    }

    private static string Outcome(string? outcome) => outcome switch
    {
        "accepted" => "accepted",
        "rejected" => "rejected for good",
        "unavailable" => "it could not serve now, the next provider's turn",
        "retry_after" => "to be tried again later",
        "unknown" => "nobody knows whether it was taken",
        _ => Spaced(outcome),
    };

    private static string By(TraceEntry entry) => Text(entry, "by") switch
    {
        "least_cost" => ", the cheapest",
        "fastest" => ", the fastest of late",
        "sticky" => ", as for this recipient always",
        _ => "",
    };

    private static string Limit(TraceEntry entry) => Text(entry, "limit") switch
    {
        "daily_budget" => "budget of the day",
        "monthly_budget" => "budget of the month",
        { } window => "limit per " + window,
        null => "limit",
    };

    private static string Until(TraceEntry entry) =>
        entry.Details.TryGetValue("until", out var until) && until.ValueKind == JsonValueKind.Number
            ? " until " + Terminal.At(DateTimeOffset.FromUnixTimeMilliseconds(until.GetInt64()))
            : Time(entry, "until") is { } at ? " until " + Terminal.At(at) : "";

    private static string Details(TraceEntry entry) => entry.Details.Count == 0 ? "" : ": " + string.Join(", ", entry.Details.Select(d => $"{d.Key} {d.Value}"));

    private static string? Text(TraceEntry entry, string name) =>
        entry.Details.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Number(TraceEntry entry, string name) =>
        entry.Details.TryGetValue(name, out var value) && value.TryGetInt64(out var number) ? number.ToString(CultureInfo.InvariantCulture) : "?";

    private static DateTimeOffset? Time(TraceEntry entry, string name) =>
        entry.Details.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time) ? time : null;

    private static string Quote(string? answer) => answer is null ? "" : $" (“{answer}”)";

    private static string Spaced(string? word) => (word ?? "?").Replace('_', ' ');

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
