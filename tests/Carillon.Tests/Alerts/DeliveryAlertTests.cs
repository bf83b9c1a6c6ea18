using Carillon.Alerts;
using Carillon.Allowances;
using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Routing;
using Carillon.Storage;
using Carillon.Tests.Dispatch;

namespace Carillon.Tests.Alerts;

/// <summary>Less that arrives, through the whole engine.</summary>
public sealed class DeliveryAlertTests
{
    private static readonly DateTimeOffset Morning = new(2026, 3, 14, 9, 0, 1, TimeSpan.Zero);

    [Fact]
    public async Task A_delivery_rate_that_falls_is_told_and_so_is_its_recovery()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one", channel: Channel.Sms);
        await harness.SendAsync(60);
        time.JumpTo(Morning.AddHours(3));
        await harness.SendAsync(40);
        Assert.Empty(await harness.LookAsync());

        harness.Scripts["one"] = _ => new(SendResult.Rejected("550 no such user"));
        await harness.SendAsync(20);
        Assert.Equal(["Of what one sends only 66.7 % arrives"], await harness.LookAsync());
        var alert = Assert.Single(await harness.AlertsAsync());
        Assert.Contains("66.7 % were taken and did not bounce, the day before it was 100 %", alert.Facts.Detail, StringComparison.Ordinal);

        harness.Scripts.TryRemove("one", out _);
        time.JumpTo(Morning.AddHours(4));
        await harness.SendAsync(49);
        Assert.Single(await harness.LookAsync());
        await harness.SendAsync(1);
        Assert.Empty(await harness.LookAsync());
        Assert.Equal("Of the last half hour 100 % arrived.", Assert.Single(await harness.AlertsAsync()).Resolution);
    }
}
