using System.Diagnostics;
using System.Globalization;
using System.Text;
using Carillon.Alerts;
using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/metrics</c> in the Prometheus text format, 0.0.4. Figures of the whole installation, none of a tenant or a person.</summary>
internal sealed class MetricsApi(CarillonEngine engine, InstallationFigures figures, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", WriteAsync).Describe(InstallationOperations.GetMetrics);

    private async Task WriteAsync(HttpContext context)
    {
        var text = new StringBuilder();
        var (_, sums, depths, alerts) = await figures.GetAsync(context.RequestAborted);
        Family(text, "carillon_messages_total", "counter", "Messages that came to a status.");
        foreach (var sum in sums) Sample(text, "carillon_messages_total", $"channel=\"{sum.Channel.Name()}\",status=\"{sum.Status.Name()}\"", sum.Count);

        var now = time.GetUtcNow();
        Family(text, "carillon_queue_messages", "gauge", "Live work by state, channel and priority.");
        foreach (var depth in depths) Sample(text, "carillon_queue_messages", Labels(depth), depth.Count);
        Family(text, "carillon_queue_oldest_seconds", "gauge", "Age of the oldest live work.");
        foreach (var depth in depths.Where(d => d.Oldest is not null))
            Sample(text, "carillon_queue_oldest_seconds", Labels(depth), Math.Max(0, (now - depth.Oldest!.Value).TotalSeconds));

        Family(text, "carillon_alerts_open", "gauge", "Open alerts by kind.");
        foreach (var kind in Enum.GetValues<AlertKind>())
            Sample(text, "carillon_alerts_open", $"kind=\"{AlertNames.Kinds.NameOf(kind)}\"", alerts.Where(a => a.Kind == kind).Sum(a => a.Count));

        WriteProviders(text, now);
        One(text, "carillon_dispatcher_running", "gauge", "1 while this node delivers.", engine.IsRunning ? 1 : 0);
        using var process = Process.GetCurrentProcess();
        One(text, "process_cpu_seconds_total", "counter", "Processor time used.", process.TotalProcessorTime.TotalSeconds);
        One(text, "process_resident_memory_bytes", "gauge", "Resident memory.", process.WorkingSet64);
        One(text, "process_start_time_seconds", "gauge", "Start, in Unix seconds.", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        One(text, "dotnet_gc_heap_bytes", "gauge", "Size of the managed heap.", GC.GetTotalMemory(forceFullCollection: false));
        One(text, "dotnet_gc_collections_total", "counter", "Garbage collections of every generation.", GC.CollectionCount(0));
        One(text, "dotnet_threadpool_threads", "gauge", "Threads of the pool.", ThreadPool.ThreadCount);
        One(text, "dotnet_threadpool_queue_length", "gauge", "Work that waits for a thread.", ThreadPool.PendingWorkItemCount);

        JsonAnswer.Write(context, 200, Encoding.UTF8.GetBytes(text.ToString()), "text/plain; version=0.0.4; charset=utf-8");
    }

    private void WriteProviders(StringBuilder text, DateTimeOffset now)
    {
        var providers = engine.Providers.All.OrderBy(p => p.PublicId, StringComparer.Ordinal).ToList();
        Family(text, "carillon_provider_sends_total", "counter", "Sends of this node by their outcome.");
        foreach (var provider in providers)
        {
            var totals = provider.Health.Totals;
            foreach (var outcome in Enum.GetValues<SendOutcome>())
                Sample(text, "carillon_provider_sends_total", $"provider=\"{provider.PublicId}\",outcome=\"{SendOutcomeNames.All.NameOf(outcome)}\"", totals[(int)outcome]);
        }

        Family(text, "carillon_provider_circuit_open", "gauge", "1 while the provider rests after failures.");
        foreach (var provider in providers)
            Sample(text, "carillon_provider_circuit_open", $"provider=\"{provider.PublicId}\"", provider.Circuit(now).State == CircuitState.Open ? 1 : 0);
        Family(text, "carillon_provider_latency_ms", "gauge", "Times of sends in the last five minutes.");
        foreach (var provider in providers)
        {
            var health = provider.Health.Figures(now);
            foreach (var (quantile, value) in new[] { ("0.5", health.P50), ("0.95", health.P95), ("0.99", health.P99) })
            {
                if (value is { } milliseconds)
                    Sample(text, "carillon_provider_latency_ms", $"provider=\"{provider.PublicId}\",quantile=\"{quantile}\"", milliseconds);
            }
        }
    }

    private static string Labels(QueueDepth depth) =>
        $"status=\"{depth.Status.Name()}\",channel=\"{depth.Channel.Name()}\",priority=\"{depth.Priority.Name()}\"";

    private static void One(StringBuilder text, string name, string type, string help, double value)
    {
        Family(text, name, type, help);
        Sample(text, name, "", value);
    }

    private static void Family(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Sample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }
}
