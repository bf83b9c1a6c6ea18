using System.Diagnostics;
using System.Globalization;
using Carillon.Messages;

namespace Carillon.Storage.Bench;

/// <summary>Messages that are accepted into this node's memory, and their outcomes, each in groups of their own.</summary>
internal static class LifeBench
{
    public static async Task RunAsync(BenchOptions options, bool withOutcomes, double raw)
    {
        await using var store = await options.OpenAsync("life");
        var ids = new IdGenerator(TimeProvider.System);
        var name = withOutcomes ? "whole life" : "accept";

        var server = options.Url is null ? default : PostgreSqlServer.Processor(options.Url);
        var meter = new Meter();
        var longest = TimeSpan.Zero;
        var part = new Meter();
        var partDone = 0;
        for (var done = 0; done < options.Count; done += options.Group)
        {
            var now = TimeProvider.System.GetUtcNow();
            var accepts = new WriteGroup { Epoch = 1 };
            for (var i = 0; i < options.Group; i++)
            {
                var notification = Sample.Make(ids, now, options, owned: true);
                accepts.Accepts.Add(new AcceptWrite
                {
                    Tenant = notification.Tenant,
                    At = now,
                    Notifications = [notification],
                    Idempotency = options.Keys ? Sample.Key() : null,
                });
            }

            longest = Max(longest, await CommitAsync(store, accepts));
            if (withOutcomes)
            {
                var outcomes = new WriteGroup { Epoch = 1 };
                foreach (var accept in accepts.Accepts) outcomes.Outcomes.Add(Sample.Sent(accept.Notifications[0].Messages[0], now));
                longest = Max(longest, await CommitAsync(store, outcomes));
                if (!outcomes.Outcomes.TrueForAll(o => o.Recorded)) throw new InvalidOperationException("An outcome was not recorded.");
            }

            partDone += options.Group;
            if (partDone < 250_000) continue;
            part.Report(string.Create(CultureInfo.InvariantCulture, $"  {name}, up to {done + options.Group:N0}"), partDone);
            part = new Meter();
            partDone = 0;
        }

        if (options.Url is not null) server = PostgreSqlServer.Processor(options.Url) - server;
        var rate = meter.Report(name, options.Count, options.SizeOf("life"), string.Create(CultureInfo.InvariantCulture, $"longest commit {longest.TotalMilliseconds:N0} ms, server {server.TotalMicroseconds / options.Count:N1} us"));
        if (raw > 0) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"",-34} {rate / raw,9:N2} of the raw life"));
    }

    private static async Task<TimeSpan> CommitAsync(IStorage store, WriteGroup group)
    {
        var start = Stopwatch.GetTimestamp();
        await store.Queue.CommitAsync(group);
        return Stopwatch.GetElapsedTime(start);
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
