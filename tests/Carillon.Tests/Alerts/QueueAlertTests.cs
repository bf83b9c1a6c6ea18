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

/// <summary>Queues that are too long, through the whole engine.</summary>
public sealed class QueueAlertTests
{
    private static readonly DateTimeOffset Morning = new(2026, 3, 14, 9, 0, 1, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_queue_that_waits_too_long_is_told_until_it_is_short_again()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Scripts["one"] = async _ =>
        {
            await gate.Task;
            return SendResult.Accepted("ok");
        };
        var message = (await harness.AcceptAsync(EngineHarness.Mail())).Messages[0].Id;
        time.JumpTo(Morning.AddMinutes(14));
        Assert.Empty(await harness.LookAsync());

        time.JumpTo(Morning.AddMinutes(16));
        Assert.Equal(["Email messages have waited for 15 minutes"], await harness.LookAsync());
        await harness.LookAsync();
        var alert = Assert.Single(await harness.AlertsAsync());
        Assert.Equal((AlertKind.Queue, Channel.Email, Priority.Normal, "seconds"), (alert.Kind, alert.Facts.Channel, alert.Facts.Priority, alert.Facts.Unit));

        gate.SetResult();
        await harness.UntilAsync(message);
        Assert.Empty(await harness.LookAsync());
        Assert.Equal("Nothing waits any more.", Assert.Single(await harness.AlertsAsync()).Resolution);
    }

    [Fact]
    public async Task A_queue_is_too_long_only_while_it_grows()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one");
        await harness.SetAsync(AlertSettings.Default with { Queue = new QueueThresholds { Messages = 10 } });
        var gate = new SemaphoreSlim(0);
        harness.Scripts["one"] = async _ =>
        {
            await gate.WaitAsync(Token);
            return SendResult.Accepted("ok");
        };
        await harness.WaitAsync(12);
        // Nobody knows yet whether it grows.
        Assert.Empty(await harness.LookAsync());
        Assert.Empty(await harness.LookAsync());
        await harness.WaitAsync(1);
        Assert.Equal(["13 email messages wait, and more are coming"], await harness.LookAsync());

        gate.Release(4);
        await harness.UntilWaitingAsync(9);
        Assert.Single(await harness.LookAsync());
        gate.Release(1);
        await harness.UntilWaitingAsync(8);
        Assert.Empty(await harness.LookAsync());
        gate.Release(100);
    }

    [Fact]
    public async Task What_somebody_has_stopped_is_no_alert()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one");
        await harness.Engine.Routing.SetStopsAsync(EngineHarness.Tenant, new Stops(false, [Channel.Email], []), Token);
        await harness.AcceptAsync(EngineHarness.Mail());

        time.JumpTo(Morning.AddHours(2));

        Assert.Empty(await harness.LookAsync());
    }

    [Fact]
    public async Task That_alerts_wait_is_no_alert_and_that_others_wait_with_them_is()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one");
        await harness.AddAsync("sms", channel: Channel.Sms, policy: new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 10 } });
        await harness.TellAsync("ops@example.net");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Scripts["one"] = async _ =>
        {
            await gate.Task;
            return SendResult.Accepted("ok");
        };
        await harness.SendAsync(8);
        Assert.Single(await harness.LookAsync());
        Assert.Single(await harness.ToldAsync());

        time.JumpTo(Morning.AddMinutes(20));
        Assert.Single(await harness.LookAsync());

        var request = EngineHarness.Mail();
        request.Priority = Priority.High;
        await harness.AcceptAsync(request);
        Assert.Equal(["Email messages have waited for 19 minutes", "sms has used 80 % of its limit per month"], await harness.LookAsync());
        gate.SetResult();
    }
}
