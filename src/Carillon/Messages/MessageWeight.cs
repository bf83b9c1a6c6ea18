namespace Carillon.Messages;

/// <summary>About how many bytes a notification takes in memory: what bounds on memory count.</summary>
internal static class MessageWeight
{
    private const int Objects = 1024;

    public static long Of(Notification notification)
    {
        var weight = Objects + (long)notification.Variables.Length + (notification.Secrets?.Length ?? 0);
        if (notification.Details is not { } details) return weight;
        weight += Of(details.Content);
        foreach (var content in details.Overrides?.Values ?? Enumerable.Empty<MessageContent>()) weight += Of(content);
        return weight;
    }

    // Two bytes a character.
    private static long Of(MessageContent? content) =>
        content is null ? 0 : 2L * ((content.Subject?.Length ?? 0) + (content.Text?.Length ?? 0) + (content.Html?.Length ?? 0));
}
