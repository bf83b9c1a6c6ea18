using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Channels;
using Carillon.Channels.Email;
using Carillon.Channels.Http;
using Carillon.Messages;
using Carillon.Tests.Channels.Http;
using Carillon.Tests.Channels.Sms;

namespace Carillon.Tests.Channels.Email;

/// <summary>
/// Exchanges as SendGrid documents them: twilio.com/docs/sendgrid, api-reference/mail-send/mail-send, for-developers/tracking-events/event and
/// getting-started-event-webhook-security-features, for-developers/parsing-email/setting-up-the-inbound-parse-webhook.
/// </summary>
public sealed class SendGridGatewayTests : IDisposable
{
    private const string Settings = """{ "from_email": "shop@example.com", "from_name": "Shop" }""";

    private static readonly HttpReply Accepted = HttpReply.Of(202, "", "X-Message-Id: ZBGpCvn8RHyU4WRCPzbu6A");

    private readonly ECDsa _events = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _inbound = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private string Credentials => $$"""
        { "api_key": "SG.key", "webhook_public_key": "{{KeyOf(_events)}}", "inbound_public_key": "{{KeyOf(_inbound)}}" }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mail_is_posted_as_SendGrid_documents_it()
    {
        await using var rig = Rig(Accepted);
        var message = Sample.Message(
            rig.Provider, subject: "¡Hola! <3", text: "Hola \"Ana\"", html: "<p>Hola Ana</p>", recipientName: "Ana Ñ", replyTo: "help@example.com",
            headers: new Dictionary<string, string> { ["X-Order"] = "17", ["List-Unsubscribe"] = "<https://example.com/u>", ["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click" },
            attachments: [new GatewayAttachment("factura.pdf", "application/pdf", new byte[] { 1, 2, 255 })]);

        var result = await rig.Gateway.SendAsync(message, Token);

        var request = Assert.Single(rig.Server.Requests);
        Assert.Equal(("POST", "/v3/mail/send", "Bearer SG.key"), (request.Method, request.Target, request.Headers["authorization"]));
        var expected = Sample.Json($$"""
            {
              "personalizations": [{ "to": [{ "email": "ana@example.net", "name": "Ana Ñ" }], "custom_args": { "carillon_message": "{{VendorRig.MessageId}}" } }],
              "from": { "email": "shop@example.com", "name": "Shop" },
              "reply_to": { "email": "help@example.com" },
              "subject": "¡Hola! <3",
              "content": [{ "type": "text/plain", "value": "Hola \"Ana\"" }, { "type": "text/html", "value": "<p>Hola Ana</p>" }],
              "headers": { "X-Order": "17", "Auto-Submitted": "auto-generated", "List-Unsubscribe": "<https://example.com/u>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" },
              "attachments": [{ "content": "AQL/", "type": "application/pdf", "filename": "factura.pdf", "disposition": "attachment" }]
            }
            """);
        Assert.True(JsonElement.DeepEquals(expected, Sample.Json(request.Text)), request.Text);
        Assert.Equal(SendResult.Accepted("HTTP 202.", "ZBGpCvn8RHyU4WRCPzbu6A"), result);
    }

    [Fact]
    public async Task Categories_the_pool_and_the_sandbox_go_along()
    {
        await using var rig = Rig(Accepted, """{ "from_email": "shop@example.com", "categories": ["shop"], "ip_pool_name": "fast", "sandbox": true }""");

        await rig.Gateway.SendAsync(Sample.Message(rig.Provider), Token);

        var sent = Sample.Json(Assert.Single(rig.Server.Requests).Text);
        Assert.Equal("""["shop"]""", sent.GetProperty("categories").GetRawText());
        Assert.Equal("fast", sent.GetProperty("ip_pool_name").GetString());
        Assert.True(sent.GetProperty("mail_settings").GetProperty("sandbox_mode").GetProperty("enable").GetBoolean());
    }

    [Fact]
    public async Task Without_a_sender_anywhere_another_provider_may_have_one()
    {
        await using var rig = Rig(Accepted, "{ \"sandbox\": false }");

        Assert.Equal(SendOutcome.Unavailable, (await rig.Gateway.SendAsync(Sample.Message(rig.Provider), Token)).Outcome);
        Assert.Equal(SendOutcome.Accepted, (await rig.Gateway.SendAsync(Sample.Message(rig.Provider, from: "a@example.com"), Token)).Outcome);
    }

    [Theory]
    [InlineData("Subject\r\nBcc: x@example.com", "ana@example.net", null)]
    [InlineData("Subject", "ana@example.net", "not an address")]
    public async Task What_cannot_be_a_mail_is_rejected_and_not_sent(string subject, string to, string? from)
    {
        await using var rig = Rig(Accepted);

        Assert.Equal(SendOutcome.Rejected, (await rig.Gateway.SendAsync(Sample.Message(rig.Provider, address: to, subject: subject, from: from), Token)).Outcome);
        Assert.Empty(rig.Server.Requests);
    }

    [Theory]
    [InlineData(400, "personalizations.0.to.0.email", "Does not contain a valid address.", SendOutcome.Rejected)]
    [InlineData(400, "content.0.value", "The content value must be a string at least one character in length.", SendOutcome.Rejected)]
    [InlineData(400, "from.email", "The from email does not contain a valid address.", SendOutcome.Unavailable)]
    [InlineData(401, null, "The provided authorization grant is invalid, expired, or revoked", SendOutcome.Unavailable)]
    [InlineData(401, null, "Maximum credits exceeded", SendOutcome.Unavailable)]
    [InlineData(403, "from", "The from address does not match a verified Sender Identity.", SendOutcome.Unavailable)]
    [InlineData(404, null, "Not found", SendOutcome.Unavailable)]
    [InlineData(413, null, "Payload too large", SendOutcome.Rejected)]
    [InlineData(429, null, "too many requests", SendOutcome.Unavailable)]
    [InlineData(451, null, "Unavailable due to data residency restrictions", SendOutcome.Unavailable)]
    [InlineData(500, null, "Internal error", SendOutcome.Unknown)]
    [InlineData(503, null, "Not available", SendOutcome.Unavailable)]
    public async Task An_error_means_what_SendGrid_says_of_it(int status, string? field, string words, SendOutcome outcome)
    {
        await using var rig = Rig(HttpReply.Json(status, JsonSerializer.Serialize(new { errors = new[] { new { message = words, field, help = "http://sendgrid.com/docs" } } })));

        var result = await rig.Gateway.SendAsync(Sample.Message(rig.Provider), Token);

        Assert.Equal((outcome, $"HTTP {status}: {(field is null ? "" : field + ": ")}{words}"), (result.Outcome, result.Answer));
    }

    [Fact]
    public async Task Too_many_requests_are_repeated_when_SendGrid_says()
    {
        await using var rig = Rig(HttpReply.Of(429, """{"errors":[{"field":null,"message":"too many requests"}]}""", "Retry-After: 4"));

        var result = await rig.Gateway.SendAsync(Sample.Message(rig.Provider), Token);

        Assert.Equal((SendOutcome.RetryAfter, TimeSpan.FromSeconds(4)), (result.Outcome, result.Delay));
    }

    [Fact]
    public async Task A_lost_answer_is_unknown_and_no_connection_is_unavailable()
    {
        await using var cut = Rig(HttpReply.Cut);
        Assert.Equal(SendOutcome.Unknown, (await cut.Gateway.SendAsync(Sample.Message(cut.Provider), Token)).Outcome);

        await using var gone = Rig(HttpReply.Cut);
        await gone.CloseServerAsync();
        Assert.Equal(SendOutcome.Unavailable, (await gone.Gateway.SendAsync(Sample.Message(gone.Provider), Token)).Outcome);
    }

    [Theory]
    [InlineData("""{"event":"processed"}""", MessageEventKind.Sent, false, null)]
    [InlineData("""{"event":"deferred","response":"400 try again later","attempt":"5"}""", MessageEventKind.Deferred, false, "400 try again later")]
    [InlineData("""{"event":"delivered","response":"200 OK"}""", MessageEventKind.Delivered, false, "200 OK")]
    [InlineData("""{"event":"open","useragent":"Mozilla","ip":"255.255.255.255"}""", MessageEventKind.Opened, false, null)]
    [InlineData("""{"event":"bounce","reason":"500 unknown recipient","status":"5.0.0","type":"bounce"}""", MessageEventKind.Bounced, true, "5.0.0 500 unknown recipient")]
    [InlineData("""{"event":"bounce","reason":"550 blocked","status":"5.7.1","type":"blocked"}""", MessageEventKind.Bounced, false, "5.7.1 550 blocked")]
    [InlineData("""{"event":"dropped","reason":"Bounced Address","status":"5.0.0"}""", MessageEventKind.Bounced, true, "5.0.0 Bounced Address")]
    [InlineData("""{"event":"dropped","reason":"Recipient List over Package Quota"}""", MessageEventKind.Failed, false, "Recipient List over Package Quota")]
    [InlineData("""{"event":"spamreport"}""", MessageEventKind.Complained, false, null)]
    [InlineData("""{"event":"unsubscribe"}""", MessageEventKind.Unsubscribed, false, null)]
    [InlineData("""{"event":"group_unsubscribe","asm_group_id":10}""", MessageEventKind.Unsubscribed, false, null)]
    public async Task An_event_is_verified_and_read(string fields, MessageEventKind kind, bool isPermanent, string? detail)
    {
        await using var rig = Rig(Accepted);
        var request = Signed($"[{Event(fields)}]");

        await rig.AssertGenuineAsync(request);
        var receipt = rig.Receipt(request);

        Assert.Equal((kind, "14c5d75ce93.dfd.64b469", Sample.Id(1)), (receipt.Kind, receipt.ExternalId, receipt.MessageId));
        Assert.Equal((isPermanent, detail, DateTimeOffset.FromUnixTimeSeconds(1513299569)), (receipt.IsPermanent, receipt.Detail, receipt.At));
    }

    [Fact]
    public async Task A_batch_of_events_is_read_in_its_order_and_what_is_new_in_it_is_left()
    {
        await using var rig = Rig(Accepted);
        var request = Signed($$"""
            [{{Event("""{"event":"delivered"}""")}}, {{Event("""{"event":"click","url":"https://example.com/a?b=1"}""")}}, {{Event("""{"event":"group_resubscribe"}""")}},
             {{Event("""{"event":"machine_opened_tomorrow"}""")}}, 7, null, {"event":"delivered"}]
            """);

        var read = rig.Read(request).Cast<CallbackEvent.Receipt>().ToList();

        Assert.Equal([(MessageEventKind.Delivered, null), (MessageEventKind.Clicked, "https://example.com/a?b=1")], read.Select(r => (r.Kind, r.Url)));
    }

    [Theory]
    [InlineData("14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0", "14c5d75ce93.dfd.64b469")]
    [InlineData("ZBGpCvn8RHyU4WRCPzbu6A.recvd-5645d9c87f-78xgx-1-64B82D9B-57.0", "ZBGpCvn8RHyU4WRCPzbu6A")]
    [InlineData("ZBGpCvn8RHyU4WRCPzbu6A.filterdrecv-p3iad2-8ddf98858-qtx9v-18-5D3A6BCB-71.0", "ZBGpCvn8RHyU4WRCPzbu6A")]
    public async Task The_answer_s_id_is_found_in_that_of_the_event(string messageId, string external)
    {
        await using var rig = Rig(Accepted);
        var receipt = rig.Receipt(Signed($$"""[{"event":"delivered","sg_message_id":"{{messageId}}"}]"""));
        Assert.Equal((external, null), (receipt.ExternalId, receipt.MessageId));
    }

    [Fact]
    public async Task What_SendGrid_did_not_sign_is_refused()
    {
        await using var rig = Rig(Accepted);
        var genuine = Signed($"[{Event("""{"event":"delivered"}""")}]");
        await rig.AssertGenuineAsync(genuine);

        await rig.AssertRefusedAsync(genuine with { Body = Encoding.UTF8.GetBytes("[]") });
        await rig.AssertRefusedAsync(VendorRig.Callback("[]", RequestContent.Json));
        await rig.AssertRefusedAsync(WithHeader(genuine, "X-Twilio-Email-Event-Webhook-Timestamp", "1773478801"));
        await rig.AssertRefusedAsync(WithHeader(genuine, "X-Twilio-Email-Event-Webhook-Signature", "AAAA"));
        await rig.AssertRefusedAsync(WithHeader(genuine, "X-Twilio-Email-Event-Webhook-Signature", "not base 64"));
        await rig.AssertRefusedAsync(WithHeader(genuine, "X-Twilio-Email-Event-Webhook-Signature", ""));
        await rig.AssertRefusedAsync(Signed("[]", by: _inbound));
        await rig.AssertRefusedAsync(Signed("[]", timestamp: "soon"));
        await rig.AssertRefusedAsync(Signed("[]", timestamp: "99999999999999999999"));
    }

    [Theory]
    [InlineData(-26 * 60, false)]
    [InlineData(-24 * 60, true)]
    [InlineData(4, true)]
    [InlineData(6, false)]
    public async Task A_signature_is_good_for_a_day_of_repetitions(int minutes, bool isGood)
    {
        await using var rig = Rig(Accepted);
        var request = Signed("[]", timestamp: Sample.Time.AddMinutes(minutes).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        if (isGood) await rig.AssertGenuineAsync(request);
        else await rig.AssertRefusedAsync(request);
    }

    [Fact]
    public async Task Without_its_key_nothing_is_believed()
    {
        await using var rig = VendorRig.Of(SendGridGateway.Kind, Settings, """{ "api_key": "SG.key" }""", Accepted, channel: Channel.Email);
        await rig.AssertRefusedAsync(Signed("[]"));
        await rig.AssertRefusedAsync(Inbound("a@example.net"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[{\"event\":")]
    [InlineData("\"x\"")]
    public async Task What_cannot_be_read_says_so(string body)
    {
        await using var rig = Rig(Accepted);
        Assert.Throws<FormatException>(() => rig.Read(VendorRig.Callback(body, RequestContent.Json)));
    }

    [Fact]
    public async Task Values_of_other_kinds_are_no_values()
    {
        await using var rig = Rig(Accepted);
        var events = rig.Read(VendorRig.Callback(
            """[{"event":["delivered"],"sg_message_id":"a"},{"event":"delivered","sg_message_id":{},"carillon_message":"msg_nonsense"},{"event":"bounce","sg_message_id":"\ud800"},{"event":"delivered","sg_message_id":"b","timestamp":1e300}]""",
            RequestContent.Json));
        var receipt = Assert.IsType<CallbackEvent.Receipt>(Assert.Single(events));
        Assert.Equal(("b", (DateTimeOffset?)null), (receipt.ExternalId, receipt.At));
    }

    [Fact]
    public async Task A_mail_that_comes_in_is_a_message_of_who_wrote_it()
    {
        await using var rig = Rig(Accepted);
        var request = Inbound("\"Ana\" <ana@example.net>");

        await rig.AssertGenuineAsync(request);
        var inbound = rig.Inbound(request);

        Assert.Equal(("ana@example.net", "shop@parse.example.com", "CAF@mail.example.net", "Re: Pedido", "¡Sí!"), (inbound.From, inbound.To, inbound.ExternalId, inbound.Subject, inbound.Text));
        Assert.Equal(("<p>S\u00ed</p>", "msg_1@example.com"), (inbound.Html, inbound.InReplyTo));
    }

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=other")]
    [InlineData("multipart/form-data; boundary=\"")]
    public async Task A_form_without_its_boundary_cannot_be_read(string contentType)
    {
        await using var rig = Rig(Accepted);
        Assert.Throws<FormatException>(() => rig.Read(WithHeader(Inbound("a@example.net"), "Content-Type", contentType)));
    }

    [Fact]
    public async Task A_form_that_breaks_off_anywhere_is_no_crash()
    {
        await using var rig = Rig(Accepted);
        var whole = Inbound("a@example.net");
        for (var length = 0; length < whole.Body.Length - 4; length++) Assert.Throws<FormatException>(() => rig.Read(whole with { Body = whole.Body[..length] }));
    }

    [Theory]
    [InlineData("{}", "{}", "credentials.api_key")]
    [InlineData("""{"from_email":"nobody","region":"mars","categories":[1]}""", """{"api_key":"a\nb","webhook_public_key":"AAAA"}""",
        "settings.from_email", "settings.region", "settings.categories", "credentials.api_key", "credentials.webhook_public_key")]
    [InlineData("""{"form_email":"a@example.com"}""", """{"api_key":"SG.x"}""", "settings.form_email")]
    public void Settings_that_SendGrid_would_refuse_are_named(string settings, string credentials, params string[] fields) =>
        Assert.Equal(fields, SendGridGateway.Kind.Check(Sample.Settings(settings, credentials)).Select(f => f.Field));

    public void Dispose()
    {
        _events.Dispose();
        _inbound.Dispose();
    }

    private static string KeyOf(ECDsa key) => Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());

    private static string Event(string fields) => fields.TrimEnd('}')
        + $$""","email":"ana@example.net","timestamp":1513299569,"smtp-id":"<14c5d75ce93.dfd.64b469@ismtpd-555>","sg_event_id":"sg_event_id","sg_message_id":"14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0","carillon_message":"{{VendorRig.MessageId}}"}""";

    private static CallbackRequest WithHeader(CallbackRequest request, string name, string value) =>
        request with { Headers = new Dictionary<string, string>(request.Headers, StringComparer.OrdinalIgnoreCase) { [name] = value } };

    private VendorRig Rig(HttpReply reply, string settings = Settings) => VendorRig.Of(SendGridGateway.Kind, settings, Credentials, reply, channel: Channel.Email);

    private CallbackRequest Signed(string body, string? timestamp = null, ECDsa? by = null, string contentType = RequestContent.Json)
    {
        timestamp ??= Sample.Time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = (by ?? _events).SignData(Encoding.UTF8.GetBytes(timestamp + body), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return VendorRig.Callback(
            body, contentType, headers: [("X-Twilio-Email-Event-Webhook-Signature", Convert.ToBase64String(signature)), ("X-Twilio-Email-Event-Webhook-Timestamp", timestamp)]);
    }

    private CallbackRequest Inbound(string from) => Signed(
        string.Join("\r\n", Fields(from).Select(f => $"--xYzZY\r\nContent-Disposition: form-data; name=\"{f.Name}\"{f.More}\r\n\r\n{f.Value}")) + "\r\n--xYzZY--\r\n",
        by: _inbound, contentType: "multipart/form-data; boundary=xYzZY");

    private static (string Name, string More, string Value)[] Fields(string from) =>
    [
        ("headers", "", "Received: by mx0047p1mdw1.sendgrid.net\nMessage-ID: <CAF@mail.example.net>\nIn-Reply-To:\n <msg_1@example.com>\nSubject: Re: Pedido\n"),
        ("from", "", from),
        ("to", "", "Shop <shop@parse.example.com>"),
        ("envelope", "", """{"to":["shop@parse.example.com"],"from":"ana@example.net"}"""),
        ("subject", "", "Re: Pedido"),
        ("text", "", "¡Sí!"),
        ("html", "", "<p>Sí</p>"),
        ("charsets", "", """{"to":"UTF-8","subject":"UTF-8","from":"UTF-8","text":"utf-8","html":"UTF-8"}"""),
        ("attachment1", "; filename=\"a;b.txt\"\r\nContent-Type: text/plain", "--xYz\r\nnot the boundary"),
    ];
}
