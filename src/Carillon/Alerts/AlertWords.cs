using System.Globalization;
using Carillon.Allowances;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Alerts;

/// <summary>What alerts say to people: one line, the figures, and what to do.</summary>
internal static class AlertWords
{
    public static string Percent(double part) => (part * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    public static string At(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Span(TimeSpan span) =>
        span >= TimeSpan.FromHours(2) ? FormattableString.Invariant($"{span.TotalHours:0.#} hours")
        : span >= TimeSpan.FromMinutes(2) ? FormattableString.Invariant($"{Math.Floor(span.TotalMinutes):0} minutes")
        : FormattableString.Invariant($"{Math.Floor(span.TotalSeconds):0} seconds");

    /// <param name="threshold">Percent; null where a budget is exceeded.</param>
    public static AlertFacts Limit(Provider provider, LimitWindow window, long used, int? threshold, DateTimeOffset now)
    {
        var unit = window.IsMoney ? provider.Policy.Budget!.Currency : "messages";
        var (value, limit) = window.IsMoney ? (Money.ToAmount(used), Money.ToAmount(window.Limit)) : (used, window.Limit);
        var usedText = window.IsMoney ? $"{Amount(value)} {unit}" : Number(used);
        var limitText = $"{Amount(limit)} {unit}";
        var what = window.IsMoney ? $"its {PeriodOf(window.Kind)} budget" : $"its limit per {PeriodOf(window.Kind)}";
        var when = window.End > now ? $"The window ends at {At(window.End)}." : $"The window ended at {At(window.End)}.";
        var path = $"PUT /v1/providers/{PublicId.Format(PublicId.Provider, provider.Id)}";
        var raise = window.IsMoney ? $"raise the budget ({path})" : $"raise the limit ({path})";
        var full = threshold is null or >= 100;
        return new AlertFacts
        {
            Summary = threshold switch
            {
                null => $"{provider.Name} has exceeded {what}",
                >= 100 => $"{provider.Name} has used up {what}",
                _ => $"{provider.Name} has used {threshold} % of {what}",
            },
            Detail = threshold is null
                ? $"The {provider.Channel.Name()} provider {provider.Name} has spent {usedText}, which is {Amount(value - limit)} {unit} more than {what} of {limitText}: "
                    + $"the vendor took more than was estimated. {when}"
                : window.IsMoney
                    ? $"The {provider.Channel.Name()} provider {provider.Name} has spent {usedText} of {what} of {limitText}. {when}"
                    : $"The {provider.Channel.Name()} provider {provider.Name} has used {usedText} of the {Number(window.Limit)} messages that {what} allows. {when}",
            Remedy = threshold is null
                ? $"Set the provider's cost to what the vendor takes at most, so that it is reserved before each send, or {raise}."
                : full
                    ? $"Messages go to the channel's other providers, or wait until the window ends. To send on by this one, {raise}."
                    : $"When it is used up, messages go to the channel's other providers, or wait until the window ends. If that comes too soon, {raise}, or add a provider.",
            Provider = provider.Name,
            Channel = provider.Channel,
            Window = LimitKindNames.All.NameOf(window.Kind),
            WindowStart = window.Start,
            Until = window.End,
            Threshold = threshold ?? 100,
            Value = value,
            Limit = limit,
            Unit = unit,
        };
    }

    /// <param name="isAlone">Whether no other provider serves the channel now.</param>
    public static AlertFacts Circuit(ProviderRuntime runtime, int failures, string? lastAnswer, bool isAlone)
    {
        var provider = runtime.Provider;
        var said = string.IsNullOrWhiteSpace(lastAnswer) ? "" : $" The last one: {Short(lastAnswer)}";
        return new AlertFacts
        {
            Summary = $"{provider.Name} has failed {failures} times in a row",
            Detail = $"The {provider.Channel.Name()} provider {provider.Name} failed {failures} sends in a row and rests; now and then one send probes it.{said}",
            Remedy = (isAlone ? "No other provider serves the channel: its messages wait. " : "Messages go to the channel's other providers meanwhile. ")
                + $"Look at its last errors (GET /v1/providers/{runtime.PublicId}) and try it (POST /v1/providers/{runtime.PublicId}/test).",
            Provider = provider.Name,
            Channel = provider.Channel,
            Value = failures,
            Unit = "failures",
        };
    }

    public static AlertFacts DeliveryRate(Provider provider, DeliveryRate rate, DeliveryThresholds thresholds)
    {
        var recent = Percent(rate.Recent!.Value);
        var before = rate.Before is { } day ? $", the day before it was {Percent(day)}" : "";
        return new AlertFacts
        {
            Summary = $"Of what {provider.Name} sends only {recent} arrives",
            Detail = $"Of {Number(rate.Messages)} messages of the last half hour that the {provider.Channel.Name()} provider {provider.Name} had, {recent} "
                + $"{(rate.HasReceipts ? "were delivered" : "were taken and did not bounce")}{before}.",
            Remedy = $"Look at what failed (GET /v1/messages?status=failed&provider_id={PublicId.Format(PublicId.Provider, provider.Id)}, and status=bounced): the gateway's "
                + "answers and receipts say why. Another provider takes over when this one is disabled.",
            Provider = provider.Name,
            Channel = provider.Channel,
            Threshold = rate.Recent < thresholds.Floor / 100.0 ? thresholds.Floor : Math.Round((decimal)(rate.Before!.Value * 100) - thresholds.Drop, 1),
            Value = Math.Round((decimal)(rate.Recent.Value * 100), 1),
            Unit = "percent",
        };
    }

    public static AlertFacts QueueAge(LaneKey lane, TimeSpan age, long count, QueueThresholds thresholds) => Queue(lane) with
    {
        Summary = $"{Title(lane)} messages have waited for {Span(age)}",
        Detail = $"The first of {AtLeast(count, thresholds)} {lane.Channel.Name()} messages of {lane.Priority.Name()} priority that are due has waited for {Span(age)}.",
        Threshold = (decimal)thresholds.Oldest.TotalSeconds,
        Value = Math.Floor((decimal)age.TotalSeconds),
        Unit = "seconds",
    };

    public static AlertFacts QueueGrowth(LaneKey lane, TimeSpan age, long count, QueueThresholds thresholds) => Queue(lane) with
    {
        Summary = $"{AtLeast(count, thresholds)} {lane.Channel.Name()} messages wait, and more are coming",
        Detail = $"{AtLeast(count, thresholds)} {lane.Channel.Name()} messages of {lane.Priority.Name()} priority are due and wait, the first for {Span(age)}. A minute ago there were fewer.",
        Threshold = thresholds.Messages,
        Value = count,
        Unit = "messages",
    };

    private static AlertFacts Queue(LaneKey lane) => new()
    {
        Summary = "",
        Detail = "",
        Remedy = "Look whether the channel's providers are well and have room (GET /v1/providers: health, usage), and whether anything is stopped (GET /v1/stops). "
            + "A higher max_concurrency, another provider or another node sends faster.",
        Channel = lane.Channel,
        Priority = lane.Priority,
    };

    // Counting ends at twice the threshold.
    private static string AtLeast(long count, QueueThresholds thresholds) =>
        count >= QueueWatch.Most(thresholds) ? $"more than {Number(QueueWatch.Most(thresholds) - 1)}" : Number(count);

    private static string Title(LaneKey lane) => lane.Channel.Name() is var name ? $"{char.ToUpperInvariant(name[0])}{name[1..]}" : "";

    private static string Amount(decimal amount) => amount.ToString("0.00####", CultureInfo.InvariantCulture);

    private static string PeriodOf(LimitKind kind) => kind switch
    {
        LimitKind.Hour => "hour",
        LimitKind.Day => "day",
        LimitKind.Month => "month",
        LimitKind.DailyBudget => "daily",
        _ => "monthly",
    };

    private static string Short(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= 300 ? line : line[..300] + "…";
    }
}
