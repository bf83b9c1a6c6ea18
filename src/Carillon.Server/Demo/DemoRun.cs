using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Carillon.Server.Demo;

/// <summary>Plays the demo against a running server, over its API, and shows what became of every message.</summary>
internal sealed class DemoRun(Uri server, string apiKey, IAnsiConsole console, TimeProvider time) : IDisposable
{
    /// <summary>Ticks of a fifth of a second without news after which no more is expected.</summary>
    private const int QuietTicks = 4;

    private static readonly string[] LiveStates = ["queued", "sending", "held"];

    private readonly HttpClient _api = new()
    {
        BaseAddress = server,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", apiKey) },
    };

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var provider in DemoEstate.Providers) await CreateAsync("/v1/providers", provider, cancellationToken);
        foreach (var template in DemoEstate.Templates) await CreateAsync("/v1/templates", template, cancellationToken);

        var started = time.GetTimestamp();
        var batches = new List<DemoBatch>();
        await console.Progress().AutoClear(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .StartAsync(async progress =>
            {
                foreach (var (business, notifications) in new DemoTraffic(time.GetUtcNow()).Businesses)
                    batches.Add(await SendAsync(business, notifications, progress, cancellationToken));
                await FollowAsync(batches, cancellationToken);
            });
        await SummariseAsync(batches, time.GetElapsedTime(started), cancellationToken);
    }

    public void Dispose() => _api.Dispose();

    private async Task<DemoBatch> SendAsync(string business, JsonArray notifications, ProgressContext progress, CancellationToken cancellationToken)
    {
        var task = progress.AddTask(business, maxValue: notifications.Count);
        var answer = await PostAsync("/v1/notifications/batch", notifications, cancellationToken);
        if ((int)answer["rejected"]! > 0) throw new InvalidOperationException("The demo's own request was refused: " + answer.ToJsonString());
        return new DemoBatch((string)answer["batch_id"]!, task);
    }

    /// <summary>
    /// Until nothing of the batches is on its way any more, and no receipt has come for a while; what is scheduled for later stays.
    /// </summary>
    private async Task FollowAsync(List<DemoBatch> batches, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200), time);
        var open = batches.Count;
        var (quiet, known) = (0, (Sent: -1, Delivered: -1));
        while ((open > 0 || quiet < QuietTicks) && await timer.WaitForNextTickAsync(cancellationToken))
        {
            open = 0;
            var now = (Sent: 0, Delivered: 0);
            foreach (var batch in batches)
            {
                var counts = (await GetAsync($"/v1/batches/{batch.Id}", cancellationToken))["by_status"]!.AsObject();
                var total = counts.Sum(c => (int)c.Value!);
                var live = counts.Where(c => LiveStates.Contains(c.Key)).Sum(c => (int)c.Value!);
                batch.Task.MaxValue = total;
                batch.Task.Value = total - live;
                if (live > 0) open++;
                now = (now.Sent + ((int?)counts["sent"] ?? 0), now.Delivered + ((int?)counts["delivered"] ?? 0));
            }

            quiet = now == known ? quiet + 1 : 0;
            known = now;
        }
    }

    private async Task SummariseAsync(List<DemoBatch> batches, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var tally = new DemoTally();
        string? path = "/v1/messages?limit=500";
        while (path is not null)
        {
            var page = await GetAsync(path, cancellationToken);
            foreach (var row in page["data"]!.AsArray())
            {
                // One attempt says all that there is; several have their story in the trace.
                var message = (int)row!["attempt_count"]! > 1 || (string)row["status"]! == "failed"
                    ? await GetAsync($"/v1/messages/{(string)row["id"]!}", cancellationToken)
                    : row;
                tally.Add(message);
            }

            path = (string?)page["next"] is { } next ? $"/v1/messages?limit=500&after={next}" : null;
        }

        tally.Show(console, elapsed);
        Console(batches, tally);
    }

    private void Console(List<DemoBatch> batches, DemoTally tally)
    {
        var at = server.ToString().TrimEnd('/');
        var text = new StringBuilder();
        text.AppendLine("Carillon stays up. Try:");
        text.AppendLine(CultureInfo.InvariantCulture, $"  export KEY={apiKey}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  curl -s {at}/v1/batches/{batches[0].Id} -H \"Authorization: Bearer $KEY\"");
        if (tally.Interesting is { } id)
            text.AppendLine(CultureInfo.InvariantCulture, $"  curl -s {at}/v1/messages/{id} -H \"Authorization: Bearer $KEY\"      # why it did what it did");
        text.AppendLine(CultureInfo.InvariantCulture, $"  curl -s '{at}/v1/simulator/outbox?limit=3' -H \"Authorization: Bearer $KEY\"   # what was sent");
        text.AppendLine(CultureInfo.InvariantCulture, $"  curl -s {at}/v1/notifications -H \"Authorization: Bearer $KEY\" -H 'Content-Type: application/json' \\");
        text.AppendLine("    -d '{\"recipient\":{\"email\":\"you@example.net\"},\"subject\":\"Hello\",\"message\":\"It rings.\"}'");
        text.AppendLine("Ctrl+C stops it.");
        // Not as markup, and not wrapped: these lines are to be copied.
        System.Console.Out.WriteLine(text.ToString());
    }

    private async Task CreateAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _api.PostAsync(path, content, cancellationToken);
        if (response.IsSuccessStatusCode) return;
        // What an earlier demo made is there already.
        if (response.StatusCode == HttpStatusCode.Conflict) return;
        var problem = await response.Content.ReadAsStringAsync(cancellationToken);
        throw new InvalidOperationException($"{path} answered {(int)response.StatusCode}: {problem}");
    }

    private async Task<JsonNode> PostAsync(string path, JsonNode body, CancellationToken cancellationToken)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _api.PostAsync(path, content, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{path} answered {(int)response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    private async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        JsonNode.Parse(await _api.GetStringAsync(path, cancellationToken))!;

    private sealed record DemoBatch(string Id, ProgressTask Task);
}
