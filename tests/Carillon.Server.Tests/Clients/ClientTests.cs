using System.Text.Json.Nodes;
using Carillon.Client;
using Carillon.Server.Tests.Http;

namespace Carillon.Server.Tests.Clients;

/// <summary>The client against the real server over a real engine.</summary>
public sealed class ClientTests : EngineApiTests
{
    private static NotificationRequest Mail(string address, string text = "Hello") =>
        new() { Recipient = new Recipient { Email = address }, Channel = KnownChannels.Email, Subject = "Subject", Message = text };

    [Fact]
    public async Task Every_field_of_a_request_is_one_that_the_server_knows()
    {
        var request = new NotificationRequest
        {
            Recipient = new Recipient
            {
                Id = "customer_123",
                Name = "Ana",
                Email = "ana@example.net",
                Phone = "+5215512345678",
                Locale = "es-MX",
                Timezone = "America/Mexico_City",
                Attributes = new JsonObject { ["plan"] = "gold" },
                Addresses = [new RecipientAddress(KnownChannels.Push, "token-1")],
            },
            Channels = [KnownChannels.Email, KnownChannels.Sms],
            Delivery = "fallback",
            Until = "sent",
            Subject = "Hello {{ name }}",
            Message = "Hello {{ name }}, {{ password }}",
            Html = "<p>Hello {{ name }}</p>",
            Syntax = "jinja",
            TemplateVariables = new JsonObject { ["name"] = "Ana", ["password"] = "s3cret" },
            SecretVariables = ["password"],
            Overrides = new Dictionary<string, ContentOverride> { [KnownChannels.Sms] = new() { Message = "Hi {{ name }}", Syntax = "jinja" } },
            From = "noreply@example.net",
            ReplyTo = "help@example.net",
            Attachments = [new Attachment { Filename = "a.txt", ContentType = "text/plain", Content = "hi"u8.ToArray() }],
            Headers = new Dictionary<string, string> { ["X-Kind"] = "test" },
            Category = "billing",
            Priority = KnownPriorities.High,
            OnUnknown = "stop",
            ScheduledAt = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
            ExpiresAt = TimeProvider.System.GetUtcNow().AddDays(1),
            Related = new Related("invoice", "77"),
            Metadata = new JsonObject { ["a"] = 1 },
            Tags = ["march"],
            IdempotencyKey = "once",
        };

        var accepted = await Api.Notifications.SendAsync(request, Token);
        var again = await Api.Notifications.SendAsync(request, Token);
        var stored = await Api.Notifications.GetAsync(accepted.Id, Token);

        Assert.Equal(accepted.Id, again.Id);
        Assert.Equal(("customer_123", "billing", "high", "stop"), (stored.RecipientId, stored.Category, stored.Priority, stored.OnUnknown));
        Assert.Equal(new Related("invoice", "77"), stored.Related);
        Assert.Equal(["march"], stored.Tags);
        Assert.Equal(["password"], stored.SecretVariables);
    }

    [Fact]
    public async Task A_message_is_followed_from_its_sending_to_what_it_said_and_why()
    {
        var id = (await SentAsync(Mail("ana@example.net"))).Id;

        var message = await Api.Messages.GetAsync(id, Token);
        var content = await Api.Messages.GetContentAsync(id, Token);

        Assert.Equal((KnownStatuses.Sent, 1), (message.Status, message.AttemptCount));
        Assert.NotNull(message.SentAt);
        Assert.NotEmpty(message.Attempts!);
        Assert.NotEmpty(message.Trace!);
        Assert.Empty(message.Events!);
        Assert.All(message.Trace!, entry => Assert.NotEqual(default, entry.At));
        Assert.Equal(("Subject", "Hello"), (content.Subject, content.Text));
        Assert.Equal("ana@example.net", Assert.Single(await Api.Simulator.ListAsync(cancellationToken: Token)).Address);
    }

    [Fact]
    public async Task A_list_is_read_over_its_pages()
    {
        for (var i = 0; i < 5; i++) await SentAsync(Mail($"p{i}@example.net"));
        await SentAsync(new NotificationRequest { Recipient = new Recipient { Phone = "+5215512345678" }, Channel = KnownChannels.Sms, Message = "Hi" });

        var mails = new List<string>();
        await foreach (var message in Api.Messages.ListAsync(new MessageQuery { Channel = KnownChannels.Email, PageSize = 2 }, Token)) mails.Add(message.Address);

        Assert.Equal(["p4@example.net", "p3@example.net", "p2@example.net", "p1@example.net", "p0@example.net"], mails);
        var page = await Api.Messages.GetPageAsync(new MessageQuery { PageSize = 2 }, cancellationToken: Token);
        Assert.Equal(2, page.Data.Count);
        Assert.NotNull(page.Next);
    }

    [Fact]
    public async Task The_good_of_many_are_accepted_and_the_bad_say_why()
    {
        var results = await Api.Notifications.SendManyAsync(
            Enumerable.Range(0, 25).Select(i => Mail(i == 13 ? "nonsense" : $"p{i}@example.net")), new BatchOptions { Size = 10 }, Token).ToListAsync(Token);

        Assert.Equal(Enumerable.Range(0, 25).Select(i => (long)i), results.Select(r => r.Index));
        var refused = Assert.Single(results, r => r.Accepted is null);
        Assert.Equal((13, "/problems/invalid_request", "recipient.email"), (refused.Index, refused.Problem!.Type, refused.Problem.Errors![0].Field));
        Assert.Equal(3, results.Select(r => r.BatchId).Distinct().Count());
        Assert.Equal(9, (await Api.Batches.GetAsync(refused.BatchId!, Token)).Messages);
    }

    [Fact]
    public async Task Many_sent_again_under_their_key_are_sent_once()
    {
        var mails = Enumerable.Range(0, 7).Select(i => Mail($"p{i}@example.net")).ToList();
        var options = new BatchOptions { Size = 3, IdempotencyKey = "march" };

        var first = await Api.Notifications.SendManyAsync(mails, options, Token).ToListAsync(Token);
        var second = await Api.Notifications.SendManyAsync(mails, options, Token).ToListAsync(Token);

        Assert.Equal(first.Select(r => r.Accepted!.Id), second.Select(r => r.Accepted!.Id));
        Assert.Equal(7, await Api.Messages.ListAsync(cancellationToken: Token).CountAsync(Token));
    }

    [Fact]
    public async Task What_is_scheduled_can_be_cancelled()
    {
        var accepted = await Api.Notifications.SendAsync(Mail("ana@example.net") with { ScheduledAt = TimeProvider.System.GetUtcNow().AddDays(1) }, Token);
        Assert.Equal(1, (await Api.Operations.GetQueueAsync(Token)).Total);

        var cancellation = await Api.Notifications.CancelAsync(accepted.Id, Token);

        Assert.Equal(KnownStatuses.Cancelled, Assert.Single(cancellation.Messages).Status);
        Assert.Equal(0, (await Api.Operations.GetQueueAsync(Token)).Total);
    }

    [Fact]
    public async Task A_stored_file_goes_with_a_message()
    {
        var stored = await Api.Attachments.CreateAsync("rechnung März.txt", "text/plain", "hi"u8.ToArray(), Token);

        var message = await SentAsync(Mail("ana@example.net") with { Attachments = [new Attachment { Id = stored.Id }] });

        Assert.Equal(("rechnung März.txt", 2), ((await Api.Attachments.GetAsync(stored.Id, Token)).Filename, stored.Size));
        Assert.Equal("hi"u8.ToArray(), await Api.Attachments.GetContentAsync(stored.Id, Token));
        Assert.Equal(KnownStatuses.Sent, message.Status);
    }

    [Fact]
    public async Task A_preview_says_what_would_be_sent_and_stores_nothing()
    {
        var preview = await Api.Notifications.PreviewAsync(Mail("ana@example.net"), Token);

        var message = Assert.Single(preview.Messages);
        Assert.Equal(("ana@example.net", "Subject", "Hello"), (message.Address, message.Subject, message.Text));
        Assert.NotEmpty(message.Providers);
        Assert.Empty(await Api.Notifications.ListAsync(cancellationToken: Token).ToListAsync(Token));
    }

    [Fact]
    public async Task Notifications_and_batches_are_listed_and_cancelled()
    {
        var later = TimeProvider.System.GetUtcNow().AddDays(1);
        var results = await Api.Notifications.SendManyAsync([Mail("a@example.net") with { ScheduledAt = later }, Mail("b@example.net") with { ScheduledAt = later }], cancellationToken: Token).ToListAsync(Token);
        var batch = results[0].BatchId!;

        Assert.Equal(2, await Api.Notifications.ListAsync(new NotificationQuery { BatchId = batch, PageSize = 1 }, Token).CountAsync(Token));
        Assert.Equal((batch, 2), await Api.Batches.ListAsync(cancellationToken: Token).Select(b => (b.Id, (int)b.Notifications)).SingleAsync(Token));
        Assert.Equal(2, (await Api.Batches.CancelAsync(batch, Token)).Cancelled);
    }

    [Fact]
    public async Task A_message_that_failed_is_sent_again()
    {
        var failed = (await SentAsync(Mail("ana@example.net", "{{ 1 / 0 }}") with { Syntax = "jinja" })).Id;

        var again = await Api.Messages.RetryAsync(failed, Token);

        Assert.Equal(failed, again.Id);
        await Assert.ThrowsAsync<CarillonApiException>(() => Api.Messages.RetryAsync("msg_00000000000000000000000000", Token));
    }
}
