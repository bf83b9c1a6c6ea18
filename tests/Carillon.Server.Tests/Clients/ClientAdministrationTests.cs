using System.Net;
using System.Text.Json.Nodes;
using Carillon.Client;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Tests.Http;

namespace Carillon.Server.Tests.Clients;

/// <summary>What people set up, by the client against the real server over a real engine.</summary>
public sealed class ClientAdministrationTests : EngineApiTests
{
    [Fact]
    public async Task A_template_is_made_and_used()
    {
        var made = await Api.Templates.CreateAsync(
            new TemplateDraft
            {
                Key = "welcome",
                Name = "Welcome",
                Variables = [new TemplateVariable { Name = "customer_name", Type = "string", Required = true }],
                Variants = [new TemplateVariant { Channel = KnownChannels.Email, Subject = "Welcome, {{ customer_name }}!", Text = "Hello {{ customer_name }}" }],
            },
            Token);

        var message = await SentAsync(new NotificationRequest
        {
            Recipient = new Recipient { Email = "ana@example.net" },
            TemplateId = "welcome",
            TemplateVariables = new JsonObject { ["customer_name"] = "Ana" },
        });

        Assert.Equal("Welcome, Ana!", (await Api.Messages.GetContentAsync(message.Id, Token)).Subject);
        Assert.Equal(made.Id, (await Api.Templates.GetAsync("welcome", Token)).Id);
        Assert.Equal(["welcome"], await Api.Templates.ListAsync(cancellationToken: Token).Select(t => t.Key).ToListAsync(Token));
    }

    [Fact]
    public async Task A_key_has_caps_that_are_changed_by_its_version()
    {
        var made = await Api.Keys.CreateAsync(
            new KeyDraft { Name = "billing", Scopes = ["messages:write"], Limits = new Client.RecipientLimits { RecipientsPerMinute = 60 } }, Token);
        Assert.Equal((60, null, 1000, 1), (made.Limits.RecipientsPerMinute, made.Limits.RecipientsPerDay, made.NewKey?.RecipientsPerMinute, made.Version));

        var changed = await Api.Keys.ReplaceAsync(
            made.Id, new KeyDetails { Name = "bills", Limits = new Client.RecipientLimits { RecipientsPerDay = 500 } }, made.Version, Token);

        Assert.Equal(("bills", null, 500, 2), (changed.Name, changed.Limits.RecipientsPerMinute, changed.Limits.RecipientsPerDay, changed.Version));
        var stale = await Assert.ThrowsAsync<CarillonApiException>(() => Api.Keys.ReplaceAsync(made.Id, new KeyDetails { Name = "late" }, made.Version, Token));
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.Status);
        var refused = await Assert.ThrowsAsync<CarillonApiException>(
            () => Api.Keys.ReplaceAsync(made.Id, new KeyDetails { Name = "k", LiftsNewKeyCap = true }, cancellationToken: Token));
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Equal("bills", (await Api.Keys.GetAsync(made.Id, Token)).Name);
        Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<CarillonApiException>(() => Api.Encryption.GetAsync(Token))).Status);
    }

    [Fact]
    public async Task Providers_senders_and_keys_are_made_and_listed()
    {
        var provider = await Api.Providers.CreateAsync(
            new ProviderDraft
            {
                Name = "relay",
                Channel = KnownChannels.Email,
                Kind = "smtp",
                Settings = new JsonObject { ["host"] = "mail.example.net", ["port"] = 587, ["from_email"] = "noreply@example.net" },
                Credentials = new JsonObject { ["username"] = "u", ["password"] = "p" },
            },
            Token);
        var sender = await Api.Senders.CreateAsync(new SenderDraft { Domain = "example.net" }, Token);
        var key = await Api.Keys.CreateAsync(new KeyDraft { Name = "billing", Scopes = ["messages:write"] }, Token);

        Assert.Equal(("relay", true), ((await Api.Providers.GetAsync(provider.Id, Token)).Name, provider.HasCredentials));
        Assert.Contains("smtp", await Api.Providers.ListKindsAsync(cancellationToken: Token).Select(k => k.Kind).ToListAsync(Token));
        Assert.StartsWith("v=DKIM1", (await Api.Senders.GetAsync(sender.Id, Token)).DnsRecord!.Value, StringComparison.Ordinal);
        Assert.StartsWith("ck_", key.Text, StringComparison.Ordinal);
        await Api.Senders.DeleteAsync(sender.Id, Token);
        await Api.Keys.RevokeAsync(key.Id, Token);
        Assert.NotNull((await Api.Keys.ListAsync(pageSize: 1, cancellationToken: Token).SingleAsync(k => k.Id == key.Id, Token)).RevokedAt);
    }

    [Fact]
    public async Task A_template_has_drafts_versions_and_a_way_back()
    {
        await Api.Templates.CreateAsync(Draft("Hello {{ name }}"), Token);
        var draft = await Api.Templates.CreateVersionAsync("welcome", new TemplateContent { Variants = Draft("Welcome {{ name }}").Variants }, Token);
        draft = await Api.Templates.ReplaceVersionAsync("welcome", draft.Version, new TemplateContent { Variants = Draft("Servus {{ name }}").Variants }, draft.Revision, Token);
        var test = await Api.Templates.TestAsync("welcome", new TemplateTestRequest { Version = 2, Variables = new JsonObject { ["name"] = "Ana" } }, Token);
        var published = await Api.Templates.PublishAsync("welcome", draft.Version, draft.Revision, Token);
        var back = await Api.Templates.RollbackAsync("welcome", 1, cancellationToken: Token);
        var updated = await Api.Templates.UpdateAsync("welcome", new TemplateDetails { Name = "Greeting" }, back.Revision, Token);

        Assert.Equal("Servus Ana", Assert.Single(test.Variants).Text);
        Assert.Equal((2, 1, "Greeting"), (published.Version, back.Version, updated.Name));
        Assert.Contains("+Servus {{ name }}", (await Api.Templates.DiffAsync("welcome", 1, 2, Token)).Unified, StringComparison.Ordinal);
        Assert.Equal(["published", "published"], await Api.Templates.ListVersionsAsync("welcome", cancellationToken: Token).Select(v => v.Status).ToListAsync(Token));
        var stale = await Assert.ThrowsAsync<CarillonApiException>(() => Api.Templates.UpdateAsync("welcome", new TemplateDetails { Name = "Late" }, back.Revision, Token));
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.Status);
        await Api.Templates.DeleteAsync("welcome", cancellationToken: Token);

        static TemplateDraft Draft(string text) => new() { Key = "welcome", Variants = [new TemplateVariant { Channel = KnownChannels.Sms, Text = text }] };
    }

    [Fact]
    public async Task A_provider_is_changed_switched_and_tested()
    {
        var draft = new ProviderDraft { Name = "sim", Channel = KnownChannels.Email, Kind = "simulator" };
        var made = await Api.Providers.CreateAsync(draft, Token);

        var changed = await Api.Providers.ReplaceAsync(made.Id, draft with { Priority = 7, Limits = new ProviderLimits { PerSecond = 5 } }, made.Version, cancellationToken: Token);
        var off = await Api.Providers.SetEnabledAsync(made.Id, enabled: false, changed.Version, Token);
        var test = await Api.Providers.TestAsync(made.Id, "ana@example.net", cancellationToken: Token);

        Assert.Equal((7, 5, false, "accepted"), (changed.Priority, changed.Limits!.PerSecond, off.Enabled, test.Outcome));
        var shown = await Api.Providers.GetAsync(made.Id, Token);
        Assert.Equal(("second", 0m, 5m, "closed"), (shown.Usage[0].Window, shown.Usage[0].Used, shown.Usage[0].Limit, shown.Health!.Circuit));
        await Assert.ThrowsAsync<CarillonApiException>(() => Api.Providers.ReplaceAsync(made.Id, draft, made.Version, cancellationToken: Token));
        await Api.Providers.DeleteAsync(made.Id, off.Version, Token);
    }

    [Fact]
    public async Task A_tenant_is_for_administrators_of_the_installation()
    {
        var refusal = await Assert.ThrowsAsync<CarillonApiException>(() => Api.Tenants.CreateAsync(new TenantDraft { Key = "acme" }, Token));

        Assert.Equal((HttpStatusCode.Forbidden, "/problems/forbidden"), (refusal.Status, refusal.Type));
    }

    [Fact]
    public async Task The_server_says_how_it_is()
    {
        Assert.Equal("ok", (await Api.Operations.GetHealthAsync(Token)).Status);
        var readiness = await Api.Operations.GetReadinessAsync(Token);
        Assert.Equal((true, "ok"), (readiness.IsReady, readiness.Checks["store"]));
        Assert.Contains("# TYPE ", await Api.Operations.GetMetricsAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_installation_has_tenants_with_limits_and_nodes()
    {
        var installation = await Host.ApiAsync(TenantId.Installation, Scopes.Admin);
        var acme = await installation.Tenants.CreateAsync(new TenantDraft { Key = "acme", Name = "Acme Internet" }, Token);
        var limits = new RequestLimits { PerTenant = new RequestLimit(1, 60) };
        await installation.Tenants.SetRequestLimitsAsync("acme", limits, Token);
        using var client = new CarillonClient(Host.Client.BaseAddress!, acme.ApiKey!, new CarillonClientOptions { MaxRetries = 0 });
        await client.Operations.GetQueueAsync(Token);

        var refusal = await Assert.ThrowsAsync<CarillonApiException>(() => client.Operations.GetQueueAsync(Token));

        Assert.Equal((HttpStatusCode.TooManyRequests, "/problems/rate_limited"), (refusal.Status, refusal.Type));
        Assert.InRange(refusal.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        Assert.Equal(limits, await installation.Tenants.GetRequestLimitsAsync("acme", Token));
        Assert.Contains("acme", await installation.Tenants.ListAsync(cancellationToken: Token).Select(t => t.Key).ToListAsync(Token));
        var node = Assert.Single(await installation.Operations.ListNodesAsync(Token));
        Assert.Equal((true, "live"), (node.IsThis, node.Status));
    }
}
