using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Carillon.Channels;
using Carillon.Channels.Sms;
using Carillon.Messages;
using Carillon.Tests.Channels.Http;

namespace Carillon.Tests.Channels.Sms;

/// <summary>
/// Exchanges as Vonage documents them: api/sms, messaging/sms/guides/troubleshooting-sms, guides/delivery-receipts, guides/inbound-sms,
/// getting-started/concepts/signing-messages, messages/concepts/sms-status-callbacks.
/// </summary>
public sealed class VonageGatewayTests
{
    private const string Secret = "my_secret_key_for_testing";

    private const string Accepted = """
        { "message-count": "1", "messages": [ { "to": "447700900000", "message-id": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab", "status": "0",
          "remaining-balance": "3.14159265", "message-price": "0.03330000", "network": "12345", "client-ref": "my-personal-reference" } ] }
        """;

    private const string Receipt =
        "msisdn=447700900000&to=AcmeInc&network-code=12345&messageId=0A0000001234567B&price=0.03330000&status={0}&scts=2001011400&err-code={1}&api-key=abcd1234&message-timestamp=2026-03-14+08%3A59%3A00&timestamp=1773478740&nonce=ec11dd3e";

    [Fact]
    public async Task A_message_is_posted_as_Vonage_documents_it()
    {
        await using var rig = Rig(HttpReply.Json(200, Accepted));

        var result = await rig.SendAsync("Your appointment is at 10");

        var (request, fields) = rig.Received();
        Assert.Equal(("POST", "/sms/json", "application/x-www-form-urlencoded"), (request.Method, request.Target, request.Headers["content-type"]));
        Assert.Equal(
            [
                new("api_key", "abcd1234"), new("api_secret", "CDEFGHIJ"), new("from", "AcmeInc"), new("to", "525512345678"), new("text", "Your appointment is at 10"),
                new("client-ref", VendorRig.MessageId), new("callback", VendorRig.CallbackUrl),
            ],
            fields.All);
        Assert.Equal(SendResult.Accepted("HTTP 200: status 0, 1 segments, network 12345", "aaaaaaaa-bbbb-cccc-dddd-0123456789ab", 0.0333m, "EUR"), result);
    }

    [Fact]
    public async Task A_text_beyond_the_GSM_alphabet_goes_as_unicode_so_that_nothing_is_replaced()
    {
        await using var rig = Rig(HttpReply.Json(200, Accepted));
        await rig.SendAsync("Mañana está");
        Assert.Equal("unicode", rig.Received().Fields["type"]);
    }

    [Theory]
    [InlineData("1", SendOutcome.RetryAfter)] // Throttled
    [InlineData("2", SendOutcome.Rejected)] // Missing parameters
    [InlineData("3", SendOutcome.Rejected)] // Invalid parameters
    [InlineData("4", SendOutcome.Unavailable)] // Invalid credentials
    [InlineData("5", SendOutcome.Unknown)] // Internal error
    [InlineData("6", SendOutcome.Rejected)] // Invalid message
    [InlineData("7", SendOutcome.Rejected)] // Number barred
    [InlineData("8", SendOutcome.Unavailable)] // Partner account barred
    [InlineData("9", SendOutcome.Unavailable)] // Partner quota violation
    [InlineData("10", SendOutcome.RetryAfter)] // Too many existing binds
    [InlineData("11", SendOutcome.Unavailable)] // Account not enabled for HTTP
    [InlineData("12", SendOutcome.Rejected)] // Message too long
    [InlineData("14", SendOutcome.Unavailable)] // Invalid signature
    [InlineData("15", SendOutcome.Unavailable)] // Invalid sender address
    [InlineData("22", SendOutcome.Unavailable)] // Invalid network code
    [InlineData("23", SendOutcome.Unavailable)] // Invalid callback URL
    [InlineData("29", SendOutcome.Unavailable)] // Non-whitelisted destination
    [InlineData("32", SendOutcome.Unavailable)] // Signature and API secret disallowed
    [InlineData("33", SendOutcome.Rejected)] // Number de-activated
    public async Task A_status_means_what_Vonage_says_of_it(string status, SendOutcome outcome)
    {
        await using var rig = Rig(HttpReply.Json(200, $$"""{ "message-count": "1", "messages": [ { "status": "{{status}}", "error-text": "Said so" } ] }"""));

        var result = await rig.SendAsync();

        Assert.Equal((outcome, $"HTTP 200: status {status}: Said so"), (result.Outcome, result.Answer));
        Assert.Equal(outcome == SendOutcome.RetryAfter ? TimeSpan.FromSeconds(1) : null, result.Delay);
    }

    [Fact]
    public async Task The_price_of_several_segments_is_their_sum()
    {
        await using var rig = Rig(HttpReply.Json(200, """
            { "message-count": "2", "messages": [
              { "message-id": "A1", "status": "0", "message-price": "0.03330000", "network": "1" },
              { "message-id": "A2", "status": "0", "message-price": "0.03330000", "network": "1" } ] }
            """));

        var result = await rig.SendAsync();

        Assert.Equal((SendOutcome.Accepted, "A1", 0.0666m), (result.Outcome, result.ExternalId, result.Cost));
    }

    [Fact]
    public async Task A_message_of_which_a_segment_was_refused_is_unknown()
    {
        await using var rig = Rig(HttpReply.Json(200, """{ "messages": [ { "message-id": "A1", "status": "0" }, { "status": "9", "error-text": "Quota" } ] }"""));
        Assert.Equal(SendOutcome.Unknown, (await rig.SendAsync()).Outcome);
    }

    [Theory]
    [InlineData(200, "", SendOutcome.Unknown)]
    [InlineData(200, "{}", SendOutcome.Unknown)]
    [InlineData(200, """{"messages":[1]}""", SendOutcome.Unavailable)]
    [InlineData(401, "", SendOutcome.Unavailable)]
    [InlineData(502, "", SendOutcome.Unknown)]
    public async Task An_answer_that_says_nothing_counts_by_its_status(int status, string body, SendOutcome outcome)
    {
        await using var rig = Rig(HttpReply.Json(status, body));
        Assert.Equal(outcome, (await rig.SendAsync()).Outcome);
    }

    [Theory]
    [InlineData("delivered", "0", MessageEventKind.Delivered, false)]
    [InlineData("accepted", "0", MessageEventKind.Deferred, false)]
    [InlineData("buffered", "0", MessageEventKind.Deferred, false)]
    [InlineData("expired", "2", MessageEventKind.Failed, false)]
    [InlineData("failed", "2", MessageEventKind.Failed, false)]
    [InlineData("failed", "3", MessageEventKind.Bounced, true)]
    [InlineData("failed", "9", MessageEventKind.Bounced, true)]
    [InlineData("failed", "4", MessageEventKind.Bounced, false)]
    [InlineData("rejected", "6", MessageEventKind.Bounced, false)]
    public async Task A_delivery_receipt_is_verified_and_read(string status, string code, MessageEventKind kind, bool isPermanent)
    {
        await using var rig = Rig(HttpReply.Json(200, Accepted));
        var request = Signed(string.Format(null, Receipt, status, code) + "&client-ref=" + VendorRig.MessageId);

        await rig.AssertGenuineAsync(request);
        var receipt = rig.Receipt(request);

        Assert.Equal((kind, "0A0000001234567B", Sample.Id(1), isPermanent), (receipt.Kind, receipt.ExternalId, receipt.MessageId, receipt.IsPermanent));
        Assert.Equal(Sample.Time.AddMinutes(-1), receipt.At);
    }

    [Fact]
    public async Task Receipts_in_the_query_and_in_JSON_are_verified_and_read_too()
    {
        await using var rig = Rig(HttpReply.Json(200, Accepted));
        var form = Signed(string.Format(null, Receipt, "delivered", "0"));
        var query = Encoding.UTF8.GetString(form.Body.Span);
        var fields = Carillon.Channels.Http.FormFields.OfBody(form.Body).All.ToDictionary();

        foreach (var request in new[]
        {
            VendorRig.Callback("", url: $"{VendorRig.CallbackUrl}?{query}"),
            VendorRig.Callback(System.Text.Json.JsonSerializer.Serialize(fields), "application/json"),
        })
        {
            await rig.AssertGenuineAsync(request);
            Assert.Equal(MessageEventKind.Delivered, rig.Receipt(request).Kind);
        }
    }

    [Theory]
    [InlineData("md5hash")]
    [InlineData("md5")]
    [InlineData("sha1")]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task Each_method_of_signing_is_known(string method)
    {
        await using var rig = Rig(HttpReply.Json(200, Accepted), method);
        // & and = in values count as underscores.
        var genuine = Signed("messageId=A1&msisdn=447700900001&to=447700900000&text=a%3Db%26c&type=text", method);

        await rig.AssertGenuineAsync(genuine);
        await rig.AssertRefusedAsync(genuine with { Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(genuine.Body.Span).Replace("A1", "A2", StringComparison.Ordinal)) });
        await rig.AssertRefusedAsync(VendorRig.Callback("messageId=A1&status=delivered"));
        Assert.Equal("a=b&c", rig.Inbound(genuine).Text);
    }

    [Fact]
    public async Task A_reply_is_an_inbound_message()
    {
        await using var rig = Rig(HttpReply.Json(200, Accepted));
        var inbound = rig.Inbound(Signed(
            "msisdn=447700900001&to=447700900000&messageId=0A0000000123ABCD1&text=Hello+world&type=text&keyword=HELLO&message-timestamp=2020-01-01+12%3A00%3A00&api-key=abcd1234"));

        Assert.Equal(("+447700900001", "+447700900000", "0A0000000123ABCD1", "Hello world"), (inbound.From, inbound.To, inbound.ExternalId, inbound.Text));
        Assert.Equal(new DateTimeOffset(2020, 1, 1, 12, 0, 0, TimeSpan.Zero), inbound.At);
    }

    [Theory]
    [InlineData("submitted", MessageEventKind.Sent)]
    [InlineData("delivered", MessageEventKind.Delivered)]
    [InlineData("rejected", MessageEventKind.Bounced)]
    [InlineData("undeliverable", MessageEventKind.Failed)]
    public async Task A_status_of_the_Messages_API_is_verified_by_its_token(string status, MessageEventKind kind)
    {
        await using var rig = Rig(HttpReply.Json(200, Accepted));
        var body = $$"""
            { "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", "to": "447700900000", "from": "447700900001", "timestamp": "2026-03-14T08:59:00.000Z",
              "status": "{{status}}", "error": { "type": "https://developer.vonage.com/api-errors/messages#1000", "title": "1000", "detail": "Throttled" },
              "client_ref": "{{VendorRig.MessageId}}", "usage": { "currency": "EUR", "price": "0.0333" }, "channel": "sms" }
            """;
        var request = VendorRig.Callback(body, "application/json", headers: ("Authorization", "Bearer " + TokenOf(body, Secret)));

        await rig.AssertGenuineAsync(request);
        var receipt = rig.Receipt(request);

        Assert.Equal((kind, Sample.Id(1), 0.0333m, "EUR", "1000: Throttled"), (receipt.Kind, receipt.MessageId, receipt.Cost, receipt.Currency, receipt.Detail));
        await rig.AssertRefusedAsync(request with { Body = Encoding.UTF8.GetBytes(body + " ") });
        await rig.AssertRefusedAsync(VendorRig.Callback(body, "application/json", headers: ("Authorization", "Bearer " + TokenOf(body, "another secret"))));
        await rig.AssertRefusedAsync(VendorRig.Callback(body, "application/json", headers: ("Authorization", "Bearer " + TokenOf(body, Secret, "none"))));
        await rig.AssertRefusedAsync(VendorRig.Callback(body, "application/json", headers: ("Authorization", "Bearer a.b")));
    }

    [Fact]
    public async Task A_token_without_the_body_s_hash_proves_no_body()
    {
        await using var rig = Rig(HttpReply.Json(200, Accepted));
        await rig.AssertRefusedAsync(VendorRig.Callback("{}", "application/json", headers: ("Authorization", "Bearer " + TokenOf(null, Secret))));
    }

    [Fact]
    public async Task Without_a_signature_secret_every_callback_is_refused()
    {
        await using var rig = VendorRig.Of(VonageGateway.Kind, """{ "api_key": "abcd1234", "from": "AcmeInc" }""", """{ "api_secret": "x" }""", HttpReply.Json(200, Accepted));
        await rig.AssertRefusedAsync(Signed("messageId=A1&status=delivered"));
    }

    private static VendorRig Rig(HttpReply reply, string method = "md5hash") => VendorRig.Of(
        VonageGateway.Kind, $$"""{ "api_key": "abcd1234", "from": "AcmeInc", "signature_method": "{{method}}" }""",
        $$"""{ "api_secret": "CDEFGHIJ", "signature_secret": "{{Secret}}" }""", reply);

    private static CallbackRequest Signed(string body, string method = "md5hash")
    {
        var pairs = body.Split('&').Select(p => p.Split('=').Select(x => Uri.UnescapeDataString(x.Replace('+', ' '))).ToArray()).OrderBy(p => p[0], StringComparer.Ordinal);
        var text = Encoding.UTF8.GetBytes(string.Concat(pairs.Select(p => $"&{p[0]}={p[1].Replace('&', '_').Replace('=', '_')}")));
        var key = Encoding.UTF8.GetBytes(Secret);
        var hash = method switch
        {
            "md5hash" => MD5.HashData([.. text, .. key]),
            "md5" => HMACMD5.HashData(key, text),
            "sha1" => HMACSHA1.HashData(key, text),
            "sha256" => HMACSHA256.HashData(key, text),
            _ => HMACSHA512.HashData(key, text),
        };
        return VendorRig.Callback($"{body}&sig={Convert.ToHexString(hash)}");
    }

    /// <summary>The callbacks come 60 seconds after 1773478740.</summary>
    [Theory]
    [InlineData(25 * 3600, true)]
    [InlineData((25 * 3600) + 1, false)]
    [InlineData(-300, true)]
    [InlineData(-301, false)]
    public async Task What_was_signed_too_long_ago_or_for_later_is_refused(int age, bool isGenuine)
    {
        await using var rig = Rig(HttpReply.Json(200, Accepted));
        var issued = Sample.Time.ToUnixTimeSeconds() - age;
        var signed = Signed(string.Format(null, Receipt, "delivered", "0").Replace("1773478740", issued.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        const string body = """{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab","status":"delivered"}""";
        var token = VendorRig.Callback(body, "application/json", headers: ("Authorization", "Bearer " + TokenOf(body, Secret, issued: issued)));

        foreach (var request in new[] { signed, token })
        {
            if (isGenuine) await rig.AssertGenuineAsync(request);
            else await rig.AssertRefusedAsync(request);
        }
    }

    private static string TokenOf(string? body, string secret, string algorithm = "HS256", long issued = 1773478740)
    {
        var hash = body is null ? "" : $", \"payload_hash\": \"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}\"";
        var content = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"{{algorithm}}","typ":"JWT"}""")) + "."
            + Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"iat":{{issued}},"jti":"c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5","iss":"Vonage","api_key":"abcd1234"{{hash}}}"""));
        return $"{content}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(content)))}";
    }
}
