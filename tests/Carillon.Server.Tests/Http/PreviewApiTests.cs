using System.Net;
using System.Text.Json.Nodes;
using Carillon.Client;

namespace Carillon.Server.Tests.Http;

public sealed class PreviewApiTests : EngineApiTests
{
    private static readonly NotificationRequest Mail = new()
    {
        Recipient = new Recipient { Id = "new", Email = "ana@example.net" },
        Channel = KnownChannels.Email,
        Subject = "s",
        Message = "m",
    };

    private Task MakeTemplateAsync() => Api.Templates.CreateAsync(new TemplateDraft
    {
        Key = "welcome",
        Name = "Welcome",
        Variables =
        [
            new TemplateVariable { Name = "name", Type = "string", Required = true }, new TemplateVariable { Name = "amount" },
            new TemplateVariable { Name = "code", Secret = true },
        ],
        Variants =
        [
            new TemplateVariant { Channel = KnownChannels.Email, Subject = "Welcome, {{ name }}", Html = "<b>{{ name }}</b> {{ code }}" },
            new TemplateVariant { Channel = KnownChannels.Sms, Text = "Hi {{ name }}\n{{ 1 // amount }}" },
        ],
    });

    [Fact]
    public async Task Each_message_of_every_step_is_shown_as_it_would_be_sent()
    {
        await MakeTemplateAsync();
        var later = new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var preview = await Api.Notifications.PreviewAsync(new NotificationRequest
        {
            Recipient = new Recipient { Id = "c1", Name = "Ana", Email = "ana@example.net", Phone = "+5215512345678" },
            Channels = [KnownChannels.Email, KnownChannels.Sms],
            Delivery = "fallback",
            TemplateId = "welcome",
            TemplateVariables = new JsonObject { ["name"] = "<Ana>", ["amount"] = 1, ["code"] = "s3cret" },
            ScheduledAt = later,
            Priority = KnownPriorities.High,
        });

        var (mail, sms) = (preview.Messages[0], preview.Messages[1]);
        Assert.Equal(("c1", "high"), (preview.RecipientId, preview.Priority));
        Assert.Equal((0, "email", "ana@example.net", later), (mail.Step, mail.Channel, mail.Address, mail.DueAt));
        Assert.Equal(("Welcome, <Ana>", "<b>&lt;Ana&gt;</b> s3cret"), (mail.Subject, mail.Html));
        Assert.Equal((1, "sms", "Hi <Ana>\n1", null), (sms.Step, sms.Channel, sms.Text, sms.DueAt));
        Assert.Equal(("GSM-7", 1, null), (sms.Encoding, sms.Segments, mail.Segments));
        Assert.Equal(("serves", mail.ProviderId), (mail.Providers[0].Why, mail.Providers[0].Id));
        Assert.Empty(preview.Warnings);
    }

    [Fact]
    public async Task Nothing_is_stored_and_nobody_is_asked()
    {
        for (var i = 0; i < 100; i++) await Api.Notifications.PreviewAsync(Mail);

        Assert.Empty(await Api.Messages.ListAsync().ToListAsync(Token));
        Assert.Empty(await Api.Notifications.ListAsync().ToListAsync(Token));
        Assert.Empty(await Api.Simulator.ListAsync());
        Assert.Null(await Host.Engine.Storage.Contacts.GetAsync(ApiHost.Tenant, "new", Token));
        Assert.Equal(0, Host.Engine.InMemory);
        // Its turn was given back: who sends to the contact now is not kept waiting.
        Assert.Equal("accepted", (await Api.Notifications.SendAsync(Mail)).Status);
    }

    [Fact]
    public async Task A_template_that_fails_is_told_with_its_line_and_a_misspelt_variable_as_a_warning()
    {
        await MakeTemplateAsync();
        var preview = await Api.Notifications.PreviewAsync(new NotificationRequest
        {
            Recipient = new Recipient { Phone = "+5215512345678" },
            Channel = KnownChannels.Sms,
            TemplateId = "welcome",
            TemplateVariables = new JsonObject { ["name"] = "Ana", ["amount"] = 0, ["costumer"] = 1 },
        });

        var message = Assert.Single(preview.Messages);
        Assert.Equal("template_error", message.Errors[0].Code);
        Assert.Contains("line 2", message.Errors[0].Message, StringComparison.OrdinalIgnoreCase);
        Assert.Null(message.Text);
        Assert.Equal("template_variables.costumer", Assert.Single(preview.Warnings).Field);
    }

    [Fact]
    public async Task It_is_told_why_the_other_providers_would_not_serve()
    {
        foreach (var (name, priority) in new[] { ("first", 1), ("second", 2), ("off", 3) })
            await Api.Providers.CreateAsync(new ProviderDraft { Name = name, Channel = KnownChannels.Email, Kind = "simulator", Priority = priority, Enabled = name != "off" });

        var preview = await Api.Notifications.PreviewAsync(Mail);

        Assert.Equal([("first", "serves"), ("second", "next"), ("off", "disabled")], preview.Messages[0].Providers.Select(p => (p.Name, p.Why)));
    }

    [Theory]
    [InlineData("{", 400, "malformed_json")]
    [InlineData("""{"recipient":{"email":"ana@example.net"},"channel":"email","template_id":"nowhere"}""", 422, "invalid_request")]
    [InlineData("""{"recipient":{"email":"nonsense"},"message":"m","chanel":"email"}""", 422, "invalid_request")]
    [InlineData("""{"recipient":{"email":"a@example.net"},"channel":"email","message":"{{ 1 + }}","syntax":"jinja"}""", 422, "invalid_request")]
    [InlineData("[]", 422, "invalid_request")]
    public async Task What_would_be_refused_is_refused_alike(string body, int status, string slug)
    {
        var response = await Host.Client.SendAsync("POST", "/v1/notifications/preview", body);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("/problems/" + slug, (await ApiHost.JsonAsync(response)).GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_preview_takes_the_scope_of_sending()
    {
        var reader = await Host.ApiAsync(ApiHost.Tenant, Security.Scopes.Read);

        Assert.Equal(HttpStatusCode.Forbidden, await reader.Notifications.PreviewAsync(Mail).StatusAsync());
    }
}
