using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary>What would be sent, for people.</summary>
internal static class PreviewText
{
    public static void Write(NotificationPreview preview, Terminal terminal)
    {
        foreach (var message in preview.Messages)
        {
            terminal.Line($"{message.Channel} to {message.Address}, {(message.DueAt is { } due ? Terminal.At(due) : "when the step before comes to nothing")}");
            if (message.Cost is { } cost) terminal.Line(FormattableString.Invariant($"  for {cost} {message.Currency}{(message.Segments is { } segments ? $", {segments} segments of {message.Encoding}" : "")}"));
            foreach (var provider in message.Providers) terminal.Line($"  {provider.Name}: {provider.Words ?? provider.Why}");
            if (message.Subject is not null) terminal.Line($"  subject: {message.Subject}");
            if ((message.Text ?? message.Html) is { } text) terminal.Line(Indent(text));
            foreach (var fault in message.Errors) terminal.Line($"  would fail: {fault.Message}");
        }

        foreach (var warning in preview.Warnings) terminal.Line($"Warning: {warning.Field}: {warning.Message}");
    }

    private static string Indent(string text) => "  | " + text.TrimEnd().ReplaceLineEndings("\n").Replace("\n", "\n  | ", StringComparison.Ordinal);
}
