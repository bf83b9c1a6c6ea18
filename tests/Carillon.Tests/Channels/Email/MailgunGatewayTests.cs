using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Carillon.Channels;
using Carillon.Channels.Email;
using Carillon.Channels.Http;
using Carillon.Messages;
using Carillon.Tests.Channels.Http;
using Carillon.Tests.Channels.Sms;

namespace Carillon.Tests.Channels.Email;

/// <summary>
/// Exchanges as Mailgun documents them: documentation.mailgun.com/docs/mailgun, api-reference/send/mailgun/messages,
/// user-manual/events/webhooks, user-manual/webhooks/securing-webhooks, user-manual/receive-forward-store/receive-http.
/// </summary>
public sealed class MailgunGatewayTests
{
    private const string SigningKey = "key-of-webhooks";
    private const string Settings = """{ "domain": "mg.example.com", "from_email": "shop@example.com" }""";
    private const string Credentials = $$"""{ "api_key": "key-secret", "webhook_signing_key": "{{SigningKey}}" }""";
    private const string Queued = """{ "id": "<20111114174239.25659.5817@samples.mailgun.org>", "message": "Queued. Thank you." }""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mail_is_posted_whole_as_Mailgun_documents_it()
    {
        await using var rig = Rig(HttpReply.Json(200, Queued), """{ "domain": "mg.example.com", "from_email": "shop@example.com", "tags": ["shop"], "tracking": false, "test_mode": true }""");

        var result = await rig.Gateway.SendAsync(
            Sample.Message(rig.Provider, subject: "Hola", text: "Hola Ana", attachments: [new GatewayAttachment("a.pdf", "application/pdf", new byte[] { 1, 2, 255 })]), Token);

        var request = Assert.Single(rig.Server.Requests);
        Assert.Equal(("POST", "/v3/mg.example.com/messages.mime"), (request.Method, request.Target));
        Assert.Equal("Basic " + Convert.ToBase64String("api:key-secret"u8), request.Headers["authorization"]);
        var parts = MultipartForm.Read(new CallbackRequest
        {
            Method = "POST",
            Url = new Uri("https://x.example/"),
            ReceivedAt = Sample.Time,
            Body = request.Body,
            Headers = new Dictionary<string, string> { ["Content-Type"] = request.Headers["content-type"] },
        });
        Assert.Equal(
            [("to", "ana@example.net"), ("v:carillon_message", VendorRig.MessageId), ("o:tag", "shop"), ("o:tracking", "no"), ("o:testmode", "yes")],
            parts.Where(p => p.FileName is null).Select(p => (p.Name, p.Text)));
        var mail = Assert.Single(parts, p => p.Name == "message").Text;
        Assert.Contains($"Message-ID: <{VendorRig.MessageId}@example.com>\r\n", mail, StringComparison.Ordinal);
        Assert.Contains("Subject: Hola\r\n", mail, StringComparison.Ordinal);
        Assert.Contains("AQL/", mail, StringComparison.Ordinal);
        Assert.Equal(SendResult.Accepted("HTTP 200: Queued. Thank you.", "20111114174239.25659.5817@samples.mailgun.org"), result);
    }

    [Fact]
    public async Task What_cannot_be_a_mail_is_rejected_and_not_sent()
    {
        await using var rig = Rig(HttpReply.Json(200, Queued));
        Assert.Equal(SendOutcome.Rejected, (await rig.Gateway.SendAsync(Sample.Message(rig.Provider, subject: "a\r\nBcc: b@example.com"), Token)).Outcome);
        Assert.Empty(rig.Server.Requests);
    }

    [Theory]
    [InlineData(400, "to parameter is not a valid address. please check documentation", SendOutcome.Rejected)]
    [InlineData(400, "from parameter is not a valid address. please check documentation", SendOutcome.Unavailable)]
    [InlineData(400, "Sandbox subdomains are for test purposes only. Please add your own domain or add the address to authorized recipients", SendOutcome.Unavailable)]
    [InlineData(401, "Invalid private key", SendOutcome.Unavailable)]
    [InlineData(402, "Request failed", SendOutcome.Unavailable)]
    [InlineData(403, "Domain mg.example.com is not allowed to send: Please activate your Mailgun account", SendOutcome.Unavailable)]
    [InlineData(404, "Domain not found: mg.example.com", SendOutcome.Unavailable)]
    [InlineData(413, "Request Entity Too Large", SendOutcome.Rejected)]
    [InlineData(429, "Domain mg.example.com is not allowed to send: recipient limit exceeded, try again after 57 minutes", SendOutcome.Unavailable)]
    [InlineData(500, "Internal Server Error", SendOutcome.Unknown)]
    public async Task An_error_means_what_Mailgun_says_of_it(int status, string words, SendOutcome outcome)
    {
        await using var rig = Rig(HttpReply.Json(status, $$"""{ "message": "{{words}}" }"""));

        var result = await rig.Gateway.SendAsync(Sample.Message(rig.Provider), Token);

        Assert.Equal((outcome, $"HTTP {status}: {words}"), (result.Outcome, result.Answer));
    }

    [Fact]
    public async Task Too_many_requests_wait_as_long_as_Mailgun_says_and_a_lost_answer_is_unknown()
    {
        await using var busy = Rig(HttpReply.Of(429, """{"message":"Too many"}""", "Retry-After: 30"));
        var result = await busy.Gateway.SendAsync(Sample.Message(busy.Provider), Token);
        Assert.Equal((SendOutcome.RetryAfter, TimeSpan.FromSeconds(30)), (result.Outcome, result.Delay));

        await using var cut = Rig(HttpReply.Cut);
        Assert.Equal(SendOutcome.Unknown, (await cut.Gateway.SendAsync(Sample.Message(cut.Provider), Token)).Outcome);
    }

    [Theory]
    [InlineData(""" "event":"accepted" """, MessageEventKind.Sent, false, null)]
    [InlineData(""" "event":"delivered","delivery-status":{"code":250,"message":"OK","attempt-no":1} """, MessageEventKind.Delivered, false, "250 OK")]
    [InlineData(""" "event":"failed","severity":"permanent","reason":"suppress-bounce","delivery-status":{"code":605,"message":"","description":"Not delivering to previously bounced address"} """,
        MessageEventKind.Bounced, true, "605 Not delivering to previously bounced address")]
    [InlineData(""" "event":"failed","severity":"permanent","reason":"bounce","delivery-status":{"code":550,"message":"5.1.1 no such user"} """, MessageEventKind.Bounced, true, "550 5.1.1 no such user")]
    [InlineData(""" "event":"failed","severity":"permanent","reason":"generic","delivery-status":{"code":552,"bounce-type":"soft","message":"full"} """, MessageEventKind.Bounced, false, "552 full")]
    [InlineData(""" "event":"failed","severity":"permanent","reason":"old","delivery-status":{"code":602,"message":"Too old"} """, MessageEventKind.Failed, false, "602 Too old")]
    [InlineData(""" "event":"failed","severity":"temporary","reason":"generic","delivery-status":{"code":452,"message":"4.2.2 over quota"} """, MessageEventKind.Deferred, false, "452 4.2.2 over quota")]
    [InlineData(""" "event":"rejected","reject":{"reason":"Sandbox subdomains are for test purposes only"} """, MessageEventKind.Failed, false, "Sandbox subdomains are for test purposes only")]
    [InlineData(""" "event":"opened","ip":"50.56.129.169" """, MessageEventKind.Opened, false, null)]
    [InlineData(""" "event":"complained" """, MessageEventKind.Complained, false, null)]
    [InlineData(""" "event":"unsubscribed" """, MessageEventKind.Unsubscribed, false, null)]
    public async Task An_event_is_verified_and_read(string fields, MessageEventKind kind, bool isPermanent, string? detail)
    {
        await using var rig = Rig(HttpReply.Json(200, Queued));
        var request = Event(fields);

        await rig.AssertGenuineAsync(request);
        var receipt = rig.Receipt(request);

        Assert.Equal((kind, "20130503182626.18666.16540@mg.example.com", Sample.Id(1)), (receipt.Kind, receipt.ExternalId, receipt.MessageId));
        Assert.Equal((isPermanent, detail), (receipt.IsPermanent, receipt.Detail));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1521472262908), receipt.At!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task A_click_says_where_to_and_events_that_are_new_are_left()
    {
        await using var rig = Rig(HttpReply.Json(200, Queued));
        Assert.Equal("http://mailgun.com", rig.Receipt(Event(""" "event":"clicked","url":"http://mailgun.com" """)).Url);
        Assert.Empty(rig.Read(Event(""" "event":"stored" """)));
    }

    [Fact]
    public async Task What_Mailgun_did_not_sign_is_refused()
    {
        await using var rig = Rig(HttpReply.Json(200, Queued));
        await rig.AssertRefusedAsync(VendorRig.Callback("{}", RequestContent.Json));
        await rig.AssertRefusedAsync(VendorRig.Callback("", RequestContent.Json));
        await rig.AssertRefusedAsync(VendorRig.Callback("""{"signature":{"timestamp":"1773478800","token":"t","signature":"aa"}}""", RequestContent.Json));
        await rig.AssertRefusedAsync(VendorRig.Callback("""{"signature":{"timestamp":"1773478800","token":"\ud800","signature":"aa"}}""", RequestContent.Json));
        await rig.AssertRefusedAsync(VendorRig.Callback("""{"signature":[1,2]}""", RequestContent.Json));
        await rig.AssertRefusedAsync(VendorRig.Callback("--x", "multipart/form-data; boundary=x"));
        await rig.AssertRefusedAsync(VendorRig.Callback("timestamp=1773478800&token=t&signature=aa"));
        await rig.AssertRefusedAsync(Event(""" "event":"opened" """, key: "another"));
    }

    [Theory]
    [InlineData(-9 * 60 - 1, false)]
    [InlineData(-8 * 60, true)]
    [InlineData(4, true)]
    [InlineData(6, false)]
    public async Task A_signature_is_good_as_long_as_Mailgun_repeats(int minutes, bool isGood)
    {
        await using var rig = Rig(HttpReply.Json(200, Queued));
        var request = Event(""" "event":"opened" """, at: Sample.Time.AddMinutes(minutes));
        if (isGood) await rig.AssertGenuineAsync(request);
        else await rig.AssertRefusedAsync(request);
    }

    [Fact]
    public async Task A_token_that_comes_again_with_another_body_is_refused()
    {
        await using var rig = Rig(HttpReply.Json(200, Queued));
        var first = Event(""" "event":"opened" """, token: "once");
        await rig.AssertGenuineAsync(first);

        // A repetition: the store recognises it.
        await rig.AssertGenuineAsync(first);
        await rig.AssertRefusedAsync(Event(""" "event":"complained" """, token: "once"));
        await rig.AssertGenuineAsync(Event(""" "event":"complained" """, token: "twice"));
    }

    [Fact]
    public async Task Without_its_key_nothing_is_believed()
    {
        await using var rig = VendorRig.Of(MailgunGateway.Kind, Settings, """{ "api_key": "key" }""", HttpReply.Json(200, Queued), channel: Channel.Email);
        await rig.AssertRefusedAsync(Event(""" "event":"opened" """));
    }

    [Fact]
    public async Task A_mail_that_comes_in_is_a_message_of_who_wrote_it()
    {
        await using var rig = Rig(HttpReply.Json(200, Queued));
        const string token = "c3e5";
        var time = Sample.Time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        (string Name, string Value)[] fields =
        [
            ("recipient", "shop@mg.example.com"), ("sender", "bounce+ana@example.net"), ("from", "Ana <ana@example.net>"), ("subject", "Re: Pedido"),
            ("body-plain", "¡Sí!"), ("body-html", "<p>Sí</p>"), ("stripped-text", "Sí"), ("Message-Id", "<CAF@mail.example.net>"), ("In-Reply-To", "<msg_1@example.com>"),
            ("timestamp", time), ("token", token), ("signature", Sign(time, token, SigningKey)),
        ];
        var form = VendorRig.Callback(string.Join('&', fields.Select(f => $"{Uri.EscapeDataString(f.Name)}={Uri.EscapeDataString(f.Value)}")));
        var multipart = VendorRig.Callback(
            string.Concat(fields.Select(f => $"--b\r\nContent-Disposition: form-data; name=\"{f.Name}\"\r\n\r\n{f.Value}\r\n")) + "--b--\r\n", "multipart/form-data; boundary=\"b\"");

        foreach (var request in new[] { form, multipart })
        {
            var inbound = rig.Inbound(request);
            Assert.Equal(("ana@example.net", "shop@mg.example.com", "CAF@mail.example.net", "Re: Pedido", "¡Sí!"), (inbound.From, inbound.To, inbound.ExternalId, inbound.Subject, inbound.Text));
            Assert.Equal(("<p>Sí</p>", "msg_1@example.com"), (inbound.Html, inbound.InReplyTo));
        }

        await rig.AssertGenuineAsync(multipart);
    }

    [Theory]
    [InlineData("", RequestContent.Json)]
    [InlineData("{}", RequestContent.Json)]
    [InlineData("""{"event-data":[]}""", RequestContent.Json)]
    [InlineData("""{"event-data":{"event":"opened"}}""", RequestContent.Json)]
    [InlineData("sender=x", RequestContent.Form)]
    [InlineData("from=a%40example.net", RequestContent.Form)]
    public async Task What_cannot_be_read_says_so(string body, string contentType)
    {
        await using var rig = Rig(HttpReply.Json(200, Queued));
        Assert.Throws<FormatException>(() => rig.Read(VendorRig.Callback(body, contentType)));
    }

    [Theory]
    [InlineData("{}", "{}", "settings.domain", "settings.from_email", "credentials.api_key")]
    [InlineData("""{"domain":"../x","from_email":"a@example.com","region":"mars","tags":"x"}""", """{"api_key":"k"}""", "settings.domain", "settings.region", "settings.tags")]
    public void Settings_that_Mailgun_would_refuse_are_named(string settings, string credentials, params string[] fields) =>
        Assert.Equal(fields, MailgunGateway.Kind.Check(Sample.Settings(settings, credentials)).Select(f => f.Field));

    private static VendorRig Rig(HttpReply reply, string settings = Settings) => VendorRig.Of(MailgunGateway.Kind, settings, Credentials, reply, channel: Channel.Email);

    /// <summary>As the guide to webhooks has it.</summary>
    private static CallbackRequest Event(string fields, DateTimeOffset? at = null, string token = "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0", string key = SigningKey)
    {
        var time = (at ?? Sample.Time).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return VendorRig.Callback(
            $$"""
            { "signature": { "timestamp": "{{time}}", "token": "{{token}}", "signature": "{{Sign(time, token, key)}}" },
              "event-data": { {{fields}}, "id": "CPgfbmQMTCKtHW6uIWtuVe", "timestamp": 1521472262.908181, "recipient": "ana@example.net",
                "message": { "headers": { "to": "ana@example.net", "message-id": "20130503182626.18666.16540@mg.example.com", "from": "shop@example.com", "subject": "Hola" }, "size": 111 },
                "user-variables": { "carillon_message": "{{VendorRig.MessageId}}" }, "tags": ["shop"] } }
            """,
            RequestContent.Json);
    }

    private static string Sign(string time, string token, string key) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(time + token)));
}
