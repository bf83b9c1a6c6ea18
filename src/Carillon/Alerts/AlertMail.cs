using System.Text;

namespace Carillon.Alerts;

/// <summary>What operators read.</summary>
internal static class AlertMail
{
    public static string Subject(Alert alert, AlertPhase phase) => phase == AlertPhase.Resolved
        ? $"Resolved: {alert.Facts.Summary}"
        : $"{(alert.Severity == AlertSeverity.Critical ? "Critical" : "Warning")}: {alert.Facts.Summary}";

    public static string Body(Alert alert, AlertPhase phase)
    {
        var text = new StringBuilder();
        if (phase == AlertPhase.Resolved)
        {
            text.Append("This is over since ").Append(AlertWords.At(alert.ResolvedAt!.Value)).Append(": ").Append(alert.Resolution).Append("\n\nIt had been raised at ")
                .Append(AlertWords.At(alert.RaisedAt)).Append(":\n").Append(alert.Facts.Detail).Append('\n');
        }
        else
        {
            text.Append(alert.Facts.Detail).Append("\n\nWhat to do: ").Append(alert.Facts.Remedy).Append("\n\nRaised at ").Append(AlertWords.At(alert.RaisedAt));
            if (alert.Repeats > 1) text.Append(", the ").Append(AlertWords.Number(alert.Repeats)).Append(Ordinal(alert.Repeats)).Append(" time, each within a day of the one before");
            text.Append(".\n");
        }

        return text.Append("\n-- \n").Append(alert.PublicId).Append(" (GET /v1/alerts/").Append(alert.PublicId)
            .Append("). Who gets this mail is said in PUT /v1/alerts/settings.\n").ToString();
    }

    private static string Ordinal(int number) => (number % 100) is 11 or 12 or 13 ? "th" : (number % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" };
}
