using Carillon.Channels;
using Carillon.Channels.Sms;
using Carillon.Messages;
using Carillon.Tests.Channels.Http;

namespace Carillon.Tests.Channels.Sms;

/// <summary>Exchanges as Africa's Talking documents them: developers.africastalking.com/docs/sms/sending/bulk and /docs/sms/notifications.</summary>
public sealed class AfricasTalkingGatewayTests
{
    private const string Token = "a-secret-of-our-own";
    private const string Url = $"{VendorRig.CallbackUrl}?token={Token}";
    private const string Settings = """{ "username": "MyAppUsername", "from": "MyShortCode" }""";
    private const string Credentials = $$"""{ "api_key": "MyAppAPIkey", "callback_token": "{{Token}}" }""";

    private const string Sent = """
        { "SMSMessageData": { "Message": "Sent to 1/1 Total Cost: KES 0.8000", "Recipients": [
          { "statusCode": 101, "number": "+254711XXXYYY", "status": "Success", "cost": "KES 0.8000", "messageId": "ATPid_SampleTxnId123" } ] } }
        """;

    [Fact]
    public async Task A_message_is_posted_as_Africas_Talking_documents_it()
    {
        await using var rig = Rig(HttpReply.Json(201, Sent));

        var result = await rig.SendAsync("Habari", to: "+254711000000");

        var (request, fields) = rig.Received();
        Assert.Equal(("POST", "/version1/messaging", "MyAppAPIkey", "application/json"), (request.Method, request.Target, request.Headers["apikey"], request.Headers["accept"]));
        Assert.Equal(
            [new("username", "MyAppUsername"), new("to", "+254711000000"), new("message", "Habari"), new("from", "MyShortCode"), new("bulkSMSMode", "1")], fields.All);
        Assert.Equal(SendResult.Accepted("HTTP 201: 101 Success", "ATPid_SampleTxnId123", 0.8m, "KES"), result);
    }

    [Theory]
    [InlineData(100, "Processed", SendOutcome.Accepted)]
    [InlineData(101, "Sent", SendOutcome.Accepted)]
    [InlineData(102, "Queued", SendOutcome.Accepted)]
    [InlineData(401, "RiskHold", SendOutcome.Unknown)]
    [InlineData(402, "InvalidSenderId", SendOutcome.Unavailable)]
    [InlineData(403, "InvalidPhoneNumber", SendOutcome.Rejected)]
    [InlineData(404, "UnsupportedNumberType", SendOutcome.Rejected)]
    [InlineData(405, "InsufficientBalance", SendOutcome.Unavailable)]
    [InlineData(406, "UserInBlacklist", SendOutcome.Rejected)]
    [InlineData(407, "CouldNotRoute", SendOutcome.Unavailable)]
    [InlineData(409, "DoNotDisturbRejection", SendOutcome.Unavailable)]
    [InlineData(500, "InternalServerError", SendOutcome.Unknown)]
    [InlineData(501, "GatewayError", SendOutcome.Unavailable)]
    [InlineData(502, "RejectedByGateway", SendOutcome.Unavailable)]
    public async Task A_status_code_means_what_is_said_of_it(int code, string status, SendOutcome outcome)
    {
        await using var rig = Rig(HttpReply.Json(201, $$"""
            { "SMSMessageData": { "Message": "x", "Recipients": [ { "statusCode": {{code}}, "number": "+254711000000", "status": "{{status}}", "cost": "0", "messageId": "None" } ] } }
            """));

        var result = await rig.SendAsync();

        Assert.Equal((outcome, $"HTTP 201: {code} {status}", null), (result.Outcome, result.Answer, result.Cost));
    }

    [Theory]
    [InlineData(201, """{"SMSMessageData":{"Message":"InvalidSenderId","Recipients":[]}}""", SendOutcome.Unavailable)]
    [InlineData(201, "", SendOutcome.Unknown)]
    [InlineData(201, "[]", SendOutcome.Unknown)]
    [InlineData(401, "The supplied authentication is invalid", SendOutcome.Unavailable)]
    [InlineData(400, "Must have sms in your request", SendOutcome.Rejected)]
    [InlineData(500, "", SendOutcome.Unknown)]
    public async Task An_answer_without_recipients_counts_by_its_status(int status, string body, SendOutcome outcome)
    {
        await using var rig = Rig(HttpReply.Of(status, body));
        Assert.Equal(outcome, (await rig.SendAsync()).Outcome);
    }

    [Theory]
    [InlineData("Sent", null, MessageEventKind.Sent, false)]
    [InlineData("Submitted", null, MessageEventKind.Sent, false)]
    [InlineData("Buffered", null, MessageEventKind.Deferred, false)]
    [InlineData("Success", null, MessageEventKind.Delivered, false)]
    [InlineData("Rejected", "UserInBlackList", MessageEventKind.Bounced, true)]
    [InlineData("Failed", "UserDoesNotExist", MessageEventKind.Bounced, true)]
    [InlineData("Failed", "DeliveryFailure", MessageEventKind.Failed, false)]
    [InlineData("Failed", "NotNetworkSubcriber", MessageEventKind.Failed, false)]
    [InlineData("AbsentSubscriber", null, MessageEventKind.Failed, false)]
    [InlineData("Expired", null, MessageEventKind.Failed, false)]
    public async Task A_delivery_report_is_verified_and_read(string status, string? reason, MessageEventKind kind, bool isPermanent)
    {
        await using var rig = Rig(HttpReply.Json(201, Sent));
        var request = VendorRig.Callback(
            $"id=ATPid_SampleTxnId123&status={status}&phoneNumber=%2B254711000000&networkCode=63902" + (reason is null ? "" : $"&failureReason={reason}&retryCount=0"), url: Url);

        await rig.AssertGenuineAsync(request);
        var receipt = rig.Receipt(request);

        Assert.Equal((kind, "ATPid_SampleTxnId123", isPermanent), (receipt.Kind, receipt.ExternalId, receipt.IsPermanent));
        Assert.Equal(reason is null ? status : $"{status}, {reason}", receipt.Detail);
    }

    [Fact]
    public async Task A_reply_is_read()
    {
        await using var rig = Rig(HttpReply.Json(201, Sent));
        var inbound = rig.Inbound(VendorRig.Callback(
            "date=2026-03-14+09%3A00%3A00&from=%2B254711000000&id=f3b2&linkId=SampleLinkId123&text=STOP&to=20880&networkCode=63902", url: Url));
        Assert.Equal(("+254711000000", "20880", "f3b2", "STOP", Sample.Time), (inbound.From, inbound.To, inbound.ExternalId, inbound.Text, inbound.At!.Value));
    }

    [Fact]
    public async Task An_opt_out_that_names_no_message_is_kept_and_says_nothing_of_one()
    {
        await using var rig = Rig(HttpReply.Json(201, Sent));
        Assert.Empty(rig.Read(VendorRig.Callback("senderId=MyShortCode&phoneNumber=%2B254711000000", url: Url)));
    }

    [Theory]
    [InlineData(VendorRig.CallbackUrl)]
    [InlineData(VendorRig.CallbackUrl + "?token=")]
    [InlineData(VendorRig.CallbackUrl + "?token=another-secret-of-ours")]
    public async Task An_address_without_the_secret_is_refused(string url)
    {
        await using var rig = Rig(HttpReply.Json(201, Sent));
        await rig.AssertRefusedAsync(VendorRig.Callback($"id=1&status=Success&token={Token}", url: url));
    }

    [Fact]
    public async Task Without_a_callback_token_every_callback_is_refused()
    {
        await using var rig = VendorRig.Of(AfricasTalkingGateway.Kind, Settings, """{ "api_key": "x" }""", HttpReply.Json(201, Sent));
        await rig.AssertRefusedAsync(VendorRig.Callback("id=1&status=Success", url: VendorRig.CallbackUrl + "?token="));
    }

    [Fact]
    public void A_callback_token_that_can_be_guessed_is_refused() => Assert.Equal(
        ["credentials.callback_token"],
        AfricasTalkingGateway.Kind.Check(Sample.Settings(Settings, """{"api_key":"x","callback_token":"short"}""", Channel.Sms)).Select(f => f.Field));

    private static VendorRig Rig(HttpReply reply) => VendorRig.Of(AfricasTalkingGateway.Kind, Settings, Credentials, reply);
}
