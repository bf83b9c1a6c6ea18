using Carillon.Channels.Sms;
using Carillon.Messages;

namespace Carillon.Dispatch;

/// <summary>What would become of a request.</summary>
public abstract record PreviewResult
{
    private PreviewResult()
    {
    }

    /// <summary>It would be refused; every fault of it.</summary>
    public sealed record Refused(IReadOnlyList<FieldFault> Faults) : PreviewResult;

    /// <param name="Notification">As it would be stored.</param>
    /// <param name="Messages">Those of all steps of its plan, in their order.</param>
    /// <param name="Warnings">What would be accepted and is perhaps not meant so.</param>
    public sealed record Previewed(
        Notification Notification, IReadOnlyList<MessagePreview> Messages, IReadOnlyList<FieldFault> Warnings) : PreviewResult;
}

/// <summary>One message as it would be sent.</summary>
public sealed record MessagePreview
{
    public required int Step { get; init; }

    public required Channel Channel { get; init; }

    public required string Address { get; init; }

    /// <summary>When it would be due; null for later steps, which begin when the one before comes to nothing.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The variant of the template, see <c>Rendering</c>; null when nothing was rendered.</summary>
    public string? Variant { get; init; }

    public string? Subject { get; init; }

    public string? Text { get; init; }

    public string? Html { get; init; }

    /// <summary>What the text is as SMS; null on other channels.</summary>
    public SmsSize? Sms { get; init; }

    /// <summary>One of <see cref="MessageReasons"/>: it would fail for this; null when there is content.</summary>
    public string? Reason { get; init; }

    /// <summary>What is wrong with its content, with the line of the template; null when there is content.</summary>
    public string? Fault { get; init; }

    /// <summary>Every provider of its channel that the tenant may see, with why it would serve or not, those first that are tried first.</summary>
    public IReadOnlyList<ProviderPreview> Providers { get; init; } = [];

    /// <summary>The provider that it would go to, or at least may later; null when there is none. What it takes is what the message is thought to cost.</summary>
    public ProviderPreview? Provider => Providers.FirstOrDefault(p => p.Why == ProviderChoice.Serves) ?? Providers.FirstOrDefault(p => p.IsCandidate);
}

/// <summary>What messages are thought to cost, by the prices of the providers that they would go to.</summary>
/// <param name="Amounts">By currency (ISO 4217).</param>
/// <param name="Unpriced">Messages for which nobody knows: no provider, or no price.</param>
public sealed record CostForecast(IReadOnlyDictionary<string, decimal> Amounts, int Unpriced)
{
    /// <param name="messages">Those of later steps, which begin only when the one before comes to nothing, and those that would fail are not counted.</param>
    public static CostForecast Of(IEnumerable<MessagePreview> messages)
    {
        var amounts = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        var unpriced = 0;
        foreach (var message in messages.Where(m => m is { Step: 0, Reason: null }))
        {
            if (message.Provider is { Cost: { } cost, Price: { } price }) amounts[price.Currency] = amounts.GetValueOrDefault(price.Currency) + cost;
            else unpriced++;
        }

        return new CostForecast(amounts, unpriced);
    }
}
