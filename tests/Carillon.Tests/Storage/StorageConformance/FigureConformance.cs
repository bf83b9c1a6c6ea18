using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class FigureConformance(StorageFactory factory) : StorageTest(factory)
{
    private static readonly Guid One = new("0192aaaa-0000-7000-8000-000000000001");
    private static readonly Guid Two = new("0192aaaa-0000-7000-8000-000000000002");
    private static readonly DateTimeOffset Begin = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Ever = DateTimeOffset.UnixEpoch.AddYears(1000);

    [Fact]
    public async Task What_a_node_writes_again_takes_the_place_of_what_it_wrote()
    {
        await Store.Figures.PutAsync(1, [Quarter(One, Begin, accepted: 3, down: 1)], Cancellation);
        await Store.Figures.PutAsync(1, [Quarter(One, Begin, accepted: 5, down: 2)], Cancellation);
        await Store.Figures.PutAsync(1, [Quarter(One, Begin, accepted: 5, down: 2)], Cancellation);

        var stored = Assert.Single(await ListAsync(One));
        Assert.Equal(
            (Begin, new SendCounts(5, 1, 2, 3, 4), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(2)),
            (stored.Begin, stored.Sends, stored.Observed, stored.Down));
        Assert.Equal(5, stored.Times.Count);
        Assert.InRange(stored.Times.Percentile(0.5)!.Value, 17, 23);
    }

    [Fact]
    public async Task Nodes_add_up_and_providers_do_not()
    {
        await Store.Figures.PutAsync(1, [Quarter(One, Begin, accepted: 3, down: 1), Quarter(Two, Begin, accepted: 100)], Cancellation);
        await Store.Figures.PutAsync(2, [Quarter(One, Begin, accepted: 4, down: 2), Quarter(One, Begin.AddMinutes(15), accepted: 7)], Cancellation);

        var stored = await ListAsync(One);

        Assert.Equal([Begin, Begin.AddMinutes(15)], stored.Select(q => q.Begin));
        Assert.Equal([new SendCounts(7, 2, 4, 6, 8), new SendCounts(7, 1, 2, 3, 4)], stored.Select(q => q.Sends));
        Assert.Equal((TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(3), 7L), (stored[0].Observed, stored[0].Down, stored[0].Times.Count));
    }

    [Fact]
    public async Task A_time_holds_the_quarter_hours_that_begin_in_it()
    {
        await Store.Figures.PutAsync(1, [.. Enumerable.Range(0, 4).Select(i => Quarter(One, Begin.AddMinutes(15 * i), accepted: i + 1))], Cancellation);

        var stored = await Store.Figures.ListAsync(One, Begin.AddMinutes(15), Begin.AddMinutes(45), Cancellation);

        Assert.Equal([2L, 3L], stored.Select(q => q.Sends.Accepted));
        Assert.Empty(await Store.Figures.ListAsync(One, Begin.AddDays(1), Ever, Cancellation));
    }

    [Fact]
    public async Task Old_figures_go_a_few_at_a_time()
    {
        await Store.Figures.PutAsync(1, [.. Enumerable.Range(0, 5).Select(i => Quarter(One, Begin.AddMinutes(15 * i), accepted: i))], Cancellation);

        Assert.Equal(2, await Store.Figures.DropAsync(Begin.AddMinutes(45), 2, Cancellation));
        Assert.Equal(1, await Store.Figures.DropAsync(Begin.AddMinutes(45), 2, Cancellation));
        Assert.Equal(0, await Store.Figures.DropAsync(Begin.AddMinutes(45), 2, Cancellation));

        Assert.Equal([3L, 4L], (await ListAsync(One)).Select(q => q.Sends.Accepted));
    }

    [Fact]
    public async Task Messages_are_counted_by_provider_and_status()
    {
        var acme = (await Store.Tenants.CreateAsync("acme", "Acme", Cancellation)).Id;
        var other = (await Store.Tenants.CreateAsync("other", "Other", Cancellation)).Id;
        await SendAsync(acme, One, Now);
        await SendAsync(acme, One, Now);
        await SendAsync(acme, Two, Now);
        await SendAsync(other, One, Now.AddMinutes(15));

        Assert.Equal(
            [new ProviderCount(Begin, MessageStatus.Sent, 2), new ProviderCount(Begin.AddMinutes(15), MessageStatus.Sent, 1)],
            await Store.Figures.CountsAsync(null, One, Begin, Ever, Cancellation));
        Assert.Equal([new ProviderCount(Begin, MessageStatus.Sent, 2)], await Store.Figures.CountsAsync(acme, One, Begin, Ever, Cancellation));
        Assert.Empty(await Store.Figures.CountsAsync(acme, One, Begin.AddMinutes(15), Ever, Cancellation));
    }

    [Theory]
    [InlineData("UTC", 96, 96, 96)]
    // The clocks go on in the night to the 8th, and Nepal is 5:45 ahead.
    [InlineData("America/New_York", 96, 92, 96)]
    [InlineData("Asia/Kathmandu", 96, 96, 96)]
    public async Task Every_quarter_hour_lies_in_one_day(string zone, int before, int on, int after)
    {
        var from = new DateTimeOffset(2026, 3, 5, 0, 0, 0, TimeSpan.Zero);
        await Store.Figures.PutAsync(1, [.. Enumerable.Range(0, 96 * 6).Select(i => Quarter(One, from.AddMinutes(15 * i), accepted: 1))], Cancellation);

        var days = await DaysAsync(zone, new DateOnly(2026, 3, 7), new DateOnly(2026, 3, 9));

        Assert.Equal(zone, days.TimeZone);
        Assert.Equal([(7, before), (8, on), (9, after)], days.Days.Select(d => (d.Date.Day, (int)d.Sends.Accepted)));
        Assert.All(days.Days, day => Assert.Equal(day.End - day.Begin, day.Observed));
        Assert.Equal((before + on + after, days.Days[0].Begin, days.Days[2].End), (days.Total.Sends.Accepted, days.Total.Begin, days.Total.End));
    }

    [Fact]
    public async Task A_day_tells_what_its_quarter_hours_sum_to()
    {
        await Store.Figures.PutAsync(1, [Quarter(One, Begin, accepted: 86, down: 3), Quarter(One, Begin.AddHours(3), accepted: 94, down: 0)], Cancellation);
        foreach (var _ in Enumerable.Range(0, 4)) await SendAsync(Tenant, One, Now);

        var day = Assert.Single((await DaysAsync("UTC", new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 1))).Days);

        Assert.Equal(new SendCounts(180, 2, 4, 6, 8), day.Sends);
        Assert.Equal((0.91, 0.9), (day.SuccessRate, Math.Round(day.Availability!.Value, 9)));
        Assert.Equal((4, 0, null), (day.Messages(MessageStatus.Sent), day.Messages(MessageStatus.Delivered), day.DeliveryRate));
        Assert.InRange(day.Latency(0.99)!.Value, 17, 23);
    }

    [Fact]
    public async Task A_day_without_sends_says_nothing()
    {
        var day = Assert.Single((await DaysAsync("UTC", new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 1))).Days);

        Assert.Equal((0, null, null, null, null), (day.Sends.Total, day.SuccessRate, day.Availability, day.Latency(0.5), day.DeliveryRate));
    }

    private async Task SendAsync(TenantId tenant, Guid provider, DateTimeOffset at)
    {
        var notification = MakeNotification(tenant, owned: true);
        await AcceptAsync(notification);
        await RecordAsync(new OutcomeWrite { Message = notification.Messages[0], At = at, Status = MessageStatus.Sent, ProviderId = provider, Attempts = 1 });
    }

    private ValueTask<IReadOnlyList<ProviderQuarter>> ListAsync(Guid provider) =>
        Store.Figures.ListAsync(provider, DateTimeOffset.UnixEpoch, Ever, Cancellation);

    private Task<ProviderDays> DaysAsync(string zone, DateOnly from, DateOnly to)
    {
        var provider = new Provider
        {
            Tenant = Tenant,
            Id = One,
            Name = "one",
            Channel = Channel.Email,
            Kind = "smtp",
            Settings = default,
            CreatedAt = Now,
            UpdatedAt = Now,
            Policy = new ProviderPolicy { TimeZone = zone },
        };
        return ProviderDays.ReadAsync(Store.Figures, provider, from, to, Cancellation);
    }

    /// <summary>Every accepted send took 20 ms.</summary>
    private static ProviderQuarter Quarter(Guid provider, DateTimeOffset begin, int accepted, double down = 0)
    {
        var times = new LatencyHistogram();
        for (var i = 0; i < accepted; i++) times.Add(TimeSpan.FromMilliseconds(20));
        return new ProviderQuarter(
            provider, begin, accepted == 1 ? new SendCounts(1, 0, 0, 0, 0) : new SendCounts(accepted, 1, 2, 3, 4), times, TimeSpan.FromMinutes(15),
            TimeSpan.FromMinutes(down));
    }
}
