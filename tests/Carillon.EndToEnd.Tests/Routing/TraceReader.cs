using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Routing;

/// <summary>Holds the traces of messages against what the gateways saw of them.</summary>
/// <param name="providers">The gateways' names, in the order in which they are tried, with the ids of their providers.</param>
internal sealed class TraceReader(Dictionary<string, string> providers)
{
    private static readonly string[] NoPlace = ["limited", "resting", "full", "had_no_place", "passed_over"];
    private readonly SortedDictionary<string, int> _words = new(StringComparer.Ordinal);

    /// <summary>Why providers were passed over, and how often each.</summary>
    public string Words => string.Join(", ", _words.Select(w => $"{w.Key} {w.Value}"));

    public void Read(JsonNode message, IReadOnlyList<SmsRequest> seen, bool isWhole)
    {
        var trace = message["trace"]!.AsArray();
        try
        {
            ReadRounds(trace);
            if (isWhole) Compare(trace, seen);
            if ((string?)message["status"] != "sent") return;
            var last = trace.Last(l => Kind(l!) == "attempt")!;
            Assert.Equal(("accepted", (string?)message["provider_id"]), ((string?)last["outcome"], (string?)last["provider"]));
            Assert.Contains(seen, r => r.Fate == SmsFate.Taken && providers[r.Gateway] == (string?)last["provider"]);
        }
        catch (Exception e) when (e is Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{e.Message}\nSeen: {string.Join(", ", seen)}\n{message.ToJsonString()}");
        }
    }

    /// <summary>Whoever is asked had a place, and of those before it the trace says why they were not, or what they answered.</summary>
    private void ReadRounds(JsonArray trace)
    {
        HashSet<string> explained = [];
        string? place = null;
        foreach (var line in trace)
        {
            var provider = (string?)line!["provider"];
            switch (Kind(line))
            {
                case "render":
                    explained.Clear();
                    break;
                case "route" when NoPlace.Contains((string)line["why"]!):
                    explained.Add(provider!);
                    var limit = (string?)line["limit"];
                    Count($"{line["why"]}{(limit is null ? "" : " " + limit)}");
                    if ((string)line["why"]! == "limited") Assert.Contains(limit, provider == providers["throttling"] ? ["second", "day"] : new[] { "second", "daily_budget" });
                    Assert.True((string)line["why"]! is not ("limited" or "resting") || line["until"] is not null, "It does not say until when.");
                    break;
                case "route":
                    Assert.Contains((string)line["why"]!, new[] { "place_taken", "failed_over" });
                    place = provider;
                    break;
                case "attempt":
                    Assert.Equal(place, provider);
                    foreach (var before in providers.Values.TakeWhile(p => p != provider)) Assert.Contains(before, explained);
                    explained.Add(provider!);
                    break;
            }
        }
    }

    /// <summary>Each request that came whole is an attempt, in order; what else was tried came to nobody, or broke on its way.</summary>
    private void Compare(JsonArray trace, IReadOnlyList<SmsRequest> seen)
    {
        var at = 0;
        foreach (var line in trace.Where(l => Kind(l!) == "attempt"))
        {
            var outcome = (string)line!["outcome"]!;
            if (outcome == "unavailable") continue;
            var isSeen = at < seen.Count && providers[seen[at].Gateway] == (string?)line["provider"] && Outcome(seen[at].Fate) == outcome;
            if (isSeen) at++;
            else Assert.Equal(("unknown", providers["dying"]), (outcome, (string?)line["provider"]));
        }

        Assert.Equal(seen.Count, at);
    }

    private static string Outcome(SmsFate fate) => fate switch { SmsFate.Taken => "accepted", SmsFate.Refused => "retry_after", _ => "unknown" };

    private static string Kind(JsonNode line) => (string)line["kind"]!;

    private void Count(string word) => _words[word] = _words.GetValueOrDefault(word) + 1;
}
