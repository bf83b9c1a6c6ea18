using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Storage;
using Carillon.Tests.Storage.PostgreSql;

namespace Carillon.Tests.Dispatch;

/// <summary>A node that others took for dead, and that begins anew.</summary>
public sealed class NodeAnewTests
{
    [Fact]
    public async Task What_it_accepts_first_is_its_own_and_is_sent_once()
    {
        await using var harness = await EngineHarness.StartOnAsync(new PostgreSqlFactory(), null, "mail");
        await BeginAnewAsync(harness);

        var message = await harness.DeliverAsync(EngineHarness.Mail());

        Assert.Equal(MessageStatus.Sent, message.Status);
        Assert.Single(harness.Sends);
    }

    [Fact]
    public async Task What_its_former_incarnation_committed_last_is_found()
    {
        await using var harness = await EngineHarness.StartOnAsync(new PostgreSqlFactory(), null, "mail");
        var former = await BeginAnewAsync(harness);
        var notification = new Notification { Tenant = EngineHarness.Tenant, Id = harness.Engine.Ids.Next(), CreatedAt = harness.Engine.Time.GetUtcNow() };
        var message = new OutboundMessage
        {
            Notification = notification,
            Id = harness.Engine.Ids.Next(),
            Channel = Channel.Email,
            Address = "ana@example.net",
            CreatedAt = notification.CreatedAt,
            DueAt = notification.CreatedAt,
            IsOwned = true,
        };
        notification.Messages = [message];
        var group = new WriteGroup { Epoch = former };
        group.Accepts.Add(new AcceptWrite { Tenant = EngineHarness.Tenant, At = notification.CreatedAt, Notifications = [notification] });
        await harness.Engine.Storage.Queue.CommitAsync(group, TestContext.Current.CancellationToken);

        var stored = await harness.UntilAsync(message.Id);

        Assert.NotEqual(MessageStatus.Sending, stored.Status);
    }

    /// <summary>The epoch that it had.</summary>
    private static async Task<long> BeginAnewAsync(EngineHarness harness)
    {
        var former = harness.Engine.Epoch;
        await harness.Engine.Storage.Nodes.StopAsync(former, TestContext.Current.CancellationToken);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (harness.Engine.Epoch == former) await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        return former;
    }
}
