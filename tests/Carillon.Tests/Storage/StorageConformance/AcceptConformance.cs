using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Contacts;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class AcceptConformance(StorageFactory factory) : StorageTest(factory)
{
    [Fact]
    public async Task Idempotency_keys_are_found_without_being_used()
    {
        await AcceptAsync(new AcceptWrite { Tenant = Tenant, At = Now, Notifications = [], Idempotency = new IdempotencyRecord("a", [1], [2]) });
        await AcceptAsync(new AcceptWrite { Tenant = Other, At = Now, Notifications = [], Idempotency = new IdempotencyRecord("b", [3], [4]) });

        var found = await Queue.FindKeysAsync(Tenant, ["a", "b", "c", "a"], Cancellation);

        var (key, record) = Assert.Single(found);
        Assert.Equal(("a", "a"), (key, record.Key));
        Assert.Equal([1], record.RequestHash);
        Assert.Equal([2], record.Answer);
        Assert.Empty(await Queue.FindKeysAsync(Tenant, [], Cancellation));
    }

    [Fact]
    public async Task A_notification_is_read_back_as_it_was_accepted()
    {
        var notification = new Notification
        {
            Tenant = Tenant,
            Id = Ids.Next(),
            CreatedAt = Now,
            ContactId = "kunde-7",
            TemplateVersionId = Ids.Next(),
            Variables = """{"name":"Zoë 漢字 🎉","amount":12.5}"""u8.ToArray(),
            Secrets = [1, 2, 0, 255],
            Details = new NotificationDetails
            {
                Content = new MessageContent { Subject = "Grüße", Text = "line\nline\0end", Html = "<p>&amp;</p>", Syntax = ContentSyntax.Simple },
                Overrides = new() { [Channel.Sms] = new MessageContent { Text = "short" } },
                From = "us@example.org",
                ReplyTo = "answers@example.org",
                RecipientName = "Zoë",
                Headers = new() { ["X-Campaign"] = "spring" },
                Attachments = [new AttachmentReference("a.pdf", "application/pdf", "ab12", 17)],
                Metadata = JsonElement.Parse("""{"a":[1,{"b":null}]}"""),
                Tags = ["x", "ÿ"],
                SecretVariables = ["pin"],
            },
            Category = "billing",
            Priority = Priority.High,
            OnUnknown = OnUnknown.Stop,
            ScheduledAt = Now.AddHours(1),
            ExpiresAt = Now.AddDays(1),
            Plan = new Plan(
            [
                new PlanStep([new PlanTarget(Channel.Email, "z@example.org")], TimeSpan.FromMinutes(5), Until.Delivered),
                new PlanStep([new PlanTarget(Channel.Sms, "+49301234")]),
            ]),
            Locale = "de-CH",
            RelatedType = "invoice",
            RelatedId = "4711",
            BatchId = Ids.Next(),
        };
        notification.Messages = [MakeMessage(notification, address: "z@example.org", due: Now.AddHours(1))];

        await AcceptAsync(notification);
        var stored = await StoredAsync(notification);

        Assert.Equivalent(
            new { notification.ContactId, notification.TemplateVersionId, notification.Category, notification.Priority, notification.OnUnknown },
            new { stored.ContactId, stored.TemplateVersionId, stored.Category, stored.Priority, stored.OnUnknown });
        Assert.Equal(notification.Variables.ToArray(), stored.Variables.ToArray());
        Assert.Equal(notification.Secrets, stored.Secrets);
        Assert.Equal((notification.CreatedAt, notification.ScheduledAt, notification.ExpiresAt), (stored.CreatedAt, stored.ScheduledAt, stored.ExpiresAt));
        Assert.Equal((notification.Locale, notification.RelatedType, notification.RelatedId, notification.BatchId), (stored.Locale, stored.RelatedType, stored.RelatedId, stored.BatchId));
        Assert.Equal(JsonSerializer.Serialize(notification.Plan), JsonSerializer.Serialize(stored.Plan));
        Assert.Equal(JsonSerializer.Serialize(notification.Details), JsonSerializer.Serialize(stored.Details));

        var claim = await ClaimAsync(notification.Messages[0].Lane, now: Now.AddHours(2));
        var claimed = Assert.Single(claim.Messages);
        Assert.Equal(notification.Variables.ToArray(), claimed.Notification.Variables.ToArray());
        Assert.Equal(JsonSerializer.Serialize(notification.Details), JsonSerializer.Serialize(claimed.Notification.Details));
    }

    [Fact]
    public async Task A_batch_whose_row_is_there_already_takes_more()
    {
        var batch = Ids.Next();
        await AcceptAsync(new AcceptWrite { Tenant = Tenant, At = Now, Notifications = [], NewBatchId = batch });
        var later = MakeNotification(batch: batch);

        var write = await AcceptAsync(new AcceptWrite { Tenant = Tenant, At = Now.AddSeconds(1), Notifications = [later], NewBatchId = batch });

        Assert.Null(write.Failure);
        var counts = await Log.GetBatchAsync(Tenant, batch, Cancellation);
        Assert.Equal((Now, 1), (counts!.CreatedAt, counts.ByStatus[MessageStatus.Queued]));
    }

    [Fact]
    public async Task A_notification_with_nothing_optional_stays_without_it()
    {
        var notification = MakeNotification();
        await AcceptAsync(notification);
        var stored = await StoredAsync(notification);

        Assert.True(stored.Variables.IsEmpty);
        Assert.Null(stored.Secrets);
        Assert.Null(stored.Details);
        Assert.Null(stored.Plan);
        Assert.Null(stored.ContactId);
        Assert.Null(stored.BatchId);
        Assert.Null(stored.ScheduledAt);
    }

    [Fact]
    public async Task Values_of_many_megabytes_are_kept_whole()
    {
        var variables = RandomNumberGenerator.GetBytes(6 << 20);
        var text = new string('漢', 1 << 20);
        var notification = new Notification
        {
            Tenant = Tenant,
            Id = Ids.Next(),
            CreatedAt = Now,
            Variables = variables,
            Details = new NotificationDetails { Content = new MessageContent { Text = text } },
        };
        await AcceptAsync(notification);

        var stored = await StoredAsync(notification);
        Assert.True(variables.AsSpan().SequenceEqual(stored.Variables.Span));
        Assert.Equal(text, stored.Details?.Content?.Text);
    }

    [Fact]
    public async Task A_message_is_queued_or_scheduled_by_its_due_time()
    {
        var due = MakeNotification();
        var later = MakeNotification(due: Now.AddMinutes(1));
        var owned = MakeNotification(owned: true);
        await AcceptAsync(due, later, owned);

        Assert.Equal(MessageStatus.Queued, (await StoredAsync(due.Messages[0])).Status);
        Assert.Equal(MessageStatus.Scheduled, (await StoredAsync(later.Messages[0])).Status);
        Assert.Equal(MessageStatus.Sending, (await StoredAsync(owned.Messages[0])).Status);
        Assert.Equal(Now.AddMinutes(1), (await StoredAsync(later.Messages[0])).DueAt);
    }

    [Fact]
    public async Task A_repeated_key_writes_nothing_and_returns_what_it_stands_for()
    {
        var first = Keyed("k", "one");
        var second = Keyed("k", "two");
        await AcceptAsync(first);
        await AcceptAsync(second);

        Assert.Equal(AcceptVerdict.Committed, first.Verdict);
        Assert.Null(first.Existing);
        Assert.Equal(AcceptVerdict.KeyExists, second.Verdict);
        Assert.Equal("one"u8.ToArray(), second.Existing?.Answer);
        Assert.Equal(first.Idempotency!.RequestHash, second.Existing?.RequestHash);
        Assert.Null(await Log.GetNotificationAsync(Tenant, second.Notifications[0].Id, Cancellation));
        Assert.Null(await Log.GetMessageAsync(Tenant, second.Notifications[0].Messages[0].Id, Cancellation));
        Assert.Null(await Store.Contacts.GetAsync(Tenant, "contact-two", Cancellation));
        Assert.Single((await ClaimAsync(first.Notifications[0].Messages[0].Lane)).Messages);
    }

    [Fact]
    public async Task A_key_repeated_within_one_group_is_recognised()
    {
        var first = Keyed("k", "one");
        var second = Keyed("k", "two");
        var third = Keyed("other", "three");
        var group = new WriteGroup { Epoch = 1 };
        group.Accepts.AddRange([first, second, third]);
        await Queue.CommitAsync(group, Cancellation);

        Assert.Equal([AcceptVerdict.Committed, AcceptVerdict.KeyExists, AcceptVerdict.Committed], group.Accepts.Select(a => a.Verdict));
        Assert.Equal("one"u8.ToArray(), second.Existing?.Answer);
    }

    [Fact]
    public async Task A_key_belongs_to_its_tenant()
    {
        await AcceptAsync(Keyed("k", "one"));
        var other = new AcceptWrite { Tenant = Other, At = Now, Idempotency = new IdempotencyRecord("k", [1], [2]), Notifications = [] };
        await AcceptAsync(other);

        Assert.Equal(AcceptVerdict.Committed, other.Verdict);
    }

    [Fact]
    public async Task A_write_that_cannot_be_stored_fails_alone_and_leaves_nothing_behind()
    {
        var stored = MakeNotification();
        await AcceptAsync(stored);

        var good = Keyed("good", "good");
        var bad = Keyed("bad", "bad", stored.Id);
        var alsoGood = Keyed("also", "also");
        var owned = await AcceptOwnedAsync();
        var group = new WriteGroup { Epoch = 1 };
        group.Accepts.AddRange([good, bad, alsoGood]);
        group.Outcomes.Add(new OutcomeWrite { Message = owned, At = Now, Status = MessageStatus.Sent });
        await Queue.CommitAsync(group, Cancellation);

        Assert.Null(good.Failure);
        Assert.NotNull(bad.Failure);
        Assert.Null(alsoGood.Failure);
        Assert.True(group.Outcomes[0].Recorded);
        Assert.NotNull(await Log.GetNotificationAsync(Tenant, good.Notifications[0].Id, Cancellation));
        Assert.NotNull(await Log.GetNotificationAsync(Tenant, alsoGood.Notifications[0].Id, Cancellation));
        Assert.Null(await Log.GetMessageAsync(Tenant, bad.Notifications[0].Messages[0].Id, Cancellation));

        var again = Keyed("bad", "again");
        await AcceptAsync(again);
        Assert.Equal(AcceptVerdict.Committed, again.Verdict);
    }

    [Fact]
    public async Task A_contact_is_made_and_brought_up_to_date()
    {
        var contact = new Contact
        {
            Tenant = Tenant,
            Id = "Ünïcode/7",
            Name = "Ada",
            Locale = "en-GB",
            TimeZone = "Europe/London",
            Attributes = JsonElement.Parse("""{"tier":"gold"}"""),
            Addresses = [new(Channel.Sms, "+441", IsPrimary: false), new(Channel.Email, "ada@example.org", IsPrimary: true, IsVerified: true)],
        };
        await AcceptAsync(new AcceptWrite { Tenant = Tenant, At = Now, Notifications = [], Contacts = [contact] });

        var stored = await Store.Contacts.GetAsync(Tenant, contact.Id, Cancellation);
        Assert.Equal(contact.Addresses, stored?.Addresses);
        Assert.Equal(("Ada", "en-GB", "Europe/London"), (stored!.Name, stored.Locale, stored.TimeZone));
        Assert.Equal("""{"tier":"gold"}""", stored.Attributes?.GetRawText());

        var changed = contact with { Name = "Ada L.", Attributes = null, Addresses = [new(Channel.Push, "token")] };
        await AcceptAsync(new AcceptWrite { Tenant = Tenant, At = Now, Notifications = [], Contacts = [changed] });
        stored = await Store.Contacts.GetAsync(Tenant, contact.Id, Cancellation);
        Assert.Equal(changed.Addresses, stored?.Addresses);
        Assert.Equal("Ada L.", stored?.Name);
        Assert.Null(stored?.Attributes);
        Assert.Null(await Store.Contacts.GetAsync(Other, contact.Id, Cancellation));
    }

    [Fact]
    public async Task A_blob_is_stored_once_per_tenant()
    {
        await AcceptAsync(new AcceptWrite { Tenant = Tenant, At = Now, Notifications = [], Blobs = [new Blob("h1", "abc"u8.ToArray())] });
        await AcceptAsync(new AcceptWrite
        {
            Tenant = Tenant,
            At = Now,
            Notifications = [],
            Blobs = [new Blob("h1", "xyz"u8.ToArray()), new Blob("empty", ReadOnlyMemory<byte>.Empty)],
        });

        Assert.Equal("abc"u8.ToArray(), await Log.GetBlobAsync(Tenant, "h1", Cancellation));
        Assert.Empty(Assert.IsType<byte[]>(await Log.GetBlobAsync(Tenant, "empty", Cancellation)));
        Assert.Null(await Log.GetBlobAsync(Other, "h1", Cancellation));
    }

    [Fact]
    public async Task What_was_committed_is_there_after_a_restart()
    {
        var notification = MakeNotification();
        await AcceptAsync(notification);
        await ReopenAsync();

        Assert.Equal(MessageStatus.Queued, (await StoredAsync(notification.Messages[0])).Status);
        Assert.Single((await ClaimAsync(notification.Messages[0].Lane)).Messages);
    }

    private AcceptWrite Keyed(string key, string answer, Guid? notificationId = null)
    {
        var notification = new Notification { Tenant = Tenant, Id = notificationId ?? Ids.Next(), CreatedAt = Now };
        notification.Messages = [MakeMessage(notification)];
        return new AcceptWrite
        {
            Tenant = Tenant,
            At = Now,
            Idempotency = new IdempotencyRecord(key, SHA256.HashData(Encoding.UTF8.GetBytes(answer)), Encoding.UTF8.GetBytes(answer)),
            Notifications = [notification],
            Contacts = [new Contact { Tenant = Tenant, Id = "contact-" + answer }],
        };
    }
}
