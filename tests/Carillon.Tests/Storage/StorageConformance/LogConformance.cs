using Carillon.Messages;
using Carillon.Storage;
using Carillon.Templates;

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
        Assert.Empty((await Log.ListMessagesAsync(new MessageQuery { Tenant = Other }, Cancellation)).Items);
        Assert.Empty((await Log.ListNotificationsAsync(new NotificationQuery { Tenant = Other }, Cancellation)).Items);
    }

    [Fact]
    public async Task Messages_are_listed_newest_first_in_pages()
    {
        var all = Enumerable.Range(0, 7).Select(_ => MakeNotification()).ToList();
        await AcceptAsync(all);
        await AcceptAsync(MakeNotification(tenant: Other));

        var expected = all.Select(n => n.Messages[0].Id).Reverse().ToList();
        var found = new List<Guid>();
        long? after = null;
        do
        {
            var page = await Log.ListMessagesAsync(new MessageQuery { Tenant = Tenant, After = after, Limit = 3 }, Cancellation);
            Assert.True(page.Items.Count <= 3);
            Assert.All(page.Items, m => Assert.Null(m.Trace));
            found.AddRange(page.Items.Select(m => m.Id));
            after = page.Next;
            // What comes in meanwhile is newer than all pages to come.
            await AcceptAsync(MakeNotification());
        }
        while (after is not null);

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
        foreach (var query in new[] { new MessageQuery { Tenant = Tenant, Address = "a@example.org" }, new MessageQuery { Tenant = Tenant, ContactId = "c1" } })
        {
            var first = await Log.ListMessagesAsync(query with { Limit = 1 }, Cancellation);
            Assert.Single(first.Items);
            await AssertListAsync(query with { Limit = 1, After = first.Next }, plain);
        }

        await AssertListAsync(new MessageQuery { Tenant = Tenant, Address = "A@example.org" });
        await AssertListAsync(new MessageQuery { Tenant = Tenant, CreatedAfter = Now });
        await AssertListAsync(new MessageQuery { Tenant = Tenant, CreatedAfter = Now.AddSeconds(-1), CreatedBefore = Now.AddSeconds(1), Limit = 1 }, owned);
        await AssertListAsync(new MessageQuery { Tenant = Tenant, CreatedBefore = Now });
    }

    [Fact]
    public async Task Messages_are_filtered_by_what_their_notification_says()
    {
        var (welcome, other) = (await AddTemplateAsync("welcome"), await AddTemplateAsync("other"));
        var batch = Ids.Next();
        var billing = MakeNotification();
        var first = Described(category: "billing", related: ("appointment", "77"), batch: batch, version: welcome.Published!.Id);
        var second = Described(category: "news", related: ("appointment", "78"), version: other.Published!.Id);
        await AcceptAsync(billing, first, second);

        await AssertBothAsync(new MessageQuery { Tenant = Tenant, Category = "billing" }, first);
        await AssertBothAsync(new MessageQuery { Tenant = Tenant, RelatedType = "appointment", RelatedId = "77" }, first);
        await AssertBothAsync(new MessageQuery { Tenant = Tenant, RelatedType = "appointment" }, second, first);
        await AssertBothAsync(new MessageQuery { Tenant = Tenant, RelatedId = "78" }, second);
        await AssertBothAsync(new MessageQuery { Tenant = Tenant, BatchId = batch }, first);
        await AssertBothAsync(new MessageQuery { Tenant = Tenant, TemplateId = welcome.Id }, first);
        await AssertBothAsync(new MessageQuery { Tenant = Tenant, TemplateId = Ids.Next() });
        await AssertBothAsync(new MessageQuery { Tenant = Tenant, Category = "news", RelatedType = "appointment", RelatedId = "77" });

        async Task AssertBothAsync(MessageQuery query, params Notification[] expected) => Assert.Equal(
            expected.SelectMany(n => n.Messages.Reverse()).Select(m => m.Id), (await Log.ListMessagesAsync(query, Cancellation)).Items.Select(m => m.Id));
    }

    [Fact]
    public async Task Messages_are_filtered_by_provider_final_status_and_direction()
    {
        var provider = Ids.Next();
        var (sent, failed) = (await AcceptOwnedAsync(), await AcceptOwnedAsync());
        await RecordAsync(new OutcomeWrite { Message = sent, At = Now, Status = MessageStatus.Sent, ProviderId = provider });
        await RecordAsync(failed, MessageStatus.Failed);

        await AssertListAsync(new MessageQuery { Tenant = Tenant, ProviderId = provider }, sent.Notification);
        await AssertListAsync(new MessageQuery { Tenant = Tenant, Status = MessageStatus.Failed }, failed.Notification);
        await AssertListAsync(new MessageQuery { Tenant = Other, Status = MessageStatus.Failed });
        await AssertListAsync(new MessageQuery { Tenant = Tenant, Status = MessageStatus.Sent }, sent.Notification);
        await AssertListAsync(new MessageQuery { Tenant = Tenant, Direction = MessageDirection.Outbound }, failed.Notification, sent.Notification);
        await AssertListAsync(new MessageQuery { Tenant = Tenant, Direction = MessageDirection.Inbound });
    }

    [Fact]
    public async Task Times_bound_a_list_from_both_sides()
    {
        var days = new List<Notification>();
        for (var day = 0; day < 10; day++)
        {
            Clock.Now = Now.AddDays(day);
            days.Add(Described(created: Clock.Now));
            await AcceptAsync(days[^1]);
        }

        await AssertListAsync(new NotificationQuery { Tenant = Tenant, CreatedAfter = Now.AddDays(7) }, days[9], days[8]);
        await AssertListAsync(new NotificationQuery { Tenant = Tenant, CreatedBefore = Now.AddDays(2) }, days[1], days[0]);
        await AssertListAsync(new NotificationQuery { Tenant = Tenant, CreatedAfter = Now.AddDays(3), CreatedBefore = Now.AddDays(5) }, days[4]);
        await AssertListAsync(new NotificationQuery { Tenant = Tenant, CreatedAfter = Now.AddDays(20) });
    }

    [Fact]
    public async Task Notifications_are_listed_once_each_with_all_of_their_messages()
    {
        var stepped = await AcceptOwnedAsync();
        var (first, second) = (Described(category: "billing", contact: "c1", related: ("order", "1")), Described(contact: "c1", batch: Ids.Next()));
        await AcceptAsync(first, second, MakeNotification(tenant: Other));
        await RecordAsync(stepped, MessageStatus.Failed, next: new NextStep(1, [MakeMessage(stepped.Notification, Channel.Sms, "+1", step: 1)]));

        var page = await Log.ListNotificationsAsync(new NotificationQuery { Tenant = Tenant, Limit = 2 }, Cancellation);
        Assert.Equal([second.Id, first.Id], page.Items.Select(n => n.Notification.Id));
        Assert.All(page.Items, n => Assert.Equal([Channel.Email, Channel.Sms], n.Messages.Select(m => m.Channel)));
        Assert.Equal(("billing", "c1", "order", "1"), (page.Items[1].Notification.Category, page.Items[1].Notification.ContactId, page.Items[1].Notification.RelatedType, page.Items[1].Notification.RelatedId));

        var last = await Log.ListNotificationsAsync(new NotificationQuery { Tenant = Tenant, Limit = 2, After = page.Next }, Cancellation);
        Assert.Null(last.Next);
        Assert.Equal(2, Assert.Single(last.Items).Messages.Count);
        await AssertListAsync(new NotificationQuery { Tenant = Tenant, ContactId = "c1" }, second, first);
        await AssertListAsync(new NotificationQuery { Tenant = Tenant, Category = "billing" }, first);
        await AssertListAsync(new NotificationQuery { Tenant = Tenant, RelatedType = "order", RelatedId = "1" }, first);
        await AssertListAsync(new NotificationQuery { Tenant = Tenant, BatchId = second.BatchId }, second);
        await AssertListAsync(new NotificationQuery { Tenant = Tenant, Status = MessageStatus.Failed }, stepped.Notification);
    }

    [Fact]
    public async Task Batches_are_listed_newest_first_and_tell_their_notifications()
    {
        var batches = new List<(Guid Id, List<Guid> Notifications)>();
        for (var i = 1; i <= 3; i++)
        {
            var id = Ids.Next();
            var notifications = Enumerable.Range(0, i).Select(_ => MakeNotification(batch: id)).ToList();
            await AcceptAsync(new AcceptWrite { Tenant = Tenant, At = Now, NewBatchId = id, Notifications = notifications });
            batches.Add((id, notifications.ConvertAll(n => n.Id)));
        }

        Assert.Equal(
            [new BatchSummary(batches[2].Id, Now, 3), new BatchSummary(batches[1].Id, Now, 2)], await Log.ListBatchesAsync(Tenant, null, 2, Cancellation));
        Assert.Equal(batches[0].Id, Assert.Single(await Log.ListBatchesAsync(Tenant, batches[1].Id, 2, Cancellation)).Id);
        Assert.Empty(await Log.ListBatchesAsync(Other, null, 2, Cancellation));
        Assert.Equal(batches[2].Notifications[..2], await Log.BatchNotificationsAsync(Tenant, batches[2].Id, null, 2, Cancellation));
        Assert.Equal(batches[2].Notifications[2..], await Log.BatchNotificationsAsync(Tenant, batches[2].Id, batches[2].Notifications[1], 2, Cancellation));
        Assert.Empty(await Log.BatchNotificationsAsync(Other, batches[2].Id, null, 2, Cancellation));
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
        Assert.Equal(expected.Select(n => n.Messages[0].Id), (await Log.ListMessagesAsync(query, Cancellation)).Items.Select(m => m.Id));

    private async Task AssertListAsync(NotificationQuery query, params Notification[] expected) =>
        Assert.Equal(expected.Select(n => n.Id), (await Log.ListNotificationsAsync(query, Cancellation)).Items.Select(n => n.Notification.Id));

    private async Task<Template> AddTemplateAsync(string key)
    {
        var id = Ids.Next();
        var template = new Template
        {
            Tenant = Tenant,
            Id = id,
            Key = key,
            Name = key,
            IsActive = true,
            CreatedAt = Now,
            UpdatedAt = Now,
            Published = new TemplateVersion { Id = Ids.Next(), TemplateId = id, Number = 1, CreatedAt = Now, PublishedAt = Now, Document = new TemplateDocument { Variants = [] } },
        };
        await Store.Templates.CreateAsync(template, template.Published, cancellationToken: Cancellation);
        return template;
    }

    private Notification Described(
        string? category = null, string? contact = null, (string Type, string Id)? related = null, Guid? batch = null, Guid? version = null, DateTimeOffset? created = null)
    {
        var notification = new Notification
        {
            Tenant = Tenant,
            Id = Ids.Next(),
            CreatedAt = created ?? Now,
            Category = category,
            ContactId = contact,
            RelatedType = related?.Type,
            RelatedId = related?.Id,
            BatchId = batch,
            TemplateVersionId = version,
        };
        notification.Messages = [MakeMessage(notification), MakeMessage(notification, Channel.Sms, "+1")];
        return notification;
    }
}
