using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Mail;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>
/// SendGrid's Mail Send, Event Webhook and Inbound Parse, by the examples of https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send,
/// https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event and
/// https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook.
/// </summary>
internal sealed class SendGridDialect : IVendorDialect
{
    public string Name => "sendgrid";

    /// <summary>The verification key of a secret: SendGrid's are of a key pair, which here follows from the secret.</summary>
    public static string PublicKeyOf(string secret)
    {
        using var key = KeyOf(secret);
        return Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }

    public string NewId() => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    public VendorOrder? Read(VendorRequest request, out VendorReply? refusal)
    {
        refusal = null;
        const string scheme = "Bearer ";
        var authorization = request.Header("Authorization") ?? "";
        if (request.Path != "/v3/mail/send") refusal = Error(404, null, "Not Found");
        else if (request.Method != "POST") refusal = Error(405, null, "Method Not Allowed");
        else if (!authorization.StartsWith(scheme, StringComparison.Ordinal) || authorization[scheme.Length..] is "" or VendorSimulators.WrongSecret)
            refusal = Error(401, null, "The provided authorization grant is invalid, expired, or revoked");
        if (refusal is not null) return null;

        if (VendorJson.Parse(request.Body) is not { ValueKind: JsonValueKind.Object } json)
        {
            refusal = Error(400, null, "Bad Request");
            return null;
        }

        var personalization = json.Items("personalizations").FirstOrDefault();
        var to = personalization.Items("to").FirstOrDefault().Text("email");
        var from = (json.Member("from") ?? default).Text("email");
        var content = json.Items("content").FirstOrDefault().Text("value");
        if (to is null || !MailAddress.IsValid(to)) refusal = Error(400, "personalizations.0.to.0.email", "Does not contain a valid address.");
        else if (from is null || !MailAddress.IsValid(from)) refusal = Error(400, "from.email", "The from email does not contain a valid address.");
        else if (string.IsNullOrEmpty(json.Text("subject"))) refusal = Error(400, "subject", "The subject is required.");
        else if (string.IsNullOrEmpty(content)) refusal = Error(400, "content.0.value", "The content value must be a string at least one character in length.");
        return refusal is null ? new VendorOrder(from!, to!, content!, (personalization.Member("custom_args") ?? default).Text(Email.MailSetting.MessageVariable)) : null;
    }

    public VendorReply Accept(VendorOrder order, string id, DateTimeOffset now) => new(202, "text/plain", "") { Header = ("X-Message-Id", id) };

    public VendorReply Refuse(VendorOrder order, SimulatorFault fault, TimeSpan retryAfter) => fault switch
    {
        SimulatorFault.Rejected => Error(400, "personalizations.0.to.0.email", "Does not contain a valid address."),
        SimulatorFault.Throttled => Error(429, null, "too many requests", retryAfter),
        _ => Error(503, null, "Service Unavailable"),
    };

    public VendorCallback? Report(VendorMessage message, VendorStage stage, Uri url, string secret, DateTimeOffset now)
    {
        var said = stage switch
        {
            VendorStage.Sent => """ "event":"processed" """,
            VendorStage.Delivered => """ "event":"delivered","response":"250 OK" """,
            _ => """ "event":"bounce","type":"bounce","reason":"550 5.1.1 The email account that you tried to reach does not exist","status":"5.1.1" """,
        };
        var own = message.Reference is null ? "" : $",\"{Email.MailSetting.MessageVariable}\":{VendorForm.Quote(message.Reference)}";
        return Signed(
            string.Create(CultureInfo.InvariantCulture, $$"""
                [{"email":{{VendorForm.Quote(message.To)}},"timestamp":{{now.ToUnixTimeSeconds()}},"smtp-id":"<{{message.Id}}@ismtpd-555>",{{said}},"sg_event_id":"{{VendorForm.Hex(22)}}","sg_message_id":"{{message.Id}}.recvd-5645d9c87f-78xgx-1-64B82D9B-57.0"{{own}}}]
                """),
            RequestContent.Json, url, secret, now);
    }

    public VendorCallback Reply(string id, string from, string to, string text, Uri url, string secret, DateTimeOffset now)
    {
        var boundary = "xYzZY" + VendorForm.Hex(16);
        (string Name, string Value)[] fields =
        [
            ("headers", $"MIME-Version: 1.0\nMessage-ID: <{id}@mail.example.net>\nFrom: {from}\nTo: {to}\n"), ("from", from), ("to", to), ("subject", ""), ("text", text),
            ("envelope", $$"""{"to":[{{VendorForm.Quote(to)}}],"from":{{VendorForm.Quote(from)}}}"""), ("charsets", """{"to":"UTF-8","from":"UTF-8","subject":"UTF-8","text":"UTF-8"}"""),
        ];
        var body = new StringBuilder();
        foreach (var (name, value) in fields) body.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        return Signed(body.Append("--").Append(boundary).Append("--\r\n").ToString(), $"{MultipartForm.MediaType}; boundary={boundary}", url, secret, now);
    }

    private static VendorCallback Signed(string body, string contentType, Uri url, string secret, DateTimeOffset now)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var key = KeyOf(secret);
        var signature = key.SignData(Encoding.UTF8.GetBytes(timestamp + body), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return new VendorCallback(
            HttpMethod.Post, url, contentType, body,
            ("X-Twilio-Email-Event-Webhook-Signature", Convert.ToBase64String(signature)), ("X-Twilio-Email-Event-Webhook-Timestamp", timestamp));
    }

    private static ECDsa KeyOf(string secret) => ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = SHA256.HashData(Encoding.UTF8.GetBytes(secret)) });

    private static VendorReply Error(int status, string? field, string message, TimeSpan? retryAfter = null) => VendorForm.Json(
        status, $$"""{"errors":[{"message":{{VendorForm.Quote(message)}},"field":{{(field is null ? "null" : VendorForm.Quote(field))}},"help":null}]}""", retryAfter);
}
