using System.Text.Json;
using Carillon.Alerts;

namespace Carillon.Storage;

/// <summary>What the rows of alerts have in common, wherever they are kept.</summary>
internal static class AlertRows
{
    /// <summary>Raised again within so long, it is a repetition.</summary>
    public static readonly TimeSpan RepeatSpan = TimeSpan.FromDays(1);

    public static string ToldStatement(AlertPhase phase) => phase == AlertPhase.Raised ? "mark_raised_told" : "mark_resolved_told";

    public static AlertFacts Facts(string document) => JsonSerializer.Deserialize(document, StorageJson.Stored.AlertFacts)!;

    public static AlertSettings Settings(string document, int version) =>
        JsonSerializer.Deserialize(document, StorageJson.Stored.AlertSettings)! with { Version = version };

    /// <param name="rows">One more than the page holds, where there are more.</param>
    public static LogPage<Alert> Page(IReadOnlyList<(long Seq, Alert Alert)> rows, int limit) =>
        new([.. rows.Take(limit).Select(r => r.Alert)], rows.Count > limit ? rows[limit - 1].Seq : null);
}
