using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Carillon.Channels.Email;
using Carillon.Channels.Http;
using Carillon.Mail;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>
/// Mailgun's messages.mime, webhooks and routes, by the examples of
/// https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages/post-v3--domain-name--messages.mime,
/// https://documentation.mailgun.com/docs/mailgun/user-manual/events/webhooks and
/// https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http.
/// </summary>
internal sealed class MailgunDialect : IVendorDialect
{
    /// <summary>Of a mail this much is kept to look at.</summary>
    private const int MaxText = 4096;

    public string Name => "mailgun";

    public string NewId() => $"20260314090000.{VendorForm.Hex(16)}@mailgun.example";

    public VendorOrder? Read(VendorRequest request, out VendorReply? refusal)
    {
        refusal = null;
        if (request.Path.Split('/') is not ["", "v3", { Length: > 0 }, "messages.mime"]) refusal = Error(404, "Not Found");
        else if (request.Method != "POST") refusal = Error(405, "Method Not Allowed");
        else if (!IsLoggedIn(request.Header("Authorization"))) refusal = new VendorReply(401, "text/html", "Forbidden");
        if (refusal is not null) return null;

        try
        {
            var parts = MultipartForm.Read(new CallbackRequest
            {
                Method = request.Method,
                Url = new Uri("http://mailgun.example/"),
                Headers = request.Headers,
                Body = request.Body,
                ReceivedAt = default,
            });
            var to = parts.FirstOrDefault(p => p.Name == "to")?.Text;
            var mail = parts.FirstOrDefault(p => p.Name == "message")?.Text;
            var from = MailSetting.AddressOf(MailSetting.HeaderOf(mail, "From"));
            if (to is null || !MailAddress.IsValid(to)) refusal = Error(400, "to parameter is not a valid address. please check documentation");
            else if (string.IsNullOrEmpty(mail)) refusal = Error(400, "message parameter is missing");
            else if (from is null) refusal = Error(400, "from parameter is not a valid address. please check documentation");
            return refusal is not null ? null
                : new VendorOrder(from!, to!, mail!.Length > MaxText ? mail[..MaxText] : mail, parts.FirstOrDefault(p => p.Name == "v:" + MailSetting.MessageVariable)?.Text);
        }
        catch (FormatException)
        {
            refusal = Error(400, "The form cannot be read");
            return null;
        }
    }

    public VendorReply Accept(VendorOrder order, string id, DateTimeOffset now) => VendorForm.Json(200, $$"""{"id":"<{{id}}>","message":"Queued. Thank you."}""");

    public VendorReply Refuse(VendorOrder order, SimulatorFault fault, TimeSpan retryAfter) => fault switch
    {
        SimulatorFault.Rejected => Error(400, "to parameter is not a valid address. please check documentation"),
        SimulatorFault.Throttled => Error(429, "Too many requests, try again later", retryAfter),
        _ => Error(503, "Service Unavailable"),
    };

    public VendorCallback? Report(VendorMessage message, VendorStage stage, Uri url, string secret, DateTimeOffset now)
    {
        var said = stage switch
        {
            VendorStage.Sent => """ "event":"accepted" """,
            VendorStage.Delivered => """ "event":"delivered","delivery-status":{"code":250,"message":"OK","description":"","attempt-no":1} """,
            _ => """ "event":"failed","severity":"permanent","reason":"bounce","delivery-status":{"code":550,"message":"5.1.1 The email account that you tried to reach does not exist","bounce-type":"hard","attempt-no":1} """,
        };
        var (timestamp, token, signature) = Sign(secret, now);
        var variables = message.Reference is null ? "" : $"\"{MailSetting.MessageVariable}\":{VendorForm.Quote(message.Reference)}";
        return new VendorCallback(HttpMethod.Post, url, RequestContent.Json, string.Create(CultureInfo.InvariantCulture, $$$"""
            {"signature":{"timestamp":"{{{timestamp}}}","token":"{{{token}}}","signature":"{{{signature}}}"},"event-data":{{{{said}}},"id":"{{{VendorForm.Hex(22)}}}","timestamp":{{{now.ToUnixTimeMilliseconds() / 1000m}}},"recipient":{{{VendorForm.Quote(message.To)}}},"message":{"headers":{"to":{{{VendorForm.Quote(message.To)}}},"message-id":"{{{message.Id}}}","from":{{{VendorForm.Quote(message.From)}}}},"attachments":[],"size":{{{message.Text.Length}}}},"user-variables":{{{{variables}}}},"tags":[]}}
            """));
    }

    public VendorCallback Reply(string id, string from, string to, string text, Uri url, string secret, DateTimeOffset now)
    {
        var (timestamp, token, signature) = Sign(secret, now);
        return new VendorCallback(HttpMethod.Post, url, RequestContent.Form, VendorForm.Write(
        [
            ("recipient", to), ("sender", from), ("from", from), ("subject", ""), ("body-plain", text), ("stripped-text", text), ("Message-Id", $"<{id}>"),
            ("timestamp", timestamp), ("token", token), ("signature", signature),
        ]));
    }

    private static (string Timestamp, string Token, string Signature) Sign(string secret, DateTimeOffset now)
    {
        var (timestamp, token) = (now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), VendorForm.Hex(50));
        return (timestamp, token, Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(timestamp + token))));
    }

    private static bool IsLoggedIn(string? authorization)
    {
        if (authorization?.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) != true) return false;
        Span<byte> bytes = stackalloc byte[1024];
        return Convert.TryFromBase64String(authorization[6..].Trim(), bytes, out var length)
            && Encoding.UTF8.GetString(bytes[..length]).Split(':', 2) is ["api", { Length: > 0 } key] && key != VendorSimulators.WrongSecret;
    }

    private static VendorReply Error(int status, string message, TimeSpan? retryAfter = null) => VendorForm.Json(status, $$"""{"message":{{VendorForm.Quote(message)}}}""", retryAfter);
}
