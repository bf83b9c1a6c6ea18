using System.Net;
using System.Text.Json.Nodes;
using Carillon.Client;
using Carillon.Server.Tests.Http;

namespace Carillon.Server.Tests.Clients;

/// <summary>The client against the real server over a real engine.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private EngineHost _host = null!;
    private CarillonClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await EngineHost.StartAsync();
        _client = new CarillonClient(_host.Client);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static NotificationRequest Mail(string address, string text = "Hello") =>
        new() { Recipient = new Recipient { Email = address }, Channel = KnownChannels.Email, Subject = "Subject", Message = text };

    private async Task<string> SentAsync(NotificationRequest request)
    {
        var accepted = await _client.Notifications.SendAsync(request, Token);
        var notification = await _client.Notifications.WaitAsync(accepted.Id, TimeSpan.FromMilliseconds(10), Token);
        return Assert.Single(notification.Messages).Id;
    }

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

        var accepted = await _client.Notifications.SendAsync(request, Token);
        var again = await _client.Notifications.SendAsync(request, Token);
        var stored = await _client.Notifications.GetAsync(accepted.Id, Token);

        Assert.Equal(accepted.Id, again.Id);
        Assert.Equal(("customer_123", "billing", "high", "stop"), (stored.RecipientId, stored.Category, stored.Priority, stored.OnUnknown));
        Assert.Equal(new Related("invoice", "77"), stored.Related);
        Assert.Equal(["march"], stored.Tags);
        Assert.Equal(["password"], stored.SecretVariables);
    }

    [Fact]
    public async Task A_message_is_followed_from_its_sending_to_what_it_said_and_why()
    {
        var id = await SentAsync(Mail("ana@example.net"));

        var message = await _client.Messages.GetAsync(id, Token);
        var content = await _client.Messages.GetContentAsync(id, Token);

        Assert.Equal((KnownStatuses.Sent, 1), (message.Status, message.AttemptCount));
        Assert.NotNull(message.SentAt);
        Assert.NotEmpty(message.Attempts!);
        Assert.NotEmpty(message.Trace!);
        Assert.All(message.Trace!, entry => Assert.NotEqual(default, entry.At));
        Assert.Equal(("Subject", "Hello"), (content.Subject, content.Text));
        Assert.Equal("ana@example.net", Assert.Single(await _client.Simulator.ListAsync(cancellationToken: Token)).Address);
    }

    [Fact]
    public async Task A_list_is_read_over_its_pages()
    {
        for (var i = 0; i < 5; i++) await SentAsync(Mail($"p{i}@example.net"));
        await SentAsync(new NotificationRequest { Recipient = new Recipient { Phone = "+5215512345678" }, Channel = KnownChannels.Sms, Message = "Hi" });

        var mails = new List<string>();
        await foreach (var message in _client.Messages.ListAsync(new MessageQuery { Channel = KnownChannels.Email, PageSize = 2 }, Token)) mails.Add(message.Address);

        Assert.Equal(["p4@example.net", "p3@example.net", "p2@example.net", "p1@example.net", "p0@example.net"], mails);
        var page = await _client.Messages.GetPageAsync(new MessageQuery { PageSize = 2 }, cancellationToken: Token);
        Assert.Equal(2, page.Data.Count);
        Assert.NotNull(page.Next);
    }

    [Fact]
    public async Task The_good_of_many_are_accepted_and_the_bad_say_why()
    {
        var results = await _client.Notifications.SendManyAsync(
            Enumerable.Range(0, 25).Select(i => Mail(i == 13 ? "nonsense" : $"p{i}@example.net")), new BatchOptions { Size = 10 }, Token).ToListAsync(Token);

        Assert.Equal(Enumerable.Range(0, 25).Select(i => (long)i), results.Select(r => r.Index));
        var refused = Assert.Single(results, r => r.Accepted is null);
        Assert.Equal((13, "/problems/invalid_request", "recipient.email"), (refused.Index, refused.Problem!.Type, refused.Problem.Errors![0].Field));
        Assert.Equal(3, results.Select(r => r.BatchId).Distinct().Count());
        Assert.Equal(9, (await _client.Batches.GetAsync(refused.BatchId!, Token)).Messages);
    }

    [Fact]
    public async Task Many_sent_again_under_their_key_are_sent_once()
    {
        var mails = Enumerable.Range(0, 7).Select(i => Mail($"p{i}@example.net")).ToList();
        var options = new BatchOptions { Size = 3, IdempotencyKey = "march" };

        var first = await _client.Notifications.SendManyAsync(mails, options, Token).ToListAsync(Token);
        var second = await _client.Notifications.SendManyAsync(mails, options, Token).ToListAsync(Token);

        Assert.Equal(first.Select(r => r.Accepted!.Id), second.Select(r => r.Accepted!.Id));
        Assert.Equal(7, await _client.Messages.ListAsync(cancellationToken: Token).CountAsync(Token));
    }

    [Fact]
    public async Task What_is_scheduled_can_be_cancelled()
    {
        var accepted = await _client.Notifications.SendAsync(Mail("ana@example.net") with { ScheduledAt = TimeProvider.System.GetUtcNow().AddDays(1) }, Token);
        Assert.Equal(1, (await _client.Operations.GetQueueAsync(Token)).Total);

        var cancellation = await _client.Notifications.CancelAsync(accepted.Id, Token);

        Assert.Equal(KnownStatuses.Cancelled, Assert.Single(cancellation.Messages).Status);
        Assert.Equal(0, (await _client.Operations.GetQueueAsync(Token)).Total);
    }

    [Fact]
    public async Task A_template_is_made_and_used()
    {
        var made = await _client.Templates.CreateAsync(
            new TemplateDraft
            {
                Key = "welcome",
                Name = "Welcome",
                Variables = [new TemplateVariable { Name = "customer_name", Type = "string", Required = true }],
                Variants = [new TemplateVariant { Channel = KnownChannels.Email, Subject = "Welcome, {{ customer_name }}!", Text = "Hello {{ customer_name }}" }],
            },
            Token);

        var id = await SentAsync(new NotificationRequest
        {
            Recipient = new Recipient { Email = "ana@example.net" },
            TemplateId = "welcome",
            TemplateVariables = new JsonObject { ["customer_name"] = "Ana" },
        });

        Assert.Equal("Welcome, Ana!", (await _client.Messages.GetContentAsync(id, Token)).Subject);
        Assert.Equal(made.Id, (await _client.Templates.GetAsync("welcome", Token)).Id);
        Assert.Equal(["welcome"], await _client.Templates.ListAsync(cancellationToken: Token).Select(t => t.Key).ToListAsync(Token));
    }

    [Fact]
    public async Task Providers_senders_and_keys_are_made_and_listed()
    {
        var provider = await _client.Providers.CreateAsync(
            new ProviderDraft
            {
                Name = "relay",
                Channel = KnownChannels.Email,
                Kind = "smtp",
                Settings = new JsonObject { ["host"] = "mail.example.net", ["port"] = 587, ["from_email"] = "noreply@example.net" },
                Credentials = new JsonObject { ["username"] = "u", ["password"] = "p" },
            },
            Token);
        var sender = await _client.Senders.CreateAsync(new SenderDraft { Domain = "example.net" }, Token);
        var key = await _client.Keys.CreateAsync(new KeyDraft { Name = "billing", Scopes = ["messages:write"] }, Token);

        Assert.Equal(("relay", true), ((await _client.Providers.GetAsync(provider.Id, Token)).Name, provider.HasCredentials));
        Assert.Contains("smtp", await _client.Providers.ListKindsAsync(Token).Select(k => k.Kind).ToListAsync(Token));
        Assert.StartsWith("v=DKIM1", (await _client.Senders.GetAsync(sender.Id, Token)).DnsRecord!.Value, StringComparison.Ordinal);
        Assert.StartsWith("ck_", key.Text, StringComparison.Ordinal);
        await _client.Senders.DeleteAsync(sender.Id, Token);
        await _client.Keys.RevokeAsync(key.Id, Token);
        Assert.NotNull((await _client.Keys.ListAsync(pageSize: 1, cancellationToken: Token).SingleAsync(k => k.Id == key.Id, Token)).RevokedAt);
    }

    [Fact]
    public async Task A_key_has_caps_that_are_changed_by_its_version()
    {
        var made = await _client.Keys.CreateAsync(
            new KeyDraft { Name = "billing", Scopes = ["messages:write"], Limits = new RecipientLimits { RecipientsPerMinute = 60 } }, Token);
        Assert.Equal((60, null, 1000, 1), (made.Limits.RecipientsPerMinute, made.Limits.RecipientsPerDay, made.NewKey?.RecipientsPerMinute, made.Version));

        var changed = await _client.Keys.ReplaceAsync(
            made.Id, new KeyDetails { Name = "bills", Limits = new RecipientLimits { RecipientsPerDay = 500 } }, made.Version, Token);

        Assert.Equal(("bills", null, 500, 2), (changed.Name, changed.Limits.RecipientsPerMinute, changed.Limits.RecipientsPerDay, changed.Version));
        var stale = await Assert.ThrowsAsync<CarillonApiException>(() => _client.Keys.ReplaceAsync(made.Id, new KeyDetails { Name = "late" }, made.Version, Token));
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.Status);
        var refused = await Assert.ThrowsAsync<CarillonApiException>(
            () => _client.Keys.ReplaceAsync(made.Id, new KeyDetails { Name = "k", LiftsNewKeyCap = true }, cancellationToken: Token));
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Equal("bills", (await _client.Keys.GetAsync(made.Id, Token)).Name);
        Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<CarillonApiException>(() => _client.Encryption.GetAsync(Token))).Status);
    }

    [Fact]
    public async Task A_template_has_drafts_versions_and_a_way_back()
    {
        await _client.Templates.CreateAsync(Draft("Hello {{ name }}"), Token);
        var draft = await _client.Templates.CreateVersionAsync("welcome", new TemplateContent { Variants = Draft("Welcome {{ name }}").Variants }, Token);
        draft = await _client.Templates.ReplaceVersionAsync("welcome", draft.Version, new TemplateContent { Variants = Draft("Servus {{ name }}").Variants }, draft.Revision, Token);
        var test = await _client.Templates.TestAsync("welcome", new TemplateTestRequest { Version = 2, Variables = new JsonObject { ["name"] = "Ana" } }, Token);
        var published = await _client.Templates.PublishAsync("welcome", draft.Version, Token);
        var back = await _client.Templates.RollbackAsync("welcome", 1, Token);
        var updated = await _client.Templates.UpdateAsync("welcome", new TemplateDetails { Name = "Greeting" }, back.Revision, Token);

        Assert.Equal("Servus Ana", Assert.Single(test.Variants).Text);
        Assert.Equal((2, 1, "Greeting"), (published.Version, back.Version, updated.Name));
        Assert.Contains("+Servus {{ name }}", (await _client.Templates.DiffAsync("welcome", 1, 2, Token)).Unified, StringComparison.Ordinal);
        Assert.Equal(["published", "published"], await _client.Templates.ListVersionsAsync("welcome", cancellationToken: Token).Select(v => v.Status).ToListAsync(Token));
        var stale = await Assert.ThrowsAsync<CarillonApiException>(() => _client.Templates.UpdateAsync("welcome", new TemplateDetails { Name = "Late" }, back.Revision, Token));
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.Status);
        await _client.Templates.DeleteAsync("welcome", Token);

        static TemplateDraft Draft(string text) => new() { Key = "welcome", Variants = [new TemplateVariant { Channel = KnownChannels.Sms, Text = text }] };
    }

    [Fact]
    public async Task A_provider_is_changed_switched_and_tested()
    {
        var draft = new ProviderDraft { Name = "sim", Channel = KnownChannels.Email, Kind = "simulator" };
        var made = await _client.Providers.CreateAsync(draft, Token);

        var changed = await _client.Providers.ReplaceAsync(made.Id, draft with { Priority = 7, Limits = new ProviderLimits { PerSecond = 5 } }, made.Version, cancellationToken: Token);
        var off = await _client.Providers.SetEnabledAsync(made.Id, enabled: false, Token);
        var test = await _client.Providers.TestAsync(made.Id, "ana@example.net", cancellationToken: Token);

        Assert.Equal((7, 5, false, "accepted"), (changed.Priority, changed.Limits!.PerSecond, off.Enabled, test.Outcome));
        await Assert.ThrowsAsync<CarillonApiException>(() => _client.Providers.ReplaceAsync(made.Id, draft, made.Version, cancellationToken: Token));
        await _client.Providers.DeleteAsync(made.Id, Token);
    }

    [Fact]
    public async Task A_stored_file_goes_with_a_message()
    {
        var stored = await _client.Attachments.CreateAsync("rechnung März.txt", "text/plain", "hi"u8.ToArray(), Token);

        var id = await SentAsync(Mail("ana@example.net") with { Attachments = [new Attachment { Id = stored.Id }] });

        Assert.Equal(("rechnung März.txt", 2), ((await _client.Attachments.GetAsync(stored.Id, Token)).Filename, stored.Size));
        Assert.NotEmpty(id);
    }

    [Fact]
    public async Task A_preview_says_what_would_be_sent_and_stores_nothing()
    {
        var preview = await _client.Notifications.PreviewAsync(Mail("ana@example.net"), Token);

        var message = Assert.Single(preview.Messages);
        Assert.Equal(("ana@example.net", "Subject", "Hello"), (message.Address, message.Subject, message.Text));
        Assert.NotEmpty(message.Providers);
        Assert.Empty(await _client.Notifications.ListAsync(cancellationToken: Token).ToListAsync(Token));
    }

    [Fact]
    public async Task Notifications_and_batches_are_listed_and_cancelled()
    {
        var later = TimeProvider.System.GetUtcNow().AddDays(1);
        var results = await _client.Notifications.SendManyAsync([Mail("a@example.net") with { ScheduledAt = later }, Mail("b@example.net") with { ScheduledAt = later }], cancellationToken: Token).ToListAsync(Token);
        var batch = results[0].BatchId!;

        Assert.Equal(2, await _client.Notifications.ListAsync(new NotificationQuery { BatchId = batch, PageSize = 1 }, Token).CountAsync(Token));
        Assert.Equal((batch, 2), await _client.Batches.ListAsync(cancellationToken: Token).Select(b => (b.Id, (int)b.Notifications)).SingleAsync(Token));
        Assert.Equal(2, (await _client.Batches.CancelAsync(batch, Token)).Cancelled);
    }

    [Fact]
    public async Task A_message_that_failed_is_sent_again()
    {
        var failed = await SentAsync(Mail("ana@example.net", "{{ 1 / 0 }}") with { Syntax = "jinja" });

        var again = await _client.Messages.RetryAsync(failed, Token);

        Assert.Equal(failed, again.Id);
        await Assert.ThrowsAsync<CarillonApiException>(() => _client.Messages.RetryAsync("msg_00000000000000000000000000", Token));
    }

    [Fact]
    public async Task A_tenant_is_for_administrators_of_the_installation()
    {
        var refusal = await Assert.ThrowsAsync<CarillonApiException>(() => _client.Tenants.CreateAsync(new TenantDraft { Key = "acme" }, Token));

        Assert.Equal((HttpStatusCode.Forbidden, "/problems/forbidden"), (refusal.Status, refusal.Type));
    }

    [Fact]
    public async Task The_server_says_how_it_is()
    {
        Assert.Equal("ok", (await _client.Operations.GetHealthAsync(Token)).Status);
        var readiness = await _client.Operations.GetReadinessAsync(Token);
        Assert.Equal((true, "ok"), (readiness.IsReady, readiness.Checks["store"]));
    }
}
