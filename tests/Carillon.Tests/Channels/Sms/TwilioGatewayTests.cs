using System.Security.Cryptography;
using System.Text;
using Carillon.Channels;
using Carillon.Channels.Sms;
using Carillon.Messages;
using Carillon.Tests.Channels.Http;

namespace Carillon.Tests.Channels.Sms;

/// <summary>Exchanges as Twilio documents them: docs/messaging/api/message-resource, docs/usage/security, docs/messaging/guides.</summary>
public sealed class TwilioGatewayTests
{
    private const string Account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string AuthToken = "your_auth_token";
    private const string Settings = $$"""{ "account_sid": "{{Account}}", "from": "+15557122661" }""";
    private const string Credentials = $$"""{ "auth_token": "{{AuthToken}}" }""";

    private const string Created = """
        {
          "account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "api_version": "2010-04-01", "body": "Hi there",
          "date_created": "Thu, 24 Aug 2023 05:01:45 +0000", "date_sent": null, "date_updated": "Thu, 24 Aug 2023 05:01:45 +0000",
          "direction": "outbound-api", "error_code": null, "error_message": null, "from": "+15557122661", "num_media": "0",
          "num_segments": "1", "price": null, "price_unit": null, "messaging_service_sid": "MGaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "sid": "SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "status": "queued", "subresource_uris": {}, "to": "+15558675310",
          "uri": "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Messages/SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.json"
        }
        """;

    [Fact]
    public async Task A_message_is_posted_as_Twilio_documents_it()
    {
        await using var rig = Rig(HttpReply.Json(201, Created));

        var result = await rig.SendAsync("¿Mañana a las 10 & 30?");

        var (request, fields) = rig.Received();
        Assert.Equal(("POST", $"/2010-04-01/Accounts/{Account}/Messages.json"), (request.Method, request.Target));
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Account}:{AuthToken}")), request.Headers["authorization"]);
        Assert.Equal(("+525512345678", "+15557122661", "¿Mañana a las 10 & 30?"), (fields["To"], fields["From"], fields["Body"]));
        Assert.Equal($"{VendorRig.CallbackUrl}?message={VendorRig.MessageId}", fields["StatusCallback"]);
        Assert.Equal(4, fields.All.Count);
        Assert.Equal(SendResult.Accepted("HTTP 201: queued, num_segments 1", "SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), result);
    }

    [Fact]
    public async Task A_messaging_service_chooses_the_sender_and_an_API_key_logs_in()
    {
        await using var rig = VendorRig.Of(
            TwilioGateway.Kind,
            $$"""{ "account_sid": "{{Account}}", "messaging_service_sid": "MG{{new string('b', 32)}}", "smart_encoding": true }""",
            $$"""{ "auth_token": "{{AuthToken}}", "api_key_sid": "SK{{new string('c', 32)}}", "api_key_secret": "hush" }""",
            HttpReply.Json(201, Created), hasCallbacks: false);

        await rig.SendAsync();

        var (request, fields) = rig.Received();
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"SK{new string('c', 32)}:hush")), request.Headers["authorization"]);
        Assert.Equal((null, "MG" + new string('b', 32), "true", null), (fields["From"], fields["MessagingServiceSid"], fields["SmartEncoded"], fields["StatusCallback"]));
    }

    [Fact]
    public async Task Without_a_sender_anywhere_another_provider_may_have_one()
    {
        await using var rig = VendorRig.Of(TwilioGateway.Kind, $$"""{ "account_sid": "{{Account}}" """, Credentials, HttpReply.Json(201, Created));

        Assert.Equal(SendOutcome.Unavailable, (await rig.SendAsync()).Outcome);
        Assert.Empty(rig.Server.Requests);
        Assert.Equal(SendOutcome.Accepted, (await rig.SendAsync(from: "+15557122661")).Outcome);
    }

    [Theory]
    [InlineData(400, 21211, SendOutcome.Rejected)] // The 'To' number is not a valid phone number
    [InlineData(400, 21610, SendOutcome.Rejected)] // Attempt to send to unsubscribed recipient
    [InlineData(400, 21614, SendOutcome.Rejected)] // 'To' number is not a valid mobile number
    [InlineData(400, 21617, SendOutcome.Rejected)] // The concatenated message body exceeds the 1600 character limit
    [InlineData(400, 21602, SendOutcome.Rejected)] // Message body is required
    [InlineData(400, 21606, SendOutcome.Unavailable)] // The 'From' phone number is not a valid, message-capable number
    [InlineData(400, 21408, SendOutcome.Unavailable)] // Permission to send an SMS has not been enabled for the region
    [InlineData(400, 21608, SendOutcome.Unavailable)] // The number is unverified. Trial accounts cannot send to it
    [InlineData(400, 21611, SendOutcome.Unavailable)] // This 'From' number has exceeded the maximum number of queued messages
    [InlineData(400, 21612, SendOutcome.Unavailable)] // The 'To' phone number is not currently reachable via SMS
    [InlineData(400, 21703, SendOutcome.Unavailable)] // The Messaging Service does not contain a phone number
    [InlineData(401, 20003, SendOutcome.Unavailable)] // Authenticate
    [InlineData(403, 20005, SendOutcome.Unavailable)] // Account not active
    [InlineData(404, 20404, SendOutcome.Unavailable)] // The requested resource was not found
    [InlineData(429, 20429, SendOutcome.Unavailable)] // Too Many Requests
    [InlineData(429, 63038, SendOutcome.Unavailable)] // Account exceeded the daily messages limit
    [InlineData(500, 20500, SendOutcome.Unknown)] // Internal Server Error
    [InlineData(503, 20503, SendOutcome.Unavailable)] // Service Unavailable
    public async Task An_error_means_what_Twilio_says_of_it(int status, int code, SendOutcome outcome)
    {
        await using var rig = Rig(HttpReply.Json(
            status, $$"""{ "code": {{code}}, "message": "Said so", "more_info": "https://www.twilio.com/docs/errors/{{code}}", "status": {{status}} }"""));

        var result = await rig.SendAsync();

        Assert.Equal((outcome, $"HTTP {status}: {code} Said so"), (result.Outcome, result.Answer));
    }

    [Fact]
    public async Task Too_many_requests_are_repeated_when_Twilio_says()
    {
        await using var rig = Rig(HttpReply.Of(429, """{"code":20429,"message":"Too Many Requests"}""", "Retry-After: 3"));

        var result = await rig.SendAsync();

        Assert.Equal((SendOutcome.RetryAfter, TimeSpan.FromSeconds(3)), (result.Outcome, result.Delay));
    }

    [Theory]
    [InlineData(30002, SendOutcome.Unavailable)]
    [InlineData(30006, SendOutcome.Rejected)]
    public async Task A_message_that_failed_at_once_is_not_accepted(int code, SendOutcome outcome)
    {
        await using var rig = Rig(HttpReply.Json(201, $$"""{ "sid": "SM1", "status": "failed", "error_code": {{code}}, "error_message": "No" }"""));

        Assert.Equal(outcome, (await rig.SendAsync()).Outcome);
    }

    [Fact]
    public async Task A_price_is_taken_where_there_is_one()
    {
        await using var rig = Rig(HttpReply.Json(201, Created.Replace("\"price\": null, \"price_unit\": null", "\"price\": \"-0.00750\", \"price_unit\": \"USD\"", StringComparison.Ordinal)));

        var result = await rig.SendAsync();

        Assert.Equal((0.0075m, "USD"), (result.Cost, result.Currency));
    }

    [Fact]
    public async Task A_lost_answer_is_unknown_and_no_connection_is_unavailable()
    {
        await using var cut = Rig(HttpReply.Cut);
        Assert.Equal(SendOutcome.Unknown, (await cut.SendAsync()).Outcome);

        await using var gone = Rig(HttpReply.Cut);
        await gone.CloseServerAsync();
        Assert.Equal(SendOutcome.Unavailable, (await gone.SendAsync()).Outcome);
    }

    [Fact]
    public async Task An_answer_that_is_no_JSON_counts_by_its_status()
    {
        await using var rig = Rig(HttpReply.Of(201, "<html>"));
        Assert.Equal(SendOutcome.Accepted, (await rig.SendAsync()).Outcome);
    }

    [Theory]
    [InlineData("queued", "", MessageEventKind.Sent, false)]
    [InlineData("sent", "", MessageEventKind.Sent, false)]
    [InlineData("delivered", "", MessageEventKind.Delivered, false)]
    [InlineData("read", "", MessageEventKind.Read, false)]
    [InlineData("undelivered", "30003", MessageEventKind.Failed, false)]
    [InlineData("undelivered", "30004", MessageEventKind.Bounced, false)]
    [InlineData("undelivered", "30005", MessageEventKind.Bounced, true)]
    [InlineData("undelivered", "30006", MessageEventKind.Bounced, true)]
    [InlineData("failed", "30007", MessageEventKind.Failed, false)]
    [InlineData("canceled", "", MessageEventKind.Failed, false)]
    public async Task A_status_callback_is_verified_and_read(string status, string code, MessageEventKind kind, bool isPermanent)
    {
        await using var rig = Rig(HttpReply.Json(201, Created));
        var request = Signed(
            $"SmsSid=SM1&SmsStatus={status}&MessageStatus={status}&To=%2B15558675310&MessageSid=SM1&AccountSid={Account}&From=%2B15557122661&ApiVersion=2010-04-01&ErrorCode={code}",
            $"{VendorRig.CallbackUrl}?message={VendorRig.MessageId}");

        await rig.AssertGenuineAsync(request);
        var receipt = rig.Receipt(request);

        Assert.Equal((kind, "SM1", Sample.Id(1), isPermanent), (receipt.Kind, receipt.ExternalId, receipt.MessageId, receipt.IsPermanent));
        Assert.Equal(code.Length == 0 ? null : code, receipt.Detail);
    }

    [Fact]
    public async Task The_network_s_time_to_the_minute_is_not_taken_for_the_time_of_delivery()
    {
        await using var rig = Rig(HttpReply.Json(201, Created));
        Assert.Null(rig.Receipt(Signed("MessageSid=SM1&MessageStatus=delivered&RawDlrDoneDate=2603140858")).At);
    }

    [Fact]
    public async Task A_reply_is_verified_read_and_answered_with_nothing_to_say()
    {
        await using var rig = Rig(HttpReply.Json(201, Created));
        var request = Signed("ToCountry=US&SmsMessageSid=SM2&NumMedia=0&SmsSid=SM2&SmsStatus=received&Body=STOP+%C3%B1&To=%2B15557122661&NumSegments=1&MessageSid=SM2&From=%2B15558675310");

        Assert.Equal(new CallbackVerdict.Genuine("text/xml", "<Response/>"), await rig.AssertGenuineAsync(request));
        var inbound = rig.Inbound(request);

        Assert.Equal(("+15558675310", "+15557122661", "SM2", "STOP ñ"), (inbound.From, inbound.To, inbound.ExternalId, inbound.Text));
    }

    [Fact]
    public async Task What_Twilio_did_not_sign_is_refused()
    {
        await using var rig = Rig(HttpReply.Json(201, Created));
        const string body = "MessageSid=SM1&MessageStatus=delivered";
        await rig.AssertRefusedAsync(VendorRig.Callback(body));
        await rig.AssertRefusedAsync(VendorRig.Callback(body, headers: ("X-Twilio-Signature", "AAAA")));
        var genuine = Signed(body);
        await rig.AssertGenuineAsync(genuine);
        await rig.AssertRefusedAsync(genuine with { Body = Encoding.UTF8.GetBytes(body + "&ErrorCode=1") });
        await rig.AssertRefusedAsync(genuine with { Url = new Uri(VendorRig.CallbackUrl + "?message=other") });
    }

    [Theory]
    [InlineData("")]
    [InlineData("MessageStatus=delivered")]
    [InlineData("MessageSid=SM1&Body=x")]
    public async Task What_cannot_be_read_says_so(string body)
    {
        await using var rig = Rig(HttpReply.Json(201, Created));
        Assert.Throws<FormatException>(() => rig.Read(VendorRig.Callback(body)));
    }

    [Theory]
    [InlineData("{}", "{}", "settings.account_sid", "credentials.auth_token")]
    [InlineData("""{"account_sid":"../../x","from":"+1"}""", Credentials, "settings.account_sid")]
    [InlineData("""{"account_sid":"ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","messaging_service_sid":"x"}""", Credentials, "settings.messaging_service_sid")]
    [InlineData(Settings, """{"auth_token":"x","api_key_sid":"SKaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", "credentials.api_key_secret")]
    public void Settings_that_Twilio_would_refuse_are_named(string settings, string credentials, params string[] fields) =>
        Assert.Equal(fields, TwilioGateway.Kind.Check(Sample.Settings(settings, credentials, Channel.Sms)).Select(f => f.Field));

    private static VendorRig Rig(HttpReply reply) => VendorRig.Of(TwilioGateway.Kind, Settings, Credentials, reply);

    /// <summary>Signed as the security guide's steps say: the URL, then each name and value in order.</summary>
    private static CallbackRequest Signed(string body, string url = VendorRig.CallbackUrl)
    {
        var pairs = body.Split('&').Select(p => p.Split('=').Select(x => Uri.UnescapeDataString(x.Replace('+', ' '))).ToArray()).OrderBy(p => p[0], StringComparer.Ordinal);
        var text = url + string.Concat(pairs.Select(p => p[0] + p[1]));
        var signature = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(AuthToken), Encoding.UTF8.GetBytes(text)));
        return VendorRig.Callback(body, url: url, headers: ("X-Twilio-Signature", signature));
    }
}
