using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Channels;
using Carillon.Channels.Sms;
using Carillon.Messages;
using Carillon.Tests.Channels.Http;

namespace Carillon.Tests.Channels.Sms;

/// <summary>Exchanges as MessageBird documents them: developers.messagebird.com/api/sms-messaging, /api/#errors, /api/#verifying-http-requests.</summary>
public sealed class MessageBirdGatewayTests
{
    private const string SigningKey = "PlLrKaqvZNRR5zAjm42ZT6q1SQxgbbGd";
    private const string Settings = """{ "from": "YourName" }""";
    private const string Credentials = $$"""{ "access_key": "test_gshuPaZoeEG6ovbc8M79w0QyM", "signing_key": "{{SigningKey}}" }""";

    private const string Created = """
        { "id": "e8077d803532c0b5937c639b60216938", "href": "https://rest.messagebird.com/messages/e8077d803532c0b5937c639b60216938",
          "direction": "mt", "type": "sms", "originator": "YourName", "body": "This is a test message", "reference": null, "validity": null,
          "gateway": null, "typeDetails": {}, "datacoding": "plain", "mclass": 1, "scheduledDatetime": null, "createdDatetime": "2016-05-03T14:26:57+00:00",
          "recipients": { "totalCount": 1, "totalSentCount": 1, "totalDeliveredCount": 0, "totalDeliveryFailedCount": 0, "items": [
            { "recipient": 31612345678, "status": "sent", "statusDatetime": "2016-05-03T14:26:57+00:00", "messagePartCount": 2, "price": { "amount": 0.058, "currency": "EUR" } } ] } }
        """;

    [Fact]
    public async Task A_message_is_posted_as_MessageBird_documents_it()
    {
        await using var rig = Rig(HttpReply.Json(201, Created));

        var result = await rig.SendAsync("Mañana está");

        var (request, _) = rig.Received();
        Assert.Equal(("POST", "/messages", "application/json"), (request.Method, request.Target, request.Headers["content-type"]));
        Assert.Equal("AccessKey test_gshuPaZoeEG6ovbc8M79w0QyM", request.Headers["authorization"]);
        var expected = $$"""
            {"originator":"YourName","recipients":["525512345678"],"body":"Mañana está","datacoding":"unicode","reference":"{{VendorRig.MessageId}}","reportUrl":"{{VendorRig.CallbackUrl}}"}
            """;
        Assert.True(JsonElement.DeepEquals(Sample.Json(expected), Sample.Json(request.Text)), request.Text);
        Assert.Equal(SendResult.Accepted("HTTP 201: sent, 2 segments", "e8077d803532c0b5937c639b60216938", 0.058m, "EUR"), result);
    }

    [Theory]
    [InlineData(401, 2, "access_key", SendOutcome.Unavailable)] // Request not allowed (incorrect access_key)
    [InlineData(422, 9, "recipients", SendOutcome.Rejected)] // Missing params
    [InlineData(422, 10, "recipients", SendOutcome.Rejected)] // Invalid params
    [InlineData(422, 10, "originator", SendOutcome.Unavailable)]
    [InlineData(404, 20, "message", SendOutcome.Unavailable)] // Not found
    [InlineData(400, 21, "body", SendOutcome.Rejected)] // Bad request
    [InlineData(402, 25, "balance", SendOutcome.Unavailable)] // Not enough balance
    [InlineData(404, 98, "api", SendOutcome.Unavailable)] // API not found
    [InlineData(500, 99, "x", SendOutcome.Unknown)] // Internal error
    public async Task An_error_means_what_MessageBird_says_of_it(int status, int code, string parameter, SendOutcome outcome)
    {
        await using var rig = Rig(HttpReply.Json(status, $$"""{ "errors": [ { "code": {{code}}, "description": "Said so", "parameter": "{{parameter}}" } ] }"""));

        var result = await rig.SendAsync();

        Assert.Equal((outcome, $"HTTP {status}: {code} Said so ({parameter})"), (result.Outcome, result.Answer));
    }

    [Theory]
    [InlineData(429, "", SendOutcome.Unavailable)]
    [InlineData(429, """{"errors":[{"code":21,"description":"Too many requests","parameter":null}]}""", SendOutcome.Unavailable)]
    [InlineData(502, "<html>", SendOutcome.Unknown)]
    [InlineData(201, "", SendOutcome.Accepted)]
    [InlineData(422, """{"errors":[]}""", SendOutcome.Rejected)]
    public async Task An_answer_that_says_nothing_counts_by_its_status(int status, string body, SendOutcome outcome)
    {
        await using var rig = Rig(HttpReply.Json(status, body));
        Assert.Equal(outcome, (await rig.SendAsync()).Outcome);
    }

    [Theory]
    [InlineData("scheduled", null, MessageEventKind.Sent, false)]
    [InlineData("sent", null, MessageEventKind.Sent, false)]
    [InlineData("buffered", "pending DLR", MessageEventKind.Deferred, false)]
    [InlineData("delivered", "successfully delivered", MessageEventKind.Delivered, false)]
    [InlineData("expired", "expired", MessageEventKind.Failed, false)]
    [InlineData("delivery_failed", "unknown subscriber", MessageEventKind.Bounced, true)]
    [InlineData("delivery_failed", "carrier rejected", MessageEventKind.Bounced, false)]
    [InlineData("delivery_failed", "unavailable subscriber", MessageEventKind.Failed, false)]
    public async Task A_status_report_is_verified_and_read(string status, string? reason, MessageEventKind kind, bool isPermanent)
    {
        await using var rig = Rig(HttpReply.Json(201, Created));
        var url = $"{VendorRig.CallbackUrl}?id=efa6405d518d4c0c88cce11f7db775fb&mccmnc=20408&ported=0&recipient=31612345678&reference={VendorRig.MessageId}"
            + $"&status={status}&statusDatetime=2026-03-14T08%3A59%3A00%2B00%3A00&price%5Bamount%5D=0.075&price%5Bcurrency%5D=EUR"
            + (reason is null ? "" : $"&statusReason={reason.Replace(' ', '+')}");
        var request = Signed("", url);

        await rig.AssertGenuineAsync(request);
        var receipt = rig.Receipt(request);

        Assert.Equal((kind, "efa6405d518d4c0c88cce11f7db775fb", Sample.Id(1), isPermanent), (receipt.Kind, receipt.ExternalId, receipt.MessageId, receipt.IsPermanent));
        Assert.Equal((0.075m, "EUR", Sample.Time.AddMinutes(-1)), (receipt.Cost, receipt.Currency, receipt.At!.Value));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "id=ae554eeb&recipient=31970100&originator=31612345678&body=Hola+%C3%B1&createdDatetime=2026-03-14T09%3A00%3A00%2B00%3A00")]
    [InlineData("application/json", """{"id":"ae554eeb","recipient":"31970100","originator":31612345678,"body":"Hola ñ","createdDatetime":"2026-03-14T09:00:00+00:00"}""")]
    public async Task A_reply_is_verified_and_read(string contentType, string body)
    {
        await using var rig = Rig(HttpReply.Json(201, Created));
        var request = Signed(body, contentType: contentType);

        await rig.AssertGenuineAsync(request);
        var inbound = rig.Inbound(request);

        Assert.Equal(("+31612345678", "+31970100", "ae554eeb", "Hola ñ", Sample.Time), (inbound.From, inbound.To, inbound.ExternalId, inbound.Text, inbound.At!.Value));
    }

    [Fact]
    public async Task What_MessageBird_did_not_sign_is_refused()
    {
        await using var rig = Rig(HttpReply.Json(201, Created));
        var genuine = Signed("id=1&originator=2&recipient=3");
        await rig.AssertGenuineAsync(genuine);
        await rig.AssertRefusedAsync(genuine with { Body = Encoding.UTF8.GetBytes("id=2&originator=2&recipient=3") });
        await rig.AssertRefusedAsync(genuine with { Body = default });
        await rig.AssertRefusedAsync(genuine with { Url = new Uri(VendorRig.CallbackUrl + "?status=delivered") });
        await rig.AssertRefusedAsync(genuine with { ReceivedAt = Sample.Time.AddMinutes(2) });
        await rig.AssertRefusedAsync(genuine with { ReceivedAt = Sample.Time.AddMinutes(-2) });
        await rig.AssertRefusedAsync(VendorRig.Callback("id=1&originator=2&recipient=3"));
        await rig.AssertRefusedAsync(Signed("id=1", key: "another key"));
        await rig.AssertRefusedAsync(Signed("id=1", issuer: "Somebody"));
    }

    [Fact]
    public void An_access_key_that_would_break_its_header_is_refused() => Assert.Equal(
        ["credentials.access_key"],
        MessageBirdGateway.Kind.Check(Sample.Settings(Settings, """{"access_key":"a\r\nX: y"}""", Channel.Sms)).Select(f => f.Field));

    private static VendorRig Rig(HttpReply reply) => VendorRig.Of(MessageBirdGateway.Kind, Settings, Credentials, reply);

    private static CallbackRequest Signed(
        string body, string url = VendorRig.CallbackUrl, string contentType = "application/x-www-form-urlencoded", string key = SigningKey, string issuer = "MessageBird")
    {
        static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        var from = Sample.Time.ToUnixTimeSeconds();
        var payload = body.Length == 0 ? "" : $",\"payload_hash\":\"{Hash(body)}\"";
        var claims = $$"""{"iss":"{{issuer}}","nbf":{{from}},"exp":{{from + 60}},"jti":"b4f5e3f2","url_hash":"{{Hash(url)}}"{{payload}}}""";
        var content = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));
        var token = $"{content}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(content)))}";
        return VendorRig.Callback(body, contentType, url, ("MessageBird-Signature-JWT", token));
    }
}
