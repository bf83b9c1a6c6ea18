using System.Net;
using System.Text.Json.Nodes;
using Carillon.Client;

namespace Carillon.Server.Tests.Http;

/// <summary>The log through the API over a whole engine, whose simulator takes every message.</summary>
public sealed class LogApiTests : EngineApiTests
{
    private static NotificationRequest Mail(string address = "ana@example.net") =>
        new() { Recipient = new Recipient { Email = address }, Channel = KnownChannels.Email, Subject = "s", Message = "m", Category = "billing" };

    [Fact]
    public async Task Notifications_are_listed_page_by_page_while_others_come_in()
    {
        var sent = new List<string>();
        for (var i = 0; i < 5; i++)
            sent.Add((await Api.Notifications.SendAsync(Mail() with { Related = new Related("order", "7"), Metadata = new JsonObject { ["a"] = 1 } })).Id);

        var seen = new List<string>();
        await foreach (var notification in Api.Notifications.ListAsync(new NotificationQuery { Category = "billing", PageSize = 2 }))
        {
            seen.Add(notification.Id);
            await Api.Notifications.SendAsync(Mail());
        }

        sent.Reverse();
        Assert.Equal(sent, seen);
        var one = await Api.Notifications.ListAsync(new NotificationQuery { RelatedType = "order", RelatedId = "7", PageSize = 1 }).FirstAsync(Token);
        Assert.Equal(("ana@example.net", "outbound"), (one.Messages[0].Address, one.Messages[0].Direction));
        var page = await ApiHost.JsonAsync(await Host.Client.SendAsync("GET", "/v1/notifications?related_type=order&limit=1&related_id=7"));
        Assert.False(page.GetProperty("data")[0].TryGetProperty("metadata", out _));
    }

    [Fact]
    public async Task A_message_that_failed_is_sent_again_by_hand()
    {
        // Of the simulator's addresses, this one is always refused.
        var failed = await SentAsync(Mail("reject@example.net"));
        Assert.Equal(KnownStatuses.Failed, failed.Status);

        Assert.Equal(failed.Id, (await Api.Messages.RetryAsync(failed.Id)).Id);

        var again = await UntilAsync(() => Api.Messages.GetAsync(failed.Id), m => m is { AttemptCount: 2, Status: KnownStatuses.Failed });
        var retried = Assert.Single(again.Trace!, t => t.Kind == "retried");
        Assert.StartsWith("key_", retried.Details["by"].GetString(), StringComparison.Ordinal);
        Assert.NotNull(again.RetriedAt);
        Assert.Contains(failed.Id, await Api.Messages.ListAsync(new MessageQuery { Status = KnownStatuses.Failed }).Select(m => m.Id).ToListAsync(Token));
    }

    [Fact]
    public async Task A_batch_is_cancelled_as_a_whole_and_only_what_waits()
    {
        const int count = 450;
        var later = new DateTimeOffset(2035, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var mails = Enumerable.Range(0, count).Select(i => Mail($"c{i}@example.net") with { ScheduledAt = i < 3 ? null : later });
        var batch = (await Api.Notifications.SendManyAsync(mails).ToListAsync(Token))[0].BatchId!;
        await UntilAsync(() => Api.Batches.GetAsync(batch), b => b.Finished == 3);

        Assert.Equal(new BatchCancellation(batch, count - 3, 0, 3), await Api.Batches.CancelAsync(batch));

        var after = await Api.Batches.GetAsync(batch);
        Assert.Equal((count, count, 1d, null), (after.Messages, after.Finished, after.Progress, after.ExpectedEnd));
        Assert.Equal(count - 3, after.ByStatus["cancelled"]);
        var listed = await Api.Batches.ListAsync(pageSize: 1).FirstAsync(Token);
        Assert.Equal((batch, count), (listed.Id, listed.Notifications));
        Assert.Equal(HttpStatusCode.NotFound, await Api.Batches.CancelAsync("bat_00000000000000000000000000").StatusAsync());
    }
}
