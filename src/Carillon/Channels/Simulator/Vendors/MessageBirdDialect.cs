using System.Globalization;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Channels.Sms;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>
/// MessageBird's SMS API, by the examples of https://developers.messagebird.com/api/sms-messaging/ and
/// https://developers.messagebird.com/api/#verifying-http-requests.
/// </summary>
internal sealed class MessageBirdDialect : IVendorDialect
{
    public string Name => "messagebird";

    public string NewId() => VendorForm.Hex(32);

    public VendorOrder? Read(VendorRequest request, out VendorReply? refusal)
    {
        refusal = null;
        const string scheme = "AccessKey ";
        var authorization = request.Header("Authorization") ?? "";
        if (request.Path != "/messages") refusal = Error(404, 98, "API not found", "");
        else if (request.Method != "POST") refusal = Error(405, 98, "Method not allowed", "");
        else if (!authorization.StartsWith(scheme, StringComparison.Ordinal) || authorization[scheme.Length..] is "" or VendorSimulators.WrongSecret)
            refusal = Error(401, 2, "Request not allowed (incorrect access_key)", "access_key");
        if (refusal is not null) return null;

        if (VendorJson.Parse(request.Body) is not { ValueKind: JsonValueKind.Object } json)
        {
            refusal = Error(400, 21, "Bad request (JSON is invalid)", "");
            return null;
        }

        var recipient = json.Items("recipients").FirstOrDefault();
        var to = recipient.ValueKind switch { JsonValueKind.String => recipient.GetString()!, JsonValueKind.Number => recipient.GetRawText(), _ => "" };
        var (from, text) = (json.Text("originator"), json.Text("body"));
        if (string.IsNullOrEmpty(from)) refusal = Error(422, 9, "originator is required", "originator");
        else if (to.Length == 0) refusal = Error(422, 9, "no (correct) recipients found", "recipients");
        else if (to.Any(c => !char.IsAsciiDigit(c))) refusal = Error(422, 10, "no (correct) recipients found", "recipients");
        else if (string.IsNullOrEmpty(text)) refusal = Error(422, 9, "body is required", "body");

        // Reports are sent for messages with a reference only.
        return refusal is null ? new VendorOrder(from!, "+" + to, text!, json.Text("reference"), json.Text("reference") is null ? null : json.Text("reportUrl")) : null;
    }

    public VendorReply Accept(VendorOrder order, string id, DateTimeOffset now)
    {
        var date = TimeOf(now);
        var segments = SmsText.Measure(order.Text).Segments;
        return VendorForm.Json(201, string.Create(CultureInfo.InvariantCulture, $$$"""
            {"id":"{{{id}}}","href":"https://rest.messagebird.com/messages/{{{id}}}","direction":"mt","type":"sms","originator":{{{VendorForm.Quote(order.From)}}},"body":{{{VendorForm.Quote(order.Text)}}},"reference":{{{VendorForm.Quote(order.Reference ?? "")}}},"validity":null,"gateway":10,"typeDetails":{},"datacoding":"plain","mclass":1,"scheduledDatetime":null,"createdDatetime":"{{{date}}}","recipients":{"totalCount":1,"totalSentCount":1,"totalDeliveredCount":0,"totalDeliveryFailedCount":0,"items":[{"recipient":{{{order.To[1..]}}},"status":"sent","statusDatetime":"{{{date}}}","messagePartCount":{{{segments}}},"price":{"amount":{{{segments * 0.058m}}},"currency":"EUR"}}]}}
            """));
    }

    public VendorReply Refuse(VendorOrder order, SimulatorFault fault, TimeSpan retryAfter) => fault switch
    {
        SimulatorFault.Rejected => Error(422, 10, "no (correct) recipients found", "recipients"),
        SimulatorFault.Throttled => Error(429, 21, "Too many requests", "", retryAfter),
        _ => VendorForm.Json(503, ""),
    };

    public VendorCallback? Report(VendorMessage message, VendorStage stage, Uri url, string secret, DateTimeOffset now)
    {
        var (status, reason) = stage switch
        {
            VendorStage.Sent => ("sent", "pending DLR"),
            VendorStage.Delivered => ("delivered", "successfully delivered"),
            _ => ("delivery_failed", "unknown subscriber"),
        };
        var query = VendorForm.Write(
        [
            ("id", message.Id), ("reference", message.Reference ?? ""), ("recipient", message.To[1..]), ("status", status), ("statusReason", reason),
            ("statusDatetime", TimeOf(now)), ("mccmnc", "20408"), ("ported", "0"),
        ]);
        return Signed(HttpMethod.Get, new Uri($"{url.OriginalString}{(url.OriginalString.Contains('?') ? '&' : '?')}{query}"), "", secret, now);
    }

    public VendorCallback Reply(string id, string from, string to, string text, Uri url, string secret, DateTimeOffset now) => Signed(
        HttpMethod.Post, url,
        VendorForm.Write([("id", id), ("recipient", to.TrimStart('+')), ("originator", from.TrimStart('+')), ("body", text), ("createdDatetime", TimeOf(now))]), secret, now);

    private static VendorCallback Signed(HttpMethod method, Uri url, string body, string secret, DateTimeOffset now)
    {
        var from = now.ToUnixTimeSeconds();
        var payload = body.Length == 0 ? "" : $",\"payload_hash\":\"{VendorForm.Sha256(body)}\"";
        var claims = string.Create(CultureInfo.InvariantCulture,
            $$$"""{"iss":"MessageBird","nbf":{{{from}}},"exp":{{{from + 60}}},"jti":"{{{VendorForm.Hex(32)}}}","url_hash":"{{{VendorForm.Sha256(url.OriginalString)}}}"{{{payload}}}}""");
        return new VendorCallback(method, url, body.Length == 0 ? null : RequestContent.Form, body, ("MessageBird-Signature-JWT", VendorForm.Token(claims, secret)));
    }

    private static string TimeOf(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture);

    private static VendorReply Error(int status, int code, string description, string parameter, TimeSpan? retryAfter = null) => VendorForm.Json(
        status,
        string.Create(CultureInfo.InvariantCulture, $$$"""{"errors":[{"code":{{{code}}},"description":"{{{description}}}","parameter":{{{(parameter.Length == 0 ? "null" : VendorForm.Quote(parameter))}}}}]}"""),
        retryAfter);
}
