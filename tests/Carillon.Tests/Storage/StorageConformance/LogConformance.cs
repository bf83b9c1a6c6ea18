using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class LogConformance(StorageFactory factory) : StorageTest(factory)
{
    [Fact]
    public async Task Nothing_is_shown_to_another_tenant()
    {
        var notification = MakeNotification();
        await AcceptAsync(notification);

        Assert.Null(await Log.GetNotificationAsync(Other, notification.Id, Cancellation));
        Assert.Null(await Log.GetMessageAsync(Other, notification.Messages[0].Id, Cancellation));
        Assert.Empty(await Log.ListMessagesAsync(new MessageQuery { Tenant = Other }, Cancellation));
    }

    [Fact]
    public async Task Messages_are_listed_newest_first_in_pages()
    {
        var all = Enumerable.Range(0, 7).Select(_ => MakeNotification()).ToList();
        await AcceptAsync(all);
        await AcceptAsync(MakeNotification(tenant: Other));

        var expected = all.Select(n => n.Messages[0].Id).Reverse().ToList();
        var found = new List<Guid>();
        Guid? after = null;
        while (await Log.ListMessagesAsync(new MessageQuery { Tenant = Tenant, After = after, Limit = 3 }, Cancellation) is { Count: > 0 } page)
        {
            Assert.True(page.Count <= 3);
            Assert.All(page, m => Assert.Null(m.Trace));
            found.AddRange(page.Select(m => m.Id));
            after = found[^1];
        }

        Assert.Equal(expected, found);
    }

    [Fact]
    public async Task Messages_are_filtered_by_all_that_is_asked()
    {
        var plain = MakeNotification(address: "a@example.org", contact: "c1");
        var scheduled = MakeNotification(address: "a@example.org", contact: "c2", due: Now.AddHours(1));
        var sms = MakeNotification(address: "+1", contact: "c1", channel: Channel.Sms);
        var owned = MakeNotification(address: "b@example.org", owned: true);
        await AcceptAsync(plain, scheduled, sms, owned);

        await AssertListAsync(new MessageQuery { Tenant = Tenant, Address = "a@example.org" }, scheduled, plain);
        await AssertListAsync(new MessageQuery { Tenant = Tenant, ContactId = "c1" }, sms, plain);
        await AssertListAsync(new MessageQuery { Tenant = Tenant, Channel = Channel.Sms }, sms);
        await AssertListAsync(new MessageQuery { Tenant = Tenant, Status = MessageStatus.Scheduled }, scheduled);
        await AssertListAsync(new MessageQuery { Tenant = Tenant, Status = MessageStatus.Queued }, sms, plain);
        await AssertListAsync(new MessageQuery { Tenant = Tenant, Status = MessageStatus.Sending }, owned);
        await AssertListAsync(new MessageQuery { Tenant = Tenant, Address = "a@example.org", ContactId = "c1", Status = MessageStatus.Queued }, plain);
        await AssertListAsync(new MessageQuery { Tenant = Tenant, Address = "a@example.org", After = scheduled.Messages[0].Id }, plain);
        await AssertListAsync(new MessageQuery { Tenant = Tenant, ContactId = "c1", After = sms.Messages[0].Id }, plain);
        await AssertListAsync(new MessageQuery { Tenant = Tenant, Address = "A@example.org" });
        await AssertListAsync(new MessageQuery { Tenant = Tenant, CreatedAfter = Now });
        await AssertListAsync(new MessageQuery { Tenant = Tenant, CreatedAfter = Now.AddSeconds(-1), CreatedBefore = Now.AddSeconds(1), Limit = 1 }, owned);
        await AssertListAsync(new MessageQuery { Tenant = Tenant, CreatedBefore = Now });
    }

    [Fact]
    public async Task Depth_counts_live_work_by_state_channel_and_priority()
    {
        await AcceptAsync(MakeNotification(), MakeNotification(), MakeNotification(due: Now.AddHours(1)), MakeNotification(owned: true));
        await AcceptAsync(MakeNotification(tenant: Other, priority: Priority.Critical, channel: Channel.Sms));
        var held = await AcceptOwnedAsync();
        await RecordAsync(new OutcomeWrite { Message = held, At = Now, Status = MessageStatus.Held, DueAt = Now.AddHours(2) });
        var sent = await AcceptOwnedAsync();
        await RecordAsync(sent, MessageStatus.Sent);

        List<QueueDepth> mine =
        [
            new(MessageStatus.Scheduled, Channel.Email, Priority.Normal, 1, Now.AddHours(1)),
            new(MessageStatus.Held, Channel.Email, Priority.Normal, 1, Now.AddHours(2)),
            new(MessageStatus.Queued, Channel.Email, Priority.Normal, 2, Now),
            new(MessageStatus.Sending, Channel.Email, Priority.Normal, 1, Now),
        ];
        QueueDepth theirs = new(MessageStatus.Queued, Channel.Sms, Priority.Critical, 1, Now);
        Assert.Equivalent(mine, await Log.DepthAsync(Tenant, Now, Cancellation), strict: true);
        Assert.Equivalent(new[] { theirs }, await Log.DepthAsync(Other, Now, Cancellation), strict: true);
        Assert.Equivalent(mine.Append(theirs), await Log.DepthAsync(null, Now, Cancellation), strict: true);
    }

    [Fact]
    public async Task Depth_sums_the_lanes_of_all_tenants()
    {
        await AcceptAsync(MakeNotification());
        await AcceptAsync(MakeNotification(tenant: Other));
        Assert.Equal(2, Assert.Single(await Log.DepthAsync(null, Now, Cancellation)).Count);
    }

    [Fact]
    public async Task A_batch_counts_its_messages_by_status()
    {
        var batch = Ids.Next();
        var owned = MakeNotification(batch: batch, owned: true);
        var sent = MakeNotification(batch: batch, owned: true);
        await AcceptAsync(new AcceptWrite
        {
            Tenant = Tenant,
            At = Now,
            NewBatchId = batch,
            Notifications = [MakeNotification(batch: batch), MakeNotification(batch: batch), owned, sent, MakeNotification()],
        });
        await RecordAsync(sent.Messages[0], MessageStatus.Sent);

        var counts = await Log.GetBatchAsync(Tenant, batch, Cancellation);
        Assert.Equal(Now, counts?.CreatedAt);
        Assert.Equivalent(
            new Dictionary<MessageStatus, long> { [MessageStatus.Queued] = 2, [MessageStatus.Sending] = 1, [MessageStatus.Sent] = 1 },
            counts?.ByStatus,
            strict: true);
        Assert.Null(await Log.GetBatchAsync(Other, batch, Cancellation));
        Assert.Null(await Log.GetBatchAsync(Tenant, Ids.Next(), Cancellation));
    }

    [Fact]
    public async Task Counters_sum_by_quarter_channel_provider_and_status()
    {
        var provider = Ids.Next();
        var quarter = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < 3; i++)
        {
            var message = await AcceptOwnedAsync(epoch: i);
            await RecordAsync(
                new OutcomeWrite { Message = message, At = Now.AddMinutes(i * 5), Status = MessageStatus.Sent, ProviderId = provider }, epoch: i);
        }

        await AcceptAsync(MakeNotification(tenant: Other, channel: Channel.Sms));

        Assert.Equivalent(
            new CounterRow[]
            {
                new(Tenant, quarter, Channel.Email, null, MessageStatus.Queued, 3),
                new(Tenant, quarter, Channel.Email, provider, MessageStatus.Sent, 2),
                new(Tenant, quarter.AddMinutes(15), Channel.Email, provider, MessageStatus.Sent, 1),
            },
            await Log.CountersAsync(Tenant, Now, Cancellation),
            strict: true);
        Assert.Single(await Log.CountersAsync(Tenant, Now.AddMinutes(10), Cancellation));
        Assert.Equal(4, (await Log.CountersAsync(null, Now, Cancellation)).Count);
        Assert.Equal(
            [
                new StatusSum(Channel.Email, MessageStatus.Queued, 3),
                new StatusSum(Channel.Email, MessageStatus.Sent, 3),
                new StatusSum(Channel.Sms, MessageStatus.Queued, 1),
            ],
            await Log.SumsAsync(Cancellation));
    }

    private async Task AssertListAsync(MessageQuery query, params Notification[] expected) =>
        Assert.Equal(expected.Select(n => n.Messages[0].Id), (await Log.ListMessagesAsync(query, Cancellation)).Select(m => m.Id));
}
