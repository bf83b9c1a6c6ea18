using System.Diagnostics;
using System.Globalization;
using Carillon.Messages;

namespace Carillon.Storage.Bench;

/// <summary>Reads among the messages that <see cref="ClaimBench"/> left: an address that was written to, one that never was, the newest, the depth.</summary>
internal static class SearchBench
{
    public static async Task RunAsync(BenchOptions options)
    {
        await using var store = await options.OpenAsync("claims", fresh: false);
        var tenant = new TenantId(1);
        var newest = (await store.Log.ListMessagesAsync(new MessageQuery { Tenant = tenant, Limit = 1 })).Items;

        for (var i = 0; i < 2; i++)
        {
            await TimeAsync("newest 50", async () => (await store.Log.ListMessagesAsync(new MessageQuery { Tenant = tenant })).Items.Count);
            await TimeAsync("by a known address", async () => (await store.Log.ListMessagesAsync(new MessageQuery { Tenant = tenant, Address = newest[0].Address })).Items.Count);
            await TimeAsync("by an unknown address", async () => (await store.Log.ListMessagesAsync(new MessageQuery { Tenant = tenant, Address = "nobody" })).Items.Count);
            await TimeAsync("lanes", async () => (await store.Queue.LanesAsync()).Count);
            await TimeAsync("depth", async () => (await store.Log.DepthAsync(null, TimeProvider.System.GetUtcNow())).Sum(d => d.Count));
        }
    }

    private static async Task TimeAsync(string what, Func<Task<long>> read)
    {
        var start = Stopwatch.GetTimestamp();
        var found = await read();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what,-34} {Stopwatch.GetElapsedTime(start).TotalMilliseconds,9:N1} ms  {found:N0} found"));
    }

    private static Task TimeAsync(string what, Func<Task<int>> read) => TimeAsync(what, async () => (long)await read());
}
