using System.Text.Json;
using Carillon.Messages;
using Carillon.Routing;
using Carillon.Security;
using Carillon.Server.Api.Json;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary><c>/v1/routing</c> and <c>/v1/stops</c>: how the tenant's messages find their provider, and what of it is stopped.</summary>
internal sealed class RoutingApi(CarillonEngine engine)
{
    private const int MostStopped = 1000;
    private static readonly FieldNames Fields = new("rules");
    private static readonly FieldNames RuleFields = new("channel", "category", "strategy", "sticky");
    private static readonly FieldNames StopFields = new("all", "channels", "providers", "resumed_at");

    public void Map(ApiEndpoints api)
    {
        api.Get("/v1/routing", Scopes.Providers, GetRules).Describe(RoutingOperations.GetRouting);
        api.Put("/v1/routing", Scopes.Providers, PutRulesAsync).Describe(RoutingOperations.ReplaceRouting);
        api.Get("/v1/stops", Scopes.Providers, GetStops).Describe(RoutingOperations.GetStops);
        api.Put("/v1/stops", Scopes.Providers, PutStopsAsync).Describe(RoutingOperations.ReplaceStops);
    }

    private Task GetRules(HttpContext context, ApiKey key)
    {
        JsonAnswer.Write(context, 200, engine.Routing.Rules(key.Tenant), WriteRules);
        return Task.CompletedTask;
    }

    private async Task PutRulesAsync(HttpContext context, ApiKey key)
    {
        var (rules, problem) = await JsonBody.ReadAsync(context, ReadRules);
        if (rules is not null && await engine.Routing.SetRulesAsync(key.Tenant, rules, context.RequestAborted) is { Count: > 0 } faults)
            problem = Problem.Invalid(faults);
        if (problem is not null) problem.WriteTo(context);
        else await GetRules(context, key);
    }

    private Task GetStops(HttpContext context, ApiKey key)
    {
        JsonAnswer.Write(context, 200, engine.Routing.Stops(key.Tenant), WriteStops);
        return Task.CompletedTask;
    }

    private async Task PutStopsAsync(HttpContext context, ApiKey key)
    {
        var (stops, problem) = await JsonBody.ReadAsync(context, ReadStops);
        if (stops is null) problem!.WriteTo(context);
        else JsonAnswer.Write(context, 200, await engine.Routing.SetStopsAsync(key.Tenant, stops, context.RequestAborted), WriteStops);
    }

    private static List<RoutingRule> ReadRules(ref FieldReader reader)
    {
        var rules = new List<RoutingRule>();
        if (!reader.EnterObject(out var outer)) return rules;
        ulong seen = 0;
        while (reader.NextField(Fields, ref seen, out _))
        {
            if (!reader.EnterArray("an array of rules")) continue;
            var count = 0;
            while (reader.NextItem(ref count)) rules.Add(ReadRule(ref reader));
        }

        if (seen == 0) reader.FaultAt("rules", "required", "Give the rules; an empty array takes them away.");
        reader.Leave(outer);
        return rules;
    }

    private static RoutingRule ReadRule(ref FieldReader reader)
    {
        var rule = new RoutingRule(Channel.Email, null, RoutingStrategy.Priority, false);
        if (!reader.EnterObject(out var outer)) return rule;
        ulong seen = 0;
        while (reader.NextField(RuleFields, ref seen, out var field))
        {
            rule = field switch
            {
                0 => rule with { Channel = reader.Word(ChannelNames.All) ?? rule.Channel },
                1 => rule with { Category = reader.Text(NotificationLimits.WordCharacters, TextRule.Identifier) },
                2 => rule with { Strategy = reader.Word(RoutingStrategyNames.All) ?? rule.Strategy },
                _ => rule with { Sticky = reader.Flag() ?? false },
            };
        }

        if ((seen & 1) == 0) reader.FaultAt("channel", "required", "Name the channel whose messages the rule is for.");
        reader.Leave(outer);
        return rule;
    }

    private static Stops ReadStops(ref FieldReader reader)
    {
        var all = false;
        List<Channel> channels = [];
        List<Guid> providers = [];
        if (!reader.EnterObject(out var outer)) return Stops.None;
        ulong seen = 0;
        while (reader.NextField(StopFields, ref seen, out var field))
        {
            var count = 0;
            switch (field)
            {
                case 0:
                    all = reader.Flag() ?? false;
                    break;
                case 1:
                    if (!reader.EnterArray("an array of channels")) break;
                    while (reader.NextItem(ref count))
                    {
                        if (reader.Word(ChannelNames.All) is { } channel && !channels.Contains(channel)) channels.Add(channel);
                    }

                    break;
                case 2:
                    if (!reader.EnterArray("an array of providers' ids")) break;
                    while (reader.NextItem(ref count)) ReadProvider(ref reader, providers);
                    break;
                default:
                    // Shown, and nobody sets it.
                    reader.Skip();
                    break;
            }
        }

        reader.Leave(outer);
        return new Stops(all, channels, providers);
    }

    private static void ReadProvider(ref FieldReader reader, List<Guid> providers)
    {
        if (reader.Text(NotificationLimits.WordCharacters, TextRule.Identifier) is not { } text) return;
        if (!PublicId.TryParse(PublicId.Provider, text, out var id)) reader.Fault("invalid", "This must be the id of a provider, such as prv_….");
        else if (providers.Count == MostStopped) reader.Fault("too_many", $"At most {MostStopped:N0} are allowed.");
        else if (!providers.Contains(id)) providers.Add(id);
    }

    private static void WriteRules(Utf8JsonWriter json, IReadOnlyList<RoutingRule> rules)
    {
        json.WriteStartObject();
        json.WriteStartArray("rules"u8);
        foreach (var rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("channel"u8, rule.Channel.Name());
            json.WriteString("category"u8, rule.Category);
            json.WriteString("strategy"u8, RoutingStrategyNames.All.NameOf(rule.Strategy));
            json.WriteBoolean("sticky"u8, rule.Sticky);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteStops(Utf8JsonWriter json, Stops stops)
    {
        json.WriteStartObject();
        json.WriteBoolean("all"u8, stops.All);
        json.WriteStartArray("channels"u8);
        foreach (var channel in stops.Channels) json.WriteStringValue(channel.Name());
        json.WriteEndArray();
        json.WriteStartArray("providers"u8);
        foreach (var provider in stops.Providers) json.WriteStringValue(PublicId.Format(PublicId.Provider, provider));
        json.WriteEndArray();
        json.WriteTime("resumed_at"u8, stops.ResumedAt);
        json.WriteEndObject();
    }
}
