using System.Globalization;
using Carillon.Messages;

namespace Carillon.Storage.Bench;

/// <summary>Claims of 500 from backlogs of growing size.</summary>
internal static class ClaimBench
{
    private const int Claim = 500;

    public static async Task RunAsync(BenchOptions options)
    {
        foreach (var backlog in options.Backlogs)
        {
            await using var store = await options.OpenAsync("claims");
            var lane = await FillAsync(store, options, backlog);

            var now = TimeProvider.System.GetUtcNow();
            var claimed = 0;
            var meter = new Meter();
            while (claimed < Math.Min(backlog, 100_000))
            {
                var claim = await store.Queue.ClaimAsync(lane, 1, now, Claim);
                if (claim.Messages.Count == 0) throw new InvalidOperationException("Nothing was claimed.");
                claimed += claim.Messages.Count;
            }

            meter.Report(string.Create(CultureInfo.InvariantCulture, $"claims of {Claim} from {backlog:N0}"), claimed, options.SizeOf("claims"));
        }
    }

    private static async Task<LaneKey> FillAsync(IStorage store, BenchOptions options, int backlog)
    {
        var ids = new IdGenerator(TimeProvider.System);
        LaneKey lane = default;
        for (var done = 0; done < backlog;)
        {
            var now = TimeProvider.System.GetUtcNow();
            var group = new WriteGroup { Epoch = 1 };
            for (var i = 0; i < 2000 && done < backlog; i++, done++)
            {
                var notification = Sample.Make(ids, now, options, owned: false);
                lane = notification.Messages[0].Lane;
                group.Accepts.Add(new AcceptWrite { Tenant = notification.Tenant, At = now, Notifications = [notification] });
            }

            await store.Queue.CommitAsync(group);
        }

        return lane;
    }
}
