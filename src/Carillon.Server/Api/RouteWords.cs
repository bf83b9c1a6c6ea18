using Carillon.Allowances;
using Carillon.Dispatch;
using Carillon.Messages;

namespace Carillon.Server.Api;

/// <summary>How providers stand to a message, and what it waits for, as sentences.</summary>
internal static class RouteWords
{
    public static string Say(ProviderPreview provider) => provider.Why switch
    {
        ProviderChoice.Serves => $"It would be tried first{Price(provider)}.",
        ProviderChoice.Next => $"It would be tried when those before it cannot{Price(provider)}.",
        ProviderChoice.Full => $"It has as many sends under way as it may have{Price(provider)}.",
        ProviderChoice.Resting => $"It rests, after failures or since it asked for time{Words.Until(provider.Until)}{Price(provider)}.",
        ProviderChoice.Limited => $"Its {Words.Limit(provider.Limit is { } limit ? LimitKindNames.All.NameOf(limit) : null)} is used up{Words.Until(provider.Until)}{Price(provider)}.",
        ProviderChoice.Stopped => "It is stopped.",
        ProviderChoice.NotServed => $"It does not serve this number: {(provider.Countries is { Count: > 0 } served ? Words.List(served) : "nothing")} alone.",
        ProviderChoice.Disabled => "It is disabled.",
        _ => "It is the installation's, and the tenant has providers of its own.",
    };

    /// <param name="address">Of the message.</param>
    public static string Say(MessageWait wait, Channel channel, string address) => wait.Why switch
    {
        WaitReason.Turn => "It waits for its turn, or is being sent.",
        WaitReason.Due => $"It waits for its time{Words.Until(wait.Until)}.",
        WaitReason.Retry => $"It waits for its next attempt{Words.Until(wait.Until)}.",
        WaitReason.NoProvider when wait.Providers.Count == 0 => $"There is no provider for {channel.Name()}: add one.",
        WaitReason.NoProvider => $"No provider serves {address}{(wait.Region.Length > 0 ? $" ({wait.Region})" : "")}: {string.Join(' ', wait.Providers.Select(p => $"{p.Name}: {Say(p)}"))}",
        WaitReason.Full => "Its providers have as many sends under way as they may have.",
        WaitReason.Resting => $"Its providers rest, after failures or since they asked for time{Words.Until(wait.Until)}.",
        WaitReason.Limit => $"The limits of its providers are used up{Words.Until(wait.Until)}.",
        _ => "It is stopped, and waits for somebody to let it go.",
    };

    private static string Price(ProviderPreview provider) =>
        provider is { Price: { } price, Cost: { } cost } ? $", for {Words.Money(cost, price.Currency)}" : "";
}
