using System.Text.Json;
using Carillon.Channels;
using Carillon.Channels.Http;
using Carillon.Channels.Simulator;
using Carillon.Channels.Webhook;
using Carillon.Messages;
using Carillon.Tests.Channels.Http;

namespace Carillon.Tests.Channels.Webhook;

public sealed class WebhookGatewayTests
{
    private const string Secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    private const string OldSecret = "whsec_FxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA";

    private readonly ManualTime _time = new();
    private readonly GatewayServices _services;

    public WebhookGatewayTests() =>
        _services = new GatewayServices(_time, new SimulatorOutbox()) { Guard = AddressGuard.TryParse("127.0.0.1")! };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_is_posted_to_its_address_signed_with_both_secrets()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(204));
        var credentials = $$"""{"secret":"{{Secret}}","previous_secret":"{{OldSecret}}"}""";
        var result = await SendAsync(server.Url + "/hooks/7?k=v", credentials: credentials);

        Assert.Equal(SendResult.Accepted("HTTP 204."), result);
        var request = Assert.Single(server.Requests);
        Assert.Equal(("POST", "/hooks/7?k=v", "application/json"), (request.Method, request.Target, request.Headers["content-type"]));
        using var json = JsonDocument.Parse(request.Body);
        Assert.Equal("notification", json.RootElement.GetProperty("type").GetString());
        Assert.Equal(Sample.Time, json.RootElement.GetProperty("timestamp").GetDateTimeOffset());
        var data = json.RootElement.GetProperty("data");
        Assert.Equal((PublicId.Format("msg_", Sample.Id(1)), "Welcome", "Hello Ana"), (data.GetProperty("id").GetString(), data.GetProperty("subject").GetString(), data.GetProperty("text").GetString()));
        Assert.False(data.TryGetProperty("html", out _));
        Assert.Equal(data.GetProperty("id").GetString(), request.Headers["webhook-id"]);
        foreach (var text in (string[])[Secret, OldSecret])
        {
            Assert.True(WebhookSecret.TryParse(text, out var secret));
            Assert.True(WebhookSignature.Verify(
                secret, request.Headers["webhook-id"], request.Headers["webhook-timestamp"], request.Headers["webhook-signature"], request.Body, _time.GetUtcNow()));
        }
    }

    [Fact]
    public async Task A_later_attempt_has_the_same_id_and_body_and_its_own_time()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        await SendAsync(server.Url);
        _time.Advance(TimeSpan.FromHours(5));
        await SendAsync(server.Url, attempt: 2);
        var (first, second) = (server.Requests.First(), server.Requests.Last());
        Assert.Equal((first.Headers["webhook-id"], first.Text), (second.Headers["webhook-id"], second.Text));
        Assert.Equal(5 * 3600, long.Parse(second.Headers["webhook-timestamp"], null) - long.Parse(first.Headers["webhook-timestamp"], null));
        Assert.DoesNotContain("webhook-signature", first.Headers.Keys);
    }

    [Fact]
    public async Task A_text_is_posted_as_the_template_has_it()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        await SendAsync(server.Url, """{"payload":"text","content_type":"text/plain; charset=utf-8"}""", text: "Grüße");
        var request = Assert.Single(server.Requests);
        Assert.Equal(("Grüße", "text/plain; charset=utf-8"), (request.Text, request.Headers["content-type"]));
    }

    [Fact]
    public async Task What_the_server_has_to_say_itself_is_posted_as_it_is_whatever_the_payload()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { [WebhookGateway.DocumentHeader] = "application/json" };
        var provider = Sample.Provider("webhook", "{}", channel: Channel.Webhook);
        await using var gateway = WebhookGateway.Kind.Create(provider, _services);
        await gateway.SendAsync(Sample.Message(provider, address: server.Url, text: """{"type":"alert.raised"}""", headers: headers), Token);
        var request = Assert.Single(server.Requests);
        Assert.Equal(("""{"type":"alert.raised"}""", "application/json"), (request.Text, request.Headers["content-type"]));
    }

    [Fact]
    public async Task A_url_of_the_settings_takes_everything()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        await SendAsync("https://example.net/a", $$"""{"url":"{{server.Url}}/all"}""");
        var request = Assert.Single(server.Requests);
        Assert.Equal("/all", request.Target);
        Assert.Contains("\"address\":\"https://example.net/a\"", request.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, OnUnknown.Resend, SendOutcome.Accepted)]
    [InlineData(302, OnUnknown.Resend, SendOutcome.RetryAfter)]
    [InlineData(400, OnUnknown.Resend, SendOutcome.RetryAfter)]
    [InlineData(404, OnUnknown.Stop, SendOutcome.RetryAfter)]
    [InlineData(410, OnUnknown.Resend, SendOutcome.Rejected)]
    [InlineData(500, OnUnknown.Resend, SendOutcome.RetryAfter)]
    [InlineData(500, OnUnknown.Stop, SendOutcome.Unknown)]
    [InlineData(503, OnUnknown.Stop, SendOutcome.RetryAfter)]
    public async Task What_an_endpoint_answers_concerns_its_message_alone(int status, OnUnknown onUnknown, SendOutcome outcome)
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(status, "echo of the body", "Retry-After: 30", "Location: http://127.0.0.1/"));
        var result = await SendAsync(server.Url, onUnknown: onUnknown);
        Assert.Equal(outcome, result.Outcome);
        Assert.DoesNotContain("echo", result.Answer, StringComparison.Ordinal);
        if (outcome == SendOutcome.RetryAfter) Assert.Equal(TimeSpan.FromSeconds(30), result.Delay);
    }

    [Theory]
    [InlineData(OnUnknown.Resend, SendOutcome.RetryAfter)]
    [InlineData(OnUnknown.Stop, SendOutcome.Unknown)]
    public async Task A_lost_answer_is_a_reason_to_try_again_unless_the_sender_asked_to_stop(OnUnknown onUnknown, SendOutcome outcome)
    {
        await using var server = new LoopbackHttpServer(HttpReply.Cut);
        Assert.Equal(outcome, (await SendAsync(server.Url, onUnknown: onUnknown)).Outcome);
    }

    [Theory]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[::ffff:192.168.0.1]/")]
    public async Task Not_even_the_installation_posts_to_an_address_where_the_guard_forbids_it(string address)
    {
        var result = await SendAsync(address);
        Assert.Equal(SendOutcome.RetryAfter, result.Outcome);
        Assert.Contains("not allowed here", result.Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://example.net/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ana@example.net")]
    [InlineData("https://user:word@example.net/")]
    [InlineData("https://example.net/ a")]
    public async Task An_address_that_is_no_url_to_post_to_is_rejected(string address) =>
        Assert.Equal(SendOutcome.Rejected, (await SendAsync(address)).Outcome);

    [Theory]
    [InlineData("""{"url":"ftp://example.net"}""", null, "settings.url", "invalid")]
    [InlineData("""{"url":"https://ana:1@example.net"}""", null, "settings.url", "invalid")]
    [InlineData("""{"content_type":"text/plain"}""", null, "settings.content_type", "conflict")]
    [InlineData("""{"payload":"text","event_type":"x"}""", null, "settings.event_type", "conflict")]
    [InlineData("""{"payload":"text","content_type":"a\nb"}""", null, "settings.content_type", "invalid")]
    [InlineData("{}", """{"secret":"hunter2"}""", "credentials.secret", "invalid")]
    [InlineData("{}", $$"""{"previous_secret":"{{Secret}}"}""", "credentials.secret", "required")]
    public void A_fault_is_told_by_field(string settings, string? credentials, string field, string code)
    {
        var fault = Assert.Single(WebhookGateway.Kind.Check(Sample.Settings(settings, credentials, Channel.Webhook)));
        Assert.Equal((field, code), (fault.Field, fault.Code));
        Assert.DoesNotContain("hunter2", fault.Message, StringComparison.Ordinal);
    }

    private async Task<SendResult> SendAsync(
        string address, string settings = "{}", string? credentials = null, OnUnknown onUnknown = OnUnknown.Resend, string text = "Hello Ana", int attempt = 1)
    {
        var provider = Sample.Provider("webhook", settings, credentials, channel: Channel.Webhook);
        await using var gateway = WebhookGateway.Kind.Create(provider, _services);
        return await gateway.SendAsync(Sample.Message(provider, address: address, text: text, attempt: attempt, onUnknown: onUnknown), Token);
    }
}
