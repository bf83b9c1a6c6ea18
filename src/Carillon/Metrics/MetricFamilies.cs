using System.Diagnostics;
using Carillon.Alerts;
using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Metrics;

/// <summary>Every figure that there is, a few lines each. Figures of the whole installation and of this process, none of a tenant or a person.</summary>
public static class MetricFamilies
{
    public static readonly IReadOnlyList<MetricFamily> All =
    [
        new("carillon_messages_total", MetricKind.Counter, "Messages that came to a status.",
            state => (state.Stored?.Sums ?? []).Select(s => new MetricSample(s.Count, ("channel", s.Channel.Name()), ("status", s.Status.Name())))),
        new("carillon_queue_messages", MetricKind.Gauge, "Live work by state, channel and priority.",
            state => (state.Stored?.Depths ?? []).Select(d => new MetricSample(d.Count, Labels(d)))),
        new("carillon_queue_oldest_seconds", MetricKind.Gauge, "Age of the oldest live work.",
            state => (state.Stored?.Depths ?? []).Where(d => d.Oldest is not null)
                .Select(d => new MetricSample(Math.Max(0, (state.Now - d.Oldest!.Value).TotalSeconds), Labels(d)))),
        new("carillon_alerts_open", MetricKind.Gauge, "Open alerts by kind.",
            state => Enum.GetValues<AlertKind>().Where(_ => state.Stored is not null).Select(kind => new MetricSample(
                state.Stored!.Alerts.Where(a => a.Kind == kind).Sum(a => a.Count), ("kind", AlertNames.Kinds.NameOf(kind))))),
        new("carillon_provider_sends_total", MetricKind.Counter, "Sends of this node by their outcome.",
            state => Providers(state).SelectMany(provider =>
            {
                var totals = provider.Health.Totals;
                return Enum.GetValues<SendOutcome>().Select(outcome => new MetricSample(
                    totals[(int)outcome], ("provider", provider.PublicId), ("outcome", SendOutcomeNames.All.NameOf(outcome))));
            })),
        new("carillon_provider_circuit_open", MetricKind.Gauge, "1 while the provider rests after failures.",
            state => Providers(state).Select(
                p => new MetricSample(p.Circuit(state.Now).State == CircuitState.Open ? 1 : 0, ("provider", p.PublicId)))),
        new("carillon_provider_latency_ms", MetricKind.Gauge, "Times of sends in the last five minutes.",
            state => Providers(state).SelectMany(provider =>
            {
                var health = provider.Health.Figures(state.Now);
                return new[] { ("0.5", health.P50), ("0.95", health.P95), ("0.99", health.P99) }
                    .Where(q => q.Item2 is not null)
                    .Select(q => new MetricSample(q.Item2!.Value, ("provider", provider.PublicId), ("quantile", q.Item1)));
            })),
        new("carillon_provider_sends_under_way", MetricKind.Gauge, "Sends of this node under way.",
            state => Providers(state).Select(p => new MetricSample(p.UnderWay, ("provider", p.PublicId)))),
        One("carillon_dispatcher_running", MetricKind.Gauge, "1 while this node delivers.", state => state.Engine.IsRunning ? 1 : 0),
        One("process_cpu_seconds_total", MetricKind.Counter, "Processor time used.", _ => OfProcess(p => p.TotalProcessorTime.TotalSeconds)),
        One("process_resident_memory_bytes", MetricKind.Gauge, "Resident memory.", _ => OfProcess(p => p.WorkingSet64)),
        One("process_start_time_seconds", MetricKind.Gauge, "Start, in Unix seconds.",
            _ => OfProcess(p => new DateTimeOffset(p.StartTime).ToUnixTimeMilliseconds() / 1000.0)),
        One("dotnet_gc_heap_bytes", MetricKind.Gauge, "Size of the managed heap.", _ => GC.GetTotalMemory(forceFullCollection: false)),
        One("dotnet_gc_collections_total", MetricKind.Counter, "Garbage collections of every generation.", _ => GC.CollectionCount(0)),
        One("dotnet_threadpool_threads", MetricKind.Gauge, "Threads of the pool.", _ => ThreadPool.ThreadCount),
        One("dotnet_threadpool_queue_length", MetricKind.Gauge, "Work that waits for a thread.", _ => ThreadPool.PendingWorkItemCount),
    ];

    private static MetricFamily One(string name, MetricKind kind, string help, Func<MetricState, double> value) =>
        new(name, kind, help, state => [new MetricSample(value(state))]);

    private static IEnumerable<ProviderRuntime> Providers(MetricState state) => state.Engine.Providers.All.OrderBy(p => p.PublicId, StringComparer.Ordinal);

    private static (string, string)[] Labels(QueueDepth depth) =>
        [("status", depth.Status.Name()), ("channel", depth.Channel.Name()), ("priority", depth.Priority.Name())];

    private static double OfProcess(Func<Process, double> figure)
    {
        using var process = Process.GetCurrentProcess();
        return figure(process);
    }
}
