using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Carillon.Channels;
using Carillon.Channels.Email;
using Carillon.Channels.Http;
using Carillon.Channels.Simulator;
using Carillon.Messages;
using Carillon.Tests.Channels.Http;
using Carillon.Tests.Channels.Sms;

namespace Carillon.Tests.Channels.Email;

/// <summary>
/// Exchanges as AWS documents them: docs.aws.amazon.com, ses/latest/APIReference-V2/API_SendEmail.html, ses/latest/dg/event-publishing-retrieving-sns-examples.html,
/// sns/latest/dg/sns-verify-signature-of-message.html.
/// </summary>
public sealed class SesGatewayTests : IAsyncDisposable
{
    private const string Topic = "arn:aws:sns:eu-west-1:123456789012:mail";
    private const string CertificateUrl = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";
    private const string SubscribeUrl = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + Topic + "&Token=2336412f37";
    private const string Credentials = """{ "access_key_id": "AKIDEXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" }""";
    private const string Settings = $$"""{ "region": "eu-west-1", "from_email": "shop@example.com", "from_name": "Shop", "configuration_set": "main", "sns_topic_arn": "{{Topic}}" }""";

    private readonly RSA _key = RSA.Create(2048);
    private readonly byte[] _certificate;
    private readonly List<Uri> _fetched = [];
    private readonly SesGateway _receiver;

    public SesGatewayTests()
    {
        _certificate = Certify(_key, Sample.Time.AddDays(-1), Sample.Time.AddDays(1));
        _receiver = Receiver(Settings);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mail_is_posted_and_signed_as_AWS_documents_it()
    {
        await using var rig = Rig(HttpReply.Json(200, """{"MessageId":"010f0193a1b2c3d4-000000"}"""));

        var result = await rig.Gateway.SendAsync(Sample.Message(rig.Provider, subject: "Hola", text: "Hola Ana", address: "ana@münchen.example"), Token);

        var request = Assert.Single(rig.Server.Requests);
        Assert.Equal(("POST", "/v2/email/outbound-emails", "application/json"), (request.Method, request.Target, request.Headers["content-type"]));
        var sent = Sample.Json(request.Text);
        Assert.Equal("ana@xn--mnchen-3ya.example", sent.GetProperty("Destination").GetProperty("ToAddresses")[0].GetString());
        Assert.Equal("main", sent.GetProperty("ConfigurationSetName").GetString());
        Assert.Equal(("carillon_message", VendorRig.MessageId), (sent.GetProperty("EmailTags")[0].GetProperty("Name").GetString(), sent.GetProperty("EmailTags")[0].GetProperty("Value").GetString()));
        var mail = Encoding.UTF8.GetString(sent.GetProperty("Content").GetProperty("Raw").GetProperty("Data").GetBytesFromBase64());
        Assert.Contains("From: Shop <shop@example.com>\r\n", mail, StringComparison.Ordinal);
        Assert.Contains("Subject: Hola\r\n", mail, StringComparison.Ordinal);
        Assert.Equal(SendResult.Accepted("HTTP 200.", "010f0193a1b2c3d4-000000"), result);

        // Signed anew from what came over the wire.
        Assert.Equal("20260314T090000Z", request.Headers["x-amz-date"]);
        string[] names = ["content-length", "content-type", "host", "x-amz-date"];
        var again = AwsSignature.Of(
            new AwsCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null), "ses", "eu-west-1", request.Headers["x-amz-date"], "POST", request.Target,
            names.Select(n => KeyValuePair.Create(n, request.Headers[n])), request.Body);
        Assert.Equal(again.Authorization, request.Headers["authorization"]);
    }

    [Fact]
    public async Task A_session_token_is_sent_and_signed()
    {
        await using var rig = Rig(HttpReply.Json(200, """{"MessageId":"1"}"""), """{ "access_key_id": "ASIA", "secret_access_key": "s", "session_token": "FXEh+A==" }""");

        await rig.Gateway.SendAsync(Sample.Message(rig.Provider), Token);

        var request = Assert.Single(rig.Server.Requests);
        Assert.Equal("FXEh+A==", request.Headers["x-amz-security-token"]);
        Assert.Contains("SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-security-token,", request.Headers["authorization"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "MessageRejected", "Email address is not verified. The following identities failed the check in region EU-WEST-1: a@example.com", SendOutcome.Unavailable)]
    [InlineData(400, "MessageRejected:http://internal.amazon.com/coral/com.amazonaws.sesv2/", "Message contains a virus", SendOutcome.Rejected)]
    [InlineData(400, "BadRequestException", "Illegal address", SendOutcome.Rejected)]
    [InlineData(400, "MailFromDomainNotVerifiedException", "No", SendOutcome.Unavailable)]
    [InlineData(400, "AccountSuspendedException", "Account suspended", SendOutcome.Unavailable)]
    [InlineData(400, "SendingPausedException", "Sending is paused", SendOutcome.Unavailable)]
    [InlineData(400, "LimitExceededException", "Too many", SendOutcome.Unavailable)]
    [InlineData(404, "NotFoundException", "Configuration set <main> does not exist.", SendOutcome.Unavailable)]
    [InlineData(429, "TooManyRequestsException", "Too many requests", SendOutcome.RetryAfter)]
    [InlineData(400, "ThrottlingException", "Maximum sending rate exceeded.", SendOutcome.RetryAfter)]
    [InlineData(400, "ThrottlingException", "Daily message quota exceeded.", SendOutcome.Unavailable)]
    [InlineData(403, "SignatureDoesNotMatch", "The request signature we calculated does not match", SendOutcome.Unavailable)]
    [InlineData(400, "RequestExpired", "Too late", SendOutcome.Unavailable)]
    [InlineData(403, "UnrecognizedClientException", "The security token included in the request is invalid.", SendOutcome.Unavailable)]
    [InlineData(403, "ExpiredTokenException", "Expired", SendOutcome.Unavailable)]
    [InlineData(500, "InternalFailure", "Failed", SendOutcome.Unknown)]
    [InlineData(503, "ServiceUnavailable", "Later", SendOutcome.Unavailable)]
    public async Task An_error_means_what_AWS_says_of_it(int status, string kind, string words, SendOutcome outcome)
    {
        await using var rig = Rig(HttpReply.Of(status, JsonSerializer.Serialize(new { message = words }), $"x-amzn-ErrorType: {kind}"));

        var result = await rig.Gateway.SendAsync(Sample.Message(rig.Provider), Token);

        Assert.Equal((outcome, $"HTTP {status}: {kind.Split(':')[0]} {words}"), (result.Outcome, result.Answer));
    }

    [Fact]
    public async Task What_SES_cannot_carry_is_rejected_and_a_lost_answer_is_unknown()
    {
        await using var rig = Rig(HttpReply.Cut);
        Assert.Equal(SendOutcome.Rejected, (await rig.Gateway.SendAsync(Sample.Message(rig.Provider, address: "señor@example.net"), Token)).Outcome);
        Assert.Empty(rig.Server.Requests);
        Assert.Equal(SendOutcome.Unknown, (await rig.Gateway.SendAsync(Sample.Message(rig.Provider), Token)).Outcome);
    }

    [Theory]
    [InlineData(""" "eventType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"recipient@example.com","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}],"timestamp":"2017-08-05T00:41:02.669Z"} """,
        MessageEventKind.Bounced, true, "Permanent, General, smtp; 550 5.1.1 user unknown", true)]
    [InlineData(""" "notificationType":"Bounce","bounce":{"bounceType":"Transient","bounceSubType":"MailboxFull","bouncedRecipients":[],"timestamp":"2017-08-05T00:41:02.669Z"} """,
        MessageEventKind.Bounced, false, "Transient, MailboxFull", true)]
    [InlineData(""" "eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"recipient@example.com"}],"timestamp":"2017-08-05T00:41:02.669Z","complaintFeedbackType":"abuse"} """,
        MessageEventKind.Complained, false, "abuse", true)]
    [InlineData(""" "eventType":"Complaint","complaint":{"complaintSubType":"OnAccountSuppressionList","timestamp":"2017-08-05T00:41:02.669Z"} """, MessageEventKind.Bounced, true, "OnAccountSuppressionList", true)]
    [InlineData(""" "eventType":"Delivery","delivery":{"timestamp":"2017-08-05T00:41:02.669Z","smtpResponse":"250 2.6.0 Message received","recipients":["a@example.net"]} """,
        MessageEventKind.Delivered, false, "250 2.6.0 Message received", true)]
    [InlineData(""" "eventType":"Send","send":{} """, MessageEventKind.Sent, false, null, false)]
    [InlineData(""" "eventType":"Reject","reject":{"reason":"Bad content"} """, MessageEventKind.Failed, false, "Bad content", false)]
    [InlineData(""" "eventType":"Open","open":{"ipAddress":"192.0.2.1","timestamp":"2017-08-05T00:41:02.669Z","userAgent":"x"} """, MessageEventKind.Opened, false, null, true)]
    [InlineData(""" "eventType":"DeliveryDelay","deliveryDelay":{"timestamp":"2017-08-05T00:41:02.669Z","delayType":"TransientCommunicationFailure","delayedRecipients":[{"emailAddress":"a@example.net","status":"4.4.1","diagnosticCode":"smtp; 421 4.4.1 Unable to connect"}]} """,
        MessageEventKind.Deferred, false, "TransientCommunicationFailure, smtp; 421 4.4.1 Unable to connect", true)]
    [InlineData(""" "eventType":"Rendering Failure","failure":{"errorMessage":"Attribute 'x' is not present","templateName":"t"} """, MessageEventKind.Failed, false, "Attribute 'x' is not present", false)]
    [InlineData(""" "eventType":"Subscription","subscription":{"contactList":"l","timestamp":"2017-08-05T00:41:02.669Z","newTopicPreferences":{"unsubscribeAll":true}} """, MessageEventKind.Unsubscribed, false, null, true)]
    public async Task A_notification_is_verified_and_read(string fields, MessageEventKind kind, bool isPermanent, string? detail, bool hasTime)
    {
        var request = Notification(Said(fields));

        Assert.IsType<CallbackVerdict.Genuine>(await VerifyAsync(request));
        var receipt = Assert.IsType<CallbackEvent.Receipt>(Assert.Single(_receiver.Read(request)));

        Assert.Equal((kind, "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000", Sample.Id(1)), (receipt.Kind, receipt.ExternalId, receipt.MessageId));
        Assert.Equal((isPermanent, detail), (receipt.IsPermanent, receipt.Detail));
        if (hasTime) Assert.Equal(new DateTimeOffset(2017, 8, 5, 0, 41, 2, 669, TimeSpan.Zero), receipt.At);
    }

    [Fact]
    public async Task A_click_says_where_to_and_SES_may_say_hello()
    {
        var click = Assert.IsType<CallbackEvent.Receipt>(Assert.Single(_receiver.Read(Notification(Said(""" "eventType":"Click","click":{"link":"https://example.com/a","timestamp":"2017-08-09T23:51:25.570Z"} """)))));
        Assert.Equal((MessageEventKind.Clicked, "https://example.com/a"), (click.Kind, click.Url));
        var hello = Notification("Successfully validated SNS topic for Amazon SES event publishing.");
        Assert.IsType<CallbackVerdict.Genuine>(await VerifyAsync(hello));
        Assert.Empty(_receiver.Read(hello));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task The_subscription_of_our_topic_is_confirmed(string version)
    {
        var verdict = await VerifyAsync(Confirmation(version: version));

        Assert.IsType<CallbackVerdict.Handshake>(verdict);
        Assert.Equal([new Uri(CertificateUrl), new Uri(SubscribeUrl)], _fetched);
    }

    [Fact]
    public async Task Another_topic_is_not_confirmed_and_nothing_is_fetched_for_it()
    {
        Assert.IsType<CallbackVerdict.Refused>(await VerifyAsync(Confirmation(topic: "arn:aws:sns:eu-west-1:999999999999:mail")));
        await using var without = Receiver("""{ "region": "eu-west-1", "from_email": "shop@example.com" }""");
        Assert.IsType<CallbackVerdict.Refused>(await without.VerifyAsync(Confirmation(), Token));
        Assert.Empty(_fetched);
    }

    [Theory]
    [InlineData("http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-1.pem")]
    [InlineData("https://evil.example/sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-1.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-1.pem")]
    [InlineData("https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem")]
    [InlineData("https://bucket.s3.amazonaws.com/SimpleNotificationService-1.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com/?Action=x&f=SimpleNotificationService-1.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1/../a.pem?x=.pem")]
    [InlineData("file:///etc/passwd")]
    [InlineData("")]
    public async Task A_certificate_from_elsewhere_is_not_fetched(string url)
    {
        Assert.IsType<CallbackVerdict.Refused>(await VerifyAsync(Notification("{}", certificate: url)));
        Assert.Empty(_fetched);
    }

    [Theory]
    [InlineData("https://evil.example/?Action=ConfirmSubscription")]
    [InlineData("https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription")]
    [InlineData("http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription")]
    public async Task A_confirmation_that_leads_elsewhere_is_not_followed(string url)
    {
        Assert.IsType<CallbackVerdict.Refused>(await VerifyAsync(Confirmation(subscribe: url)));
        Assert.Equal([new Uri(CertificateUrl)], _fetched);
    }

    [Fact]
    public async Task What_SNS_did_not_sign_is_refused()
    {
        var genuine = Fields(SnsMessage.Notification, Said(""" "eventType":"Send","send":{} """));
        Assert.IsType<CallbackVerdict.Genuine>(await VerifyAsync(Request(genuine)));

        foreach (var (name, value) in new[]
        {
            ("Message", "{}"), ("MessageId", "other"), ("Subject", "added"), ("Timestamp", "2026-03-14T08:59:59.000Z"), ("Type", SnsMessage.UnsubscribeConfirmation),
            ("Signature", "AAAA"), ("Signature", "no base 64"), ("SignatureVersion", "3"),
        })
            Assert.IsType<CallbackVerdict.Refused>(await VerifyAsync(Request(new Dictionary<string, string>(genuine) { [name] = value })));

        using var other = RSA.Create(2048);
        Assert.IsType<CallbackVerdict.Refused>(await VerifyAsync(Request(Fields(SnsMessage.Notification, "{}", by: other))));
        foreach (var name in genuine.Keys)
            Assert.IsType<CallbackVerdict.Refused>(await VerifyAsync(Request(genuine.Where(f => f.Key != name).ToDictionary(f => f.Key, f => f.Value))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"Type\":")]
    [InlineData("""{"Type":"Notification","TopicArn":["x"]}""")]
    [InlineData("""{"Type":"Notification","TopicArn":"\ud800"}""")]
    public async Task A_hostile_body_is_refused(string body)
    {
        Assert.IsType<CallbackVerdict.Refused>(await VerifyAsync(VendorRig.Callback(body, RequestContent.Json)));
        Assert.Empty(_fetched);
    }

    [Theory]
    [InlineData(-76, false)]
    [InlineData(-60, true)]
    [InlineData(4, true)]
    [InlineData(6, false)]
    public async Task A_message_is_good_as_long_as_SNS_repeats(int minutes, bool isGood)
    {
        var verdict = await VerifyAsync(Notification("{}", at: Sample.Time.AddMinutes(minutes)));
        Assert.Equal(isGood, verdict is CallbackVerdict.Genuine);
    }

    [Theory]
    [InlineData(-3, -2)]
    [InlineData(2, 3)]
    public async Task A_certificate_out_of_its_time_signs_nothing(int from, int until)
    {
        await using var receiver = Receiver(Settings, Certify(_key, Sample.Time.AddDays(from), Sample.Time.AddDays(until)));
        Assert.IsType<CallbackVerdict.Refused>(await receiver.VerifyAsync(Notification("{}"), Token));
    }

    [Fact]
    public async Task A_certificate_is_fetched_once_and_again_when_it_could_not_be_had()
    {
        await VerifyAsync(Notification("{}"));
        await VerifyAsync(Notification("{}"));
        Assert.Single(_fetched);

        await using var receiver = SesGateway.Create(ProviderOf(Settings), Services(), (url, _) =>
        {
            _fetched.Add(url);
            return new((byte[]?)null);
        });
        _fetched.Clear();
        Assert.IsType<CallbackVerdict.Refused>(await receiver.VerifyAsync(Notification("{}"), Token));
        Assert.IsType<CallbackVerdict.Refused>(await receiver.VerifyAsync(Notification("{}"), Token));
        Assert.Equal(2, _fetched.Count);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"eventType":"Delivery"}""")]
    [InlineData("""{"eventType":"Delivery","mail":{"messageId":{}}}""")]
    public void What_cannot_be_read_says_so(string said) => Assert.Throws<FormatException>(() => _receiver.Read(Notification(said)));

    [Theory]
    [InlineData("{}", "{}", "settings.region", "settings.from_email", "credentials.access_key_id", "credentials.secret_access_key")]
    [InlineData("""{"region":"eu-west-1.evil.example/","from_email":"a@example.com","sns_topic_arn":"arn:aws:s3:::x"}""", """{"access_key_id":"a b\n","secret_access_key":"s","session_token":"ñ"}""",
        "settings.region", "settings.sns_topic_arn", "credentials.access_key_id", "credentials.session_token")]
    public void Settings_that_AWS_would_refuse_are_named(string settings, string credentials, params string[] fields) =>
        Assert.Equal(fields, SesGateway.Kind.Check(Sample.Settings(settings, credentials)).Select(f => f.Field));

    /// <summary>By docs.aws.amazon.com, ses/latest/dg/receiving-email-notifications-examples.html.</summary>
    [Theory]
    [InlineData("UTF-8")]
    [InlineData("BASE64")]
    public void Mail_that_a_receipt_rule_publishes_comes_in(string encoding)
    {
        const string mail = "Return-Path: <0000@amazonses.com>\r\nFrom: =?UTF-8?Q?Ana_Nu=C3=B1ez?= <ana@example.net>\r\nTo: recipient@example.com\r\nSubject: =?UTF-8?B?UmU6IGHDsW8=?=\r\n"
            + "In-Reply-To: <010f0193a1b2c3d4-000000@eu-west-1.amazonses.com>\r\nMessage-ID: <7@example.net>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
            + "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nS=C3=AD, gracias\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Si</p>\r\n--b--\r\n";
        var content = encoding == "BASE64" ? Convert.ToBase64String(Encoding.UTF8.GetBytes(mail)) : mail;
        var said = $$$"""
            { "notificationType":"Received", "receipt":{ "timestamp":"2015-09-11T20:32:33.936Z", "recipients":["recipient@example.com"], "action":{ "type":"SNS", "topicArn":"{{{Topic}}}", "encoding":"{{{encoding}}}" } },
              "mail":{ "timestamp":"2015-09-11T20:32:33.936Z", "source":"bounce@example.net", "messageId":"d6iitobk75ur44p8kdnnp7g2n800", "destination":["recipient@example.com"] },
              "content":{{{JsonSerializer.Serialize(content)}}} }
            """;

        var inbound = Assert.IsType<CallbackEvent.Inbound>(Assert.Single(_receiver.Read(Notification(said))));

        Assert.Equal(("ana@example.net", "recipient@example.com", "d6iitobk75ur44p8kdnnp7g2n800"), (inbound.From, inbound.To, inbound.ExternalId));
        Assert.Equal(("Re: año", "Sí, gracias", "<p>Si</p>", "010f0193a1b2c3d4-000000"), (inbound.Subject, inbound.Text?.TrimEnd(), inbound.Html?.TrimEnd(), inbound.InReplyTo));
        Assert.Equal(new DateTimeOffset(2015, 9, 11, 20, 32, 33, 936, TimeSpan.Zero), inbound.At);
    }

    [Fact]
    public void A_notice_of_mail_without_the_mail_cannot_be_read()
    {
        var said = """{ "notificationType":"Received", "receipt":{ "recipients":["recipient@example.com"], "action":{ "type":"S3" } }, "mail":{ "source":"ana@example.net", "messageId":"d6" } }""";
        Assert.Contains("SNS action", Assert.Throws<FormatException>(() => _receiver.Read(Notification(said))).Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _key.Dispose();
    }

    private static VendorRig Rig(HttpReply reply, string credentials = Credentials) => VendorRig.Of(SesGateway.Kind, Settings, credentials, reply, channel: Channel.Email);

    private static GatewayServices Services() => new(new ManualTime(), new SimulatorOutbox());

    private static Carillon.Providers.Provider ProviderOf(string settings) => Sample.Provider("ses", settings, Credentials);

    private static byte[] Certify(RSA key, DateTimeOffset from, DateTimeOffset until)
    {
        using var certificate = new CertificateRequest("CN=sns.amazonaws.com", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(from, until);
        return Encoding.ASCII.GetBytes(certificate.ExportCertificatePem());
    }

    private static string Said(string fields) => $$"""
        { {{fields}}, "mail": { "timestamp": "2017-08-05T00:40:02.012Z", "source": "Sender Name <sender@example.com>",
          "messageId": "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000", "destination": ["recipient@example.com"],
          "tags": { "ses:configuration-set": ["ConfigSet"], "carillon_message": ["{{VendorRig.MessageId}}"] } } }
        """;

    private SesGateway Receiver(string settings, byte[]? certificate = null) => SesGateway.Create(ProviderOf(settings), Services(), (url, _) =>
    {
        _fetched.Add(url);
        return new(url.AbsolutePath.EndsWith(".pem", StringComparison.Ordinal) ? certificate ?? _certificate : "<ConfirmSubscriptionResponse/>"u8.ToArray());
    });

    private async Task<CallbackVerdict> VerifyAsync(CallbackRequest request) => await _receiver.VerifyAsync(request, Token);

    private CallbackRequest Notification(string message, string certificate = CertificateUrl, DateTimeOffset? at = null) =>
        Request(Fields(SnsMessage.Notification, message, certificate: certificate, at: at));

    private CallbackRequest Confirmation(string topic = Topic, string subscribe = SubscribeUrl, string version = "2")
    {
        var fields = Fields(SnsMessage.SubscriptionConfirmation, "You have chosen to subscribe", topic, version: version, more: [("SubscribeURL", subscribe), ("Token", "2336412f37")]);
        return Request(fields);
    }

    private static CallbackRequest Request(Dictionary<string, string> fields) => VendorRig.Callback(JsonSerializer.Serialize(fields), "text/plain; charset=UTF-8");

    private Dictionary<string, string> Fields(
        string type, string message, string topic = Topic, string certificate = CertificateUrl, DateTimeOffset? at = null, string version = "2", RSA? by = null,
        params (string Name, string Value)[] more)
    {
        var fields = new Dictionary<string, string>
        {
            ["Type"] = type,
            ["MessageId"] = "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            ["TopicArn"] = topic,
            ["Message"] = message,
            ["Timestamp"] = (at ?? Sample.Time).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in more) fields[name] = value;

        // The guide's order is that of the names.
        var text = string.Concat(fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}\n{f.Value}\n"));
        var hash = version == "1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;
        fields["Signature"] = Convert.ToBase64String((by ?? _key).SignData(Encoding.UTF8.GetBytes(text), hash, RSASignaturePadding.Pkcs1));
        fields["SignatureVersion"] = version;
        fields["SigningCertURL"] = certificate;
        return fields;
    }
}
