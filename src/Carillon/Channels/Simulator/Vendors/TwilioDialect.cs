using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Carillon.Channels.Http;
using Carillon.Channels.Sms;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>
/// Twilio's Messages, by the examples of https://www.twilio.com/docs/messaging/api/message-resource, of its errors
/// (https://www.twilio.com/docs/usage/twilios-response) and of https://www.twilio.com/docs/usage/security.
/// </summary>
internal sealed class TwilioDialect : IVendorDialect
{
    private const string Root = "/2010-04-01/Accounts/";

    public string Name => "twilio";

    public string NewId() => "SM" + VendorForm.Hex(32);

    public VendorOrder? Read(VendorRequest request, out VendorReply? refusal)
    {
        refusal = null;
        var path = request.Path.Split('/');
        if (!request.Path.StartsWith(Root, StringComparison.Ordinal) || path is not [_, _, _, { Length: 34 }, "Messages.json"])
            refusal = Error(404, 20404, $"The requested resource {request.Path} was not found");
        else if (request.Method != "POST")
            refusal = Error(405, 20004, "Method not allowed");
        else if (!IsLoggedIn(request.Header("Authorization")))
            refusal = Error(401, 20003, "Authenticate");
        if (refusal is not null) return null;

        var fields = FormFields.OfBody(request.Body);
        var (to, from, service, body) = (fields["To"], fields["From"], fields["MessagingServiceSid"], fields["Body"]);
        if (string.IsNullOrEmpty(to)) refusal = Error(400, 21604, "A 'To' phone number is required.");
        else if (to[0] != '+') refusal = Error(400, 21211, $"Invalid 'To' Phone Number: {to}");
        else if (string.IsNullOrEmpty(from) && string.IsNullOrEmpty(service)) refusal = Error(400, 21603, "A 'From' phone number is required.");
        else if (string.IsNullOrEmpty(body)) refusal = Error(400, 21602, "Message body is required.");
        else if (body.Length > 1600) refusal = Error(400, 21617, "The concatenated message body exceeds the 1600 character limit");
        return refusal is null ? new VendorOrder(from ?? service!, to!, body!, ReportTo: fields["StatusCallback"]) : null;
    }

    public VendorReply Accept(VendorOrder order, string id, DateTimeOffset now)
    {
        var date = now.ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture);
        var segments = SmsText.Measure(order.Text).Segments.ToString(CultureInfo.InvariantCulture);
        return VendorForm.Json(201, $$"""
            {"account_sid":"ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","api_version":"2010-04-01","body":{{VendorForm.Quote(order.Text)}},"date_created":"{{date}}","date_sent":null,"date_updated":"{{date}}","direction":"outbound-api","error_code":null,"error_message":null,"from":{{VendorForm.Quote(order.From)}},"num_media":"0","num_segments":"{{segments}}","price":null,"price_unit":"USD","messaging_service_sid":null,"sid":"{{id}}","status":"queued","subresource_uris":{},"to":{{VendorForm.Quote(order.To)}},"uri":"/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Messages/{{id}}.json"}
            """);
    }

    public VendorReply Refuse(VendorOrder order, SimulatorFault fault, TimeSpan retryAfter) => fault switch
    {
        SimulatorFault.Rejected => Error(400, 21614, $"To number: {order.To}, is not a mobile number"),
        SimulatorFault.Throttled => Error(429, 20429, "Too Many Requests", retryAfter),
        _ => Error(503, 20503, "Service is unavailable"),
    };

    public VendorCallback? Report(VendorMessage message, VendorStage stage, Uri url, string secret, DateTimeOffset now)
    {
        var status = stage switch { VendorStage.Sent => "sent", VendorStage.Delivered => "delivered", _ => "undelivered" };
        List<(string, string)> fields =
        [
            ("SmsSid", message.Id), ("SmsStatus", status), ("MessageStatus", status), ("To", message.To), ("MessageSid", message.Id),
            ("AccountSid", "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), ("From", message.From), ("ApiVersion", "2010-04-01"),
        ];
        if (stage == VendorStage.Undelivered) fields.AddRange([("ErrorCode", "30005"), ("ErrorMessage", "Unknown destination handset")]);
        if (stage != VendorStage.Sent) fields.Add(("RawDlrDoneDate", now.ToString("yyMMddHHmm", CultureInfo.InvariantCulture)));
        return Signed(fields, url, secret);
    }

    public VendorCallback Reply(string id, string from, string to, string text, Uri url, string secret, DateTimeOffset now) => Signed(
        [
            ("SmsMessageSid", id), ("NumMedia", "0"), ("SmsSid", id), ("SmsStatus", "received"), ("Body", text), ("To", to), ("NumSegments", "1"),
            ("MessageSid", id), ("AccountSid", "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), ("From", from), ("ApiVersion", "2010-04-01"),
        ], url, secret);

    /// <summary>The URL, then each field's name and value in the order of names, by HMAC-SHA1 with the Auth Token.</summary>
    private static VendorCallback Signed(List<(string Name, string Value)> fields, Uri url, string secret)
    {
        var text = url.OriginalString + string.Concat(fields.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => f.Name + f.Value));
        var signature = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));
        return new VendorCallback(HttpMethod.Post, url, RequestContent.Form, VendorForm.Write(fields), ("X-Twilio-Signature", signature));
    }

    private static bool IsLoggedIn(string? authorization)
    {
        if (authorization?.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) != true) return false;
        Span<byte> bytes = stackalloc byte[1024];
        if (!Convert.TryFromBase64String(authorization[6..].Trim(), bytes, out var length)) return false;
        var login = Encoding.UTF8.GetString(bytes[..length]).Split(':', 2);
        return login is [{ Length: 34 }, { Length: > 0 } password] && password != VendorSimulators.WrongSecret;
    }

    private static VendorReply Error(int status, int code, string message, TimeSpan? retryAfter = null) => VendorForm.Json(
        status, string.Create(CultureInfo.InvariantCulture, $$"""{"code":{{code}},"message":{{VendorForm.Quote(message)}},"more_info":"https://www.twilio.com/docs/errors/{{code}}","status":{{status}}}"""), retryAfter);
}
