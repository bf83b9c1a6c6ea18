using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Carillon.Server.Demo;

/// <summary>Counts what became of the demo's messages, channel by channel.</summary>
internal sealed class DemoTally
{
    private readonly SortedDictionary<string, Row> _rows = new(StringComparer.Ordinal);
    private int _settled;

    /// <summary>A message whose trace is worth reading: it failed over, or was tried again.</summary>
    public string? Interesting { get; private set; }

    public void Add(JsonNode message)
    {
        var channel = (string)message["channel"]!;
        if (!_rows.TryGetValue(channel, out var row)) _rows.Add(channel, row = new Row());
        switch ((string)message["status"]!)
        {
            case "scheduled" or "held":
                row.Waiting++;
                return;
            case "sent":
                row.Sent++;
                break;
            case "delivered":
                row.Delivered++;
                break;
            case "read":
                row.Read++;
                break;
            case "bounced":
                row.Bounced++;
                break;
            default:
                row.Failed++;
                break;
        }

        _settled++;
        if (message["attempts"] is not JsonArray { Count: > 1 } attempts) return;
        Interesting ??= (string)message["id"]!;
        if (attempts.Select(a => (string?)a!["provider_id"] ?? (string?)a["provider"]).Distinct().Count() > 1) row.FailedOver++;
        else row.Retried++;
    }

    public void Show(IAnsiConsole console, TimeSpan elapsed)
    {
        var table = new Table().Border(TableBorder.Horizontal)
            .AddColumn(new TableColumn("channel").NoWrap().PadLeft(0).PadRight(1)).AddColumn(Right("sent")).AddColumn(Right("delivered")).AddColumn(Right("read")).AddColumn(Right("bounced")).AddColumn(Right("failover")).AddColumn(Right("retried"))
            .AddColumn(Right("refused")).AddColumn(Right("later"));
        foreach (var (channel, row) in _rows)
            table.AddRow(
                channel, Text(row.Sent), Text(row.Delivered), Text(row.Read), Text(row.Bounced), Text(row.FailedOver), Text(row.Retried), Text(row.Failed), Text(row.Waiting));
        console.Write(table);
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture,
            $"[bold]{_settled}[/] messages settled in [bold]{elapsed.TotalSeconds:0.0} s[/], through gateways with the delays and faults of real ones. What WhatsApp refused went out as SMS.");
    }

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned().NoWrap().PadLeft(0).PadRight(1);

    private static string Text(int count) => count == 0 ? "" : count.ToString(CultureInfo.InvariantCulture);

    private sealed class Row
    {
        public int Sent { get; set; }

        public int Delivered { get; set; }

        public int Read { get; set; }

        public int Bounced { get; set; }

        public int FailedOver { get; set; }

        public int Retried { get; set; }

        public int Failed { get; set; }

        public int Waiting { get; set; }
    }
}
