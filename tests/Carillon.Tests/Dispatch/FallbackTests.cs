using Carillon.Channels;
using Carillon.Contacts;
using Carillon.Dispatch;
using Carillon.Messages;

namespace Carillon.Tests.Dispatch;

/// <summary>Plans of several steps through the whole engine: what ends a step, and that nobody hears twice.</summary>
public sealed class FallbackTests
{
    [Fact]
    public async Task The_next_step_begins_when_the_one_before_has_not_come_far_enough_in_time()
    {
        await using var harness = await EngineHarness.StartAsync(null, "mail");
        var notification = await harness.AcceptAsync(Request(TimeSpan.FromSeconds(1), Until.Delivered));

        var messages = await MessagesAsync(harness, notification, 2);

        Assert.Equal([Channel.Email, Channel.Sms], messages.Select(m => m.Channel));
        Assert.Equal(MessageStatus.Sent, messages[0].Status);
    }

    [Fact]
    public async Task A_receipt_in_time_ends_the_plan()
    {
        await using var harness = await EngineHarness.StartAsync(null, "mail");
        harness.Scripts["mail"] = _ => new(SendResult.Accepted("ok", "ext-1"));
        harness.CallbackEvents["delivered"] = [new CallbackEvent.Receipt { ExternalId = "ext-1", Kind = MessageEventKind.Delivered }];
        var notification = await harness.AcceptAsync(Request(TimeSpan.FromSeconds(1), Until.Delivered));
        await harness.UntilAsync(notification.Messages[0].Id);

        await harness.CallBackAsync("mail", "delivered");
        await harness.UntilAsync(notification.Messages[0].Id, m => m.Status == MessageStatus.Delivered);

        var after = notification.CreatedAt.AddSeconds(3);
        await harness.PassedAsync(after);
        Assert.Single(await StoredAsync(harness, notification));
    }

    [Fact]
    public async Task A_bounce_begins_the_next_step_at_once()
    {
        await using var harness = await EngineHarness.StartAsync(null, "mail");
        harness.Scripts["mail"] = _ => new(SendResult.Accepted("ok", "ext-1"));
        harness.CallbackEvents["bounce"] = [new CallbackEvent.Receipt { ExternalId = "ext-1", Kind = MessageEventKind.Bounced, IsPermanent = true }];
        var notification = await harness.AcceptAsync(Request(TimeSpan.FromHours(2), Until.Read));
        await harness.UntilAsync(notification.Messages[0].Id);

        await harness.CallBackAsync("mail", "bounce");

        var messages = await MessagesAsync(harness, notification, 2);
        Assert.Equal((MessageStatus.Bounced, MessageReasons.HardBounce), (messages[0].Status, messages[0].Reason));
    }

    [Fact]
    public async Task What_could_not_be_sent_in_its_steps_time_is_not_sent_after_it()
    {
        await using var harness = await EngineHarness.StartAsync(null, "mail");
        harness.Scripts["mail"] = _ => new(SendResult.RetryAfter("later", TimeSpan.FromSeconds(3)));
        var notification = await harness.AcceptAsync(Request(TimeSpan.FromSeconds(1), Until.Sent));

        var messages = await MessagesAsync(harness, notification, 2);

        Assert.Equal((MessageStatus.Cancelled, MessageReasons.Superseded), (messages[0].Status, messages[0].Reason));
        await harness.PassedAsync(notification.CreatedAt.AddSeconds(4));
        Assert.Single(harness.Sends, s => s.Provider == "mail");
    }

    private static NotificationRequest Request(TimeSpan after, Until until) => new()
    {
        Recipient = new RecipientRequest { Email = "ana@example.net", Phone = "+5215512345678" },
        Channels = [Channel.Email, Channel.Sms],
        Delivery = DeliveryMode.Fallback,
        FallbackAfter = after,
        Until = until,
        Subject = "Subject",
        Message = "Hello",
    };

    private static async Task<IReadOnlyList<Carillon.Storage.StoredMessage>> StoredAsync(EngineHarness harness, Notification notification) =>
        (await harness.Engine.Storage.Log.GetNotificationAsync(EngineHarness.Tenant, notification.Id, TestContext.Current.CancellationToken))!.Messages;

    /// <summary>The notification's messages once there are so many and all are final.</summary>
    private static async Task<IReadOnlyList<Carillon.Storage.StoredMessage>> MessagesAsync(EngineHarness harness, Notification notification, int count)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = 0; i < 1000; i++)
        {
            var messages = await StoredAsync(harness, notification);
            if (messages.Count == count && messages.All(m => m.Status.IsFinal())) return messages;
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        throw new TimeoutException("The plan did not come to what was awaited.");
    }
}
