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
            await TimeAsync("by a status that few have", () => OnePageAsync(new MessageQuery { Tenant = tenant, Status = MessageStatus.Failed }));
            await TimeAsync("by a related thing", () => OnePageAsync(new MessageQuery { Tenant = tenant, RelatedType = "order", RelatedId = "nobody" }));
            await TimeAsync("by a time before all", () => OnePageAsync(new MessageQuery { Tenant = tenant, CreatedBefore = DateTimeOffset.UnixEpoch.AddYears(40) }));
            await TimeAsync("by a rare category, one page", () => OnePageAsync(new MessageQuery { Tenant = tenant, Category = "nobody" }));
            await TimeAsync("by a rare channel, one page", () => OnePageAsync(new MessageQuery { Tenant = tenant, Channel = Channel.Webhook }));
            await TimeAsync("by a rare category, all pages", () => AllPagesAsync(new MessageQuery { Tenant = tenant, Category = "nobody" }));
            await TimeAsync("newest 50 notifications", async () => (await store.Log.ListNotificationsAsync(new NotificationQuery { Tenant = tenant })).Items.Count);
            await TimeAsync("notifications of a rare category, one page", async () =>
                (await store.Log.ListNotificationsAsync(new NotificationQuery { Tenant = tenant, Category = "nobody" })).Items.Count);
            await TimeAsync("lanes", async () => (await store.Queue.LanesAsync()).Count);
            await TimeAsync("depth", async () => (await store.Log.DepthAsync(null, TimeProvider.System.GetUtcNow())).Sum(d => d.Count));
        }

        async Task<int> OnePageAsync(MessageQuery query) => (await store.Log.ListMessagesAsync(query)).Items.Count;

        async Task<int> AllPagesAsync(MessageQuery query)
        {
            var pages = 0;
            do
            {
                var page = await store.Log.ListMessagesAsync(query);
                pages++;
                query = query with { After = page.Next };
            }
            while (query.After is not null);

            return pages;
        }
    }

    private static async Task TimeAsync(string what, Func<Task<long>> read)
    {
        var start = Stopwatch.GetTimestamp();
        var found = await read();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what,-44} {Stopwatch.GetElapsedTime(start).TotalMilliseconds,9:N1} ms  {found:N0} found"));
    }

    private static Task TimeAsync(string what, Func<Task<int>> read) => TimeAsync(what, async () => (long)await read());
}
