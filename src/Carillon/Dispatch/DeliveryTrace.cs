using System.Text.Json;
using Carillon.Channels;
using Carillon.Channels.Sms;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Routing;

namespace Carillon.Dispatch;

/// <summary>
/// The trace of one message on its way: what the gate said, how it was rendered, why each provider had it or had not, what each answered.
/// Used for one message after the other; not thread-safe.
/// </summary>
internal sealed class DeliveryTrace(Router router, TimeProvider time)
{
    private static readonly JsonEncodedText GateKind = JsonEncodedText.Encode("gate");
    private static readonly JsonEncodedText RenderKind = JsonEncodedText.Encode("render");
    private static readonly JsonEncodedText RouteKind = JsonEncodedText.Encode("route");
    private static readonly JsonEncodedText AttemptKind = JsonEncodedText.Encode("attempt");
    private static readonly JsonEncodedText OutcomeKind = JsonEncodedText.Encode("outcome");

    /// <summary>A trace names at most so many of what a provider serves.</summary>
    private const int MostCountries = 20;

    private readonly TraceWriter _lines = new();

    /// <summary>What was written; it begins anew.</summary>
    public byte[] Take() => _lines.Take();

    public void Stopped(MessageStatus stop, DateTimeOffset now)
    {
        var line = _lines.Begin(now, GateKind);
        line.WriteString("answer", stop.Name());
        _lines.End();
    }

    public void Rendered(Rendering rendering, SmsSize? size, DateTimeOffset now)
    {
        var line = _lines.Begin(now, RenderKind);
        line.WriteString("variant", rendering.Variant);
        if (size is { } sms)
        {
            line.WriteString("encoding", SmsEncodingNames.All.NameOf(sms.Encoding));
            line.WriteNumber("segments", sms.Segments);
        }

        _lines.End();
    }

    public void NotRendered(string fault, DateTimeOffset now) => Explain(RenderKind, fault, now);

    /// <summary>Providers that would have gone before the one that has it and had no place, with why they have none.</summary>
    public void PassedOver(OutboundMessage message, ProviderRuntime[] order, ProviderRuntime first)
    {
        foreach (var foreign in router.Foreign(message, order)) NotServed(foreign, message.Region);
        foreach (var candidate in order)
        {
            if (candidate == first) return;
            var now = time.GetUtcNow();
            if (router.IsStopped(message, candidate)) Route(candidate, "stopped");
            else Closed(candidate, candidate.Standing(now, candidate.PriceOf(message)), "had_no_place", now);
        }
    }

    /// <summary>A provider that cannot have the message now.</summary>
    /// <param name="open">Why, where it has room again by now.</param>
    public void Closed(ProviderRuntime provider, ProviderEntry entry, string open, DateTimeOffset now)
    {
        var line = BeginRoute(provider, now, entry.Standing switch
        {
            ProviderStanding.Resting => "resting",
            ProviderStanding.Full or ProviderStanding.Refilling => "full",
            ProviderStanding.Limited => "limited",
            _ => open,
        });
        if (entry.Limit is { } limit) line.WriteString("limit", Allowances.LimitKindNames.All.NameOf(limit));
        if (entry.Standing is ProviderStanding.Resting or ProviderStanding.Limited) line.WriteNumber("until", entry.RetryAt.ToUnixTimeMilliseconds());
        _lines.End();
    }

    /// <param name="rule">By which it comes at this place; null for none, or where that was told before.</param>
    public void Route(ProviderRuntime provider, string why, RoutingRule? rule = null)
    {
        var line = BeginRoute(provider, time.GetUtcNow(), why);
        if (rule is not null) line.WriteString("by", rule.Sticky ? "sticky" : RoutingStrategyNames.All.NameOf(rule.Strategy));
        _lines.End();
    }

    public void Attempt(ProviderRuntime provider, SendResult result, int attempt, Price? price, int segments, TimeSpan took, DateTimeOffset now)
    {
        var line = _lines.Begin(now, AttemptKind);
        line.WriteNumber("attempt", attempt);
        line.WriteString("provider", provider.PublicId);
        line.WriteString("outcome", SendOutcomeNames.All.NameOf(result.Outcome));
        if (result.Answer is not null) line.WriteString("answer", result.Answer);
        if (result.ExternalId is not null) line.WriteString("external_id", result.ExternalId);
        line.WriteNumber("ms", (long)took.TotalMilliseconds);
        if (result.Outcome is SendOutcome.Accepted or SendOutcome.Unknown) WriteCost(line, result, price, segments);
        _lines.End();
    }

    /// <summary>When it is looked at again, as far as it is known, and what for.</summary>
    public void Next(string reason, DateTimeOffset? next, DateTimeOffset now)
    {
        var line = _lines.Begin(now, OutcomeKind);
        line.WriteString("answer", reason);
        if (next is { } then) line.WriteNumber("next", then.ToUnixTimeMilliseconds());
        _lines.End();
    }

    public void Explain(string text, DateTimeOffset now) => Explain(OutcomeKind, text, now);

    /// <summary>What was taken of the budget for it, and what the gateway says that it took.</summary>
    private static void WriteCost(Utf8JsonWriter line, SendResult result, Price? price, int segments)
    {
        if (price is not null)
        {
            line.WriteAmount("price"u8, price.Amount);
            line.WriteString("currency", price.Currency);
            line.WriteString("per", ProviderPolicyNames.Units.NameOf(price.Per));
            line.WriteNumber("units", price.Units(segments));
        }

        if (result.Cost is not { } told) return;
        line.WriteAmount("told"u8, told);
        if (result.Currency is not null) line.WriteString("told_currency", result.Currency);
    }

    /// <summary>Its time was over while it waited: why no provider has had it.</summary>
    public void Ended(OutboundMessage message, GateAnswer answer, IReadOnlyList<ProviderPreview> providers, DateTimeOffset now)
    {
        foreach (var provider in providers)
        {
            var line = _lines.Begin(now, RouteKind);
            line.WriteString("provider", PublicId.Format(PublicId.Provider, provider.Id));
            line.WriteString("why", ProviderChoiceNames.All.NameOf(provider.Why));
            if (provider.Why == ProviderChoice.NotServed && message.Region.Length > 0) line.WriteString("country", message.Region);
            if (provider.Limit is { } limit) line.WriteString("limit", Allowances.LimitKindNames.All.NameOf(limit));
            if (provider.Until is { } until) line.WriteNumber("until", until.ToUnixTimeMilliseconds());
            if (provider.Countries is { } countries)
            {
                line.WriteStartArray("serves");
                foreach (var country in countries.Take(MostCountries)) line.WriteStringValue(country);
                if (countries.Count > MostCountries) line.WriteStringValue("…");
                line.WriteEndArray();
            }

            _lines.End();
        }

        var end = _lines.Begin(now, OutcomeKind);
        end.WriteString("answer", answer.Reason);
        if (answer.Reason == MessageReasons.NoProvider)
        {
            end.WriteString("channel", message.Channel.Name());
            if (message.Region.Length > 0) end.WriteString("country", message.Region);
        }

        _lines.End();
    }

    private void NotServed(ProviderRuntime provider, string region)
    {
        var line = BeginRoute(provider, time.GetUtcNow(), "not_served");
        if (region.Length > 0) line.WriteString("country", region);
        _lines.End();
    }

    private Utf8JsonWriter BeginRoute(ProviderRuntime provider, DateTimeOffset now, string why)
    {
        var line = _lines.Begin(now, RouteKind);
        line.WriteString("provider", provider.PublicId);
        line.WriteString("why", why);
        return line;
    }

    private void Explain(JsonEncodedText kind, string text, DateTimeOffset now)
    {
        var line = _lines.Begin(now, kind);
        line.WriteString("text", text);
        _lines.End();
    }
}
