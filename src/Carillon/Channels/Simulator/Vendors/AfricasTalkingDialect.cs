using System.Globalization;
using Carillon.Channels.Http;
using Carillon.Channels.Sms;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>
/// Africa's Talking, by the examples of https://developers.africastalking.com/docs/sms/sending/bulk and
/// https://developers.africastalking.com/docs/sms/notifications. Its callbacks are not signed: their address carries the secret as token.
/// </summary>
internal sealed class AfricasTalkingDialect : IVendorDialect
{
    public string Name => "africastalking";

    public string NewId() => "ATPid_" + VendorForm.Hex(32);

    public VendorOrder? Read(VendorRequest request, out VendorReply? refusal)
    {
        refusal = null;
        if (request is not { Method: "POST", Path: "/version1/messaging" }) refusal = new VendorReply(404, "text/plain", "The requested resource could not be found.");
        else if (request.Header("apiKey") is null or "" or VendorSimulators.WrongSecret) refusal = new VendorReply(401, "text/plain", "The supplied authentication is invalid");
        if (refusal is not null) return null;

        var fields = FormFields.OfBody(request.Body);
        foreach (var name in (string[])["username", "to", "message"])
        {
            if (!string.IsNullOrEmpty(fields[name])) continue;
            refusal = new VendorReply(400, "text/plain", $"Request is missing required form field '{name}'");
            return null;
        }

        var to = fields["to"]!;
        if (to[0] == '+') return new VendorOrder(fields["from"] ?? "AFRICASTKNG", to, fields["message"]!);
        refusal = Recipient(to, 403, "InvalidPhoneNumber");
        return null;
    }

    public VendorReply Accept(VendorOrder order, string id, DateTimeOffset now)
    {
        var segments = SmsText.Measure(order.Text).Segments;
        var cost = string.Create(CultureInfo.InvariantCulture, $"KES {segments * 0.8m:0.0000}");
        return VendorForm.Json(201, string.Create(CultureInfo.InvariantCulture, $$$"""
            {"SMSMessageData":{"Message":"Sent to 1/1 Total Cost: {{{cost}}} Message parts: {{{segments}}}","Recipients":[{"cost":"{{{cost}}}","messageId":"{{{id}}}","messageParts":{{{segments}}},"number":"{{{order.To}}}","status":"Success","statusCode":101}]}}
            """));
    }

    public VendorReply Refuse(VendorOrder order, SimulatorFault fault, TimeSpan retryAfter) => fault switch
    {
        SimulatorFault.Rejected => Recipient(order.To, 406, "UserInBlacklist"),
        SimulatorFault.Throttled => new VendorReply(429, "text/plain", "Too many requests", retryAfter),
        _ => Recipient(order.To, 501, "GatewayError"),
    };

    public VendorCallback? Report(VendorMessage message, VendorStage stage, Uri url, string secret, DateTimeOffset now)
    {
        List<(string, string)> fields = [("id", message.Id), ("phoneNumber", message.To), ("networkCode", "63902"), ("retryCount", "0")];
        fields.Add(("status", stage switch { VendorStage.Sent => "Sent", VendorStage.Delivered => "Success", _ => "Failed" }));
        if (stage == VendorStage.Undelivered) fields.Add(("failureReason", "UserDoesNotExist"));
        return Post(url, secret, fields);
    }

    public VendorCallback Reply(string id, string from, string to, string text, Uri url, string secret, DateTimeOffset now) => Post(
        url, secret,
        [
            ("date", now.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)), ("from", from), ("id", id), ("linkId", VendorForm.Hex(16)),
            ("text", text), ("to", to), ("networkCode", "63902"),
        ]);

    private static VendorCallback Post(Uri url, string secret, List<(string Name, string Value)> fields)
    {
        var address = url.OriginalString;
        var target = new Uri($"{address}{(address.Contains('?') ? '&' : '?')}token={Uri.EscapeDataString(secret)}");
        return new VendorCallback(HttpMethod.Post, target, RequestContent.Form, VendorForm.Write(fields));
    }

    private static VendorReply Recipient(string to, int code, string status) => VendorForm.Json(201, string.Create(CultureInfo.InvariantCulture,
        $$$"""{"SMSMessageData":{"Message":"Sent to 0/1 Total Cost: 0","Recipients":[{"cost":"0","messageId":"None","number":{{{VendorForm.Quote(to)}}},"status":"{{{status}}}","statusCode":{{{code}}}}]}}"""));
}
