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
    public required IReadOnlyList<ProviderPreview> Providers { get; init; }
}

/// <param name="Until">Where it rests or is limited: until when.</param>
public sealed record ProviderPreview(Guid Id, string Name, string Kind, ProviderChoice Why, DateTimeOffset? Until = null);

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

    Disabled,

    /// <summary>It belongs to the installation, and the tenant has providers of its own.</summary>
    NotOwn,
}

public static class ProviderChoiceNames
{
    public static readonly WireNames<ProviderChoice> All = new(
        (ProviderChoice.Serves, "serves"), (ProviderChoice.Next, "next"), (ProviderChoice.Full, "full"), (ProviderChoice.Resting, "resting"), (ProviderChoice.Limited, "limited"),
        (ProviderChoice.Disabled, "disabled"), (ProviderChoice.NotOwn, "not_own"));
}
