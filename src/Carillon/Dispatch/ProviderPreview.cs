using Carillon.Allowances;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Dispatch;

/// <summary>A provider as it stands to a message.</summary>
public sealed record ProviderPreview(Guid Id, string Name, string Kind, ProviderChoice Why)
{
    /// <summary>Where it rests or is limited: until when.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Which limit is used up.</summary>
    public LimitKind? Limit { get; init; }

    /// <summary>Where it does not serve the number: what it serves.</summary>
    public IReadOnlyList<string>? Countries { get; init; }

    /// <summary>What it takes for each unit; null when nobody knows, or it is not asked.</summary>
    public Price? Price { get; init; }

    /// <summary>What the message would cost by that.</summary>
    public decimal? Cost { get; init; }

    /// <summary>It may have the message, now or later.</summary>
    public bool IsCandidate => Why is not (ProviderChoice.NotServed or ProviderChoice.Disabled or ProviderChoice.NotOwn);
}

public enum ProviderChoice
{
    /// <summary>It would be tried first.</summary>
    Serves,

    /// <summary>It would be tried when those before it cannot take the message.</summary>
    Next,

    /// <summary>It has as many sends under way as it may have.</summary>
    Full,

    /// <summary>It failed several times in a row and is left alone for a while.</summary>
    Resting,

    /// <summary>A limit or its budget is used up.</summary>
    Limited,

    /// <summary>It, or its channel, is stopped.</summary>
    Stopped,

    /// <summary>It does not serve the number's country.</summary>
    NotServed,

    Disabled,

    /// <summary>It belongs to the installation, and the tenant has providers of its own.</summary>
    NotOwn,
}

public static class ProviderChoiceNames
{
    public static readonly WireNames<ProviderChoice> All = new(
        (ProviderChoice.Serves, "serves"), (ProviderChoice.Next, "next"), (ProviderChoice.Full, "full"), (ProviderChoice.Resting, "resting"),
        (ProviderChoice.Limited, "limited"), (ProviderChoice.Stopped, "stopped"), (ProviderChoice.NotServed, "not_served"),
        (ProviderChoice.Disabled, "disabled"), (ProviderChoice.NotOwn, "not_own"));
}
