namespace Carillon.Messages;

/// <summary>About how much memory a notification holds: what bounds on memory count.</summary>
internal static class NotificationSize
{
    private const long Fixed = 1024;

    public static long Of(Notification notification)
    {
        var size = Fixed + notification.Variables.Length + (notification.Secrets?.Length ?? 0);
        if (notification.Details is not { } details) return size;
        size += Of(details.Content);
        foreach (var (_, content) in details.Overrides ?? []) size += Of(content);
        foreach (var (name, value) in details.Headers ?? []) size += Of(name) + Of(value);
        foreach (var tag in details.Tags ?? []) size += Of(tag);
        if (details.Metadata is { } metadata) size += Of(metadata.GetRawText());
        return size;
    }

    /// <summary>The bytes of its attachments, which it holds only until it is stored.</summary>
    public static long OfAttachments(Notification notification) => notification.Details?.Attachments?.Sum(a => a.Size) ?? 0;

    private static long Of(MessageContent? content) => content is null ? 0 : Of(content.Subject) + Of(content.Text) + Of(content.Html);

    private static long Of(string? text) => 2L * (text?.Length ?? 0);
}
