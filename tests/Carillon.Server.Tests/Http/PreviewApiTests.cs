using System.Net;
using System.Text;
using System.Text.Json;

namespace Carillon.Server.Tests.Http;

public sealed class PreviewApiTests : IAsyncLifetime
{
    private EngineHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await EngineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private Task<HttpResponseMessage> PostAsync(string path, string body) =>
        _host.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

    private async Task<JsonElement> PreviewAsync(string body)
    {
        var response = await PostAsync("/v1/notifications/preview", body);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return await ApiHost.JsonAsync(response);
    }

    private async Task<JsonElement> GetAsync(string path) => await ApiHost.JsonAsync(await _host.Client.GetAsync(path, TestContext.Current.CancellationToken));

    private async Task MakeTemplateAsync() => Assert.Equal(HttpStatusCode.Created, (await PostAsync("/v1/templates", """
        { "key": "welcome", "name": "Welcome", "variables": [ { "name": "name", "type": "string", "required": true }, { "name": "amount" }, { "name": "code", "secret": true } ],
          "variants": [ { "channel": "email", "subject": "Welcome, {{ name }}", "html": "<b>{{ name }}</b> {{ code }}" },
                        { "channel": "sms", "text": "Hi {{ name }}\n{{ 1 // amount }}" } ] }
        """)).StatusCode);

    [Fact]
    public async Task Each_message_of_every_step_is_shown_as_it_would_be_sent()
    {
        await MakeTemplateAsync();
        var preview = await PreviewAsync("""
            { "recipient": { "id": "c1", "name": "Ana", "email": "ana@example.net", "phone": "+5215512345678" }, "channels": [ "email", "sms" ], "delivery": "fallback",
              "template_id": "welcome", "template_variables": { "name": "<Ana>", "amount": 1, "code": "s3cret" }, "scheduled_at": "2031-01-01T00:00:00Z", "priority": "high" }
            """);

        var (mail, sms) = (preview.GetProperty("messages")[0], preview.GetProperty("messages")[1]);
        Assert.Equal(("c1", "high"), (preview.GetProperty("recipient_id").GetString(), preview.GetProperty("priority").GetString()));
        Assert.Equal((0, "email", "ana@example.net"), (mail.GetProperty("step").GetInt32(), mail.GetProperty("channel").GetString(), mail.GetProperty("address").GetString()));
        Assert.Equal(("Welcome, <Ana>", "<b>&lt;Ana&gt;</b> s3cret"), (mail.GetProperty("subject").GetString(), mail.GetProperty("html").GetString()));
        Assert.Equal("2031-01-01T00:00:00.000Z", mail.GetProperty("due_at").GetString());
        Assert.Equal((1, "sms", "Hi <Ana>\n1"), (sms.GetProperty("step").GetInt32(), sms.GetProperty("channel").GetString(), sms.GetProperty("text").GetString()));
        Assert.Equal(JsonValueKind.Null, sms.GetProperty("due_at").ValueKind);
        Assert.Equal(("GSM-7", 1), (sms.GetProperty("encoding").GetString(), sms.GetProperty("segments").GetInt32()));
        Assert.Equal(JsonValueKind.Null, mail.GetProperty("segments").ValueKind);
        Assert.Equal("serves", mail.GetProperty("providers")[0].GetProperty("why").GetString());
        Assert.Equal(mail.GetProperty("providers")[0].GetProperty("id").GetString(), mail.GetProperty("provider_id").GetString());
        Assert.Empty(preview.GetProperty("warnings").EnumerateArray());
    }

    [Fact]
    public async Task Nothing_is_stored_and_nobody_is_asked()
    {
        const string body = """{"recipient":{"id":"new","email":"ana@example.net"},"channel":"email","subject":"s","message":"m"}""";
        for (var i = 0; i < 100; i++) await PreviewAsync(body);

        Assert.Empty((await GetAsync("/v1/messages")).GetProperty("data").EnumerateArray());
        Assert.Empty((await GetAsync("/v1/notifications")).GetProperty("data").EnumerateArray());
        Assert.Empty((await GetAsync("/v1/simulator/outbox")).GetProperty("data").EnumerateArray());
        Assert.Null(await _host.Engine.Storage.Contacts.GetAsync(ApiHost.Tenant, "new", TestContext.Current.CancellationToken));
        Assert.Equal(0, _host.Engine.InMemory);
        // Its turn was given back: who sends to the contact now is not kept waiting.
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync("/v1/notifications", body)).StatusCode);
    }

    [Fact]
    public async Task A_template_that_fails_is_told_with_its_line_and_a_misspelt_variable_as_a_warning()
    {
        await MakeTemplateAsync();
        var preview = await PreviewAsync("""
            { "recipient": { "phone": "+5215512345678" }, "channel": "sms", "template_id": "welcome", "template_variables": { "name": "Ana", "amount": 0, "costumer": 1 } }
            """);

        var error = preview.GetProperty("messages")[0].GetProperty("errors")[0];
        Assert.Equal("template_error", error.GetProperty("code").GetString());
        Assert.Contains("line 2", error.GetProperty("message").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(JsonValueKind.Null, preview.GetProperty("messages")[0].GetProperty("text").ValueKind);
        Assert.Equal("template_variables.costumer", Assert.Single(preview.GetProperty("warnings").EnumerateArray()).GetProperty("field").GetString());
    }

    [Fact]
    public async Task It_is_told_why_the_other_providers_would_not_serve()
    {
        foreach (var (name, priority, more) in new[] { ("first", 1, ""), ("second", 2, ""), ("off", 3, ",\"enabled\":false") })
        {
            var made = await PostAsync("/v1/providers", $$"""{"name":"{{name}}","channel":"email","kind":"simulator","priority":{{priority}}{{more}}}""");
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        }

        var preview = await PreviewAsync("""{"recipient":{"email":"ana@example.net"},"channel":"email","subject":"s","message":"m"}""");

        Assert.Equal(
            [("first", "serves"), ("second", "next"), ("off", "disabled")],
            preview.GetProperty("messages")[0].GetProperty("providers").EnumerateArray().Select(p => (p.GetProperty("name").GetString(), p.GetProperty("why").GetString())));
    }

    [Theory]
    [InlineData("{", 400, "malformed_json")]
    [InlineData("""{"recipient":{"email":"ana@example.net"},"channel":"email","template_id":"nowhere"}""", 422, "invalid_request")]
    [InlineData("""{"recipient":{"email":"nonsense"},"message":"m","chanel":"email"}""", 422, "invalid_request")]
    [InlineData("""{"recipient":{"email":"a@example.net"},"channel":"email","message":"{{ 1 + }}","syntax":"jinja"}""", 422, "invalid_request")]
    [InlineData("[]", 422, "invalid_request")]
    public async Task What_would_be_refused_is_refused_alike(string body, int status, string slug)
    {
        var response = await PostAsync("/v1/notifications/preview", body);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("/problems/" + slug, (await ApiHost.JsonAsync(response)).GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_preview_takes_the_scope_of_sending()
    {
        _host.Client.DefaultRequestHeaders.Authorization = new("Bearer", await _host.AddKeyAsync(ApiHost.Tenant, Security.Scopes.Read));

        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("/v1/notifications/preview", "{}")).StatusCode);
    }
}
