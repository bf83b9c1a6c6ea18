using System.Text.Json;
using Carillon.Channels;
using Carillon.Messages;

namespace Carillon.Providers;

/// <summary>What to look at when a test fails in a usual way. Every rule that fits is told, the nearest first.</summary>
internal static class ProviderAdvice
{
    /// <summary>The nearest first: a vendor's own before what holds for all.</summary>
    private static readonly AdviceRule[] Rules = [.. MailAdvice.Rules, .. SmsAdvice.Rules, .. GeneralAdvice.Rules];

    private static readonly string Unknown =
        "Whether the message was taken is not known: look whether it has arrived before you try again.";

    public static IReadOnlyList<string> For(Provider provider, SendResult result)
    {
        if (result.Outcome == SendOutcome.Accepted) return [];
        var answer = result.Answer ?? "";
        var where = WhereOf(provider);
        var advice = Rules.Where(r => r.Fits(where, answer)).Select(r => r.Advice).Distinct(StringComparer.Ordinal).ToList();
        if (result.Outcome == SendOutcome.Unknown) advice.Add(Unknown);
        if (result.Outcome == SendOutcome.RetryAfter && advice.Count == 0)
            advice.Add("The provider asks for time: a limit of the account may be reached, or it takes mail of unknown senders only at the second try.");
        if (provider.Channel is Channel.Sms or Channel.Voice or Channel.WhatsApp && advice.Count == 0 && result.Outcome == SendOutcome.Rejected)
            advice.Add("Check the account's balance, the form of the sender id, and that the account may send to this country.");
        return advice;
    }

    /// <summary>Which service it is: its kind, and the host or preset among its settings.</summary>
    private static string WhereOf(Provider provider)
    {
        var where = provider.Kind;
        foreach (var name in (ReadOnlySpan<string>)["host", "preset"])
        {
            if (provider.Settings.ValueKind == JsonValueKind.Object && provider.Settings.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.String) where += " " + value.GetString();
        }

        return where;
    }
}
