using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Carillon.Channels.Email;
using Carillon.Channels.Http;
using Carillon.Mail;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>
/// Amazon SES: SendEmail of its API v2 with its errors, by https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html and
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html; events and received mail by SNS, by the examples of
/// https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html,
/// https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-examples.html and
/// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html.
/// </summary>
/// <remarks>Requests are signed with the simulator's secret as the secret access key. SNS has a certificate of this process's own.</remarks>
internal sealed class SesDialect : IVendorDialect, IDisposable
{
    private const string Path = "/v2/email/outbound-emails";
    private const string CertificatePath = "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";
    private const int MaxText = 4000;

    /// <summary>A sender of this name is no verified identity.</summary>
    private const string UnverifiedSender = "unverified@";

    /// <summary>SNS takes requests that are at most this far from its own time.</summary>
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(5);

    private readonly Lazy<(RSA Key, string Certificate)> _sns = new(MakeCertificate);

    public string Name => "ses";

    public bool ReportsComplaints => true;

    /// <summary>The topic that a secret's reports are published to.</summary>
    public static string TopicOf(string secret) => "arn:aws:sns:us-east-1:123456789012:simulated-" + VendorForm.Sha256(secret)[..8];

    public string NewId() => $"0100{VendorForm.Hex(12)}-{VendorForm.Uuid()}-000000";

    public VendorOrder? Read(VendorRequest request, out VendorReply? refusal) => throw new NotSupportedException("It wants to know the secret.");

    public VendorOrder? Read(VendorRequest request, string secret, DateTimeOffset now, out VendorReply? refusal)
    {
        refusal = request switch
        {
            { Method: "GET", Path: CertificatePath } => new VendorReply(200, "application/x-pem-file", _sns.Value.Certificate),
            { Path: not Path } => Error(404, "UnknownOperationException", "The requested operation does not exist."),
            { Method: not "POST" } => Error(405, "UnknownOperationException", "The method is not allowed."),
            _ => WhyNotSigned(request, secret, now),
        };
        return refusal is null ? Read(request.Body, out refusal) : null;
    }

    public VendorReply Accept(VendorOrder order, string id, DateTimeOffset now) => VendorForm.Json(200, $$"""{"MessageId":"{{id}}"}""");

    public VendorReply Refuse(VendorOrder order, SimulatorFault fault, TimeSpan retryAfter) => fault switch
    {
        SimulatorFault.Rejected => Error(400, "BadRequestException", "Invalid domain name: the destination is not an address."),
        SimulatorFault.Throttled => Error(429, "TooManyRequestsException", "Maximum sending rate exceeded."),
        _ => Error(503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server."),
    };

    public VendorCallback? Report(VendorMessage message, VendorStage stage, Uri url, string secret, DateTimeOffset now)
    {
        var (to, at) = (VendorForm.Quote(message.To), TimeOf(now));
        var said = stage switch
        {
            VendorStage.Sent => """ "eventType":"Send","send":{} """,
            VendorStage.Delivered => $$$""" "eventType":"Delivery","delivery":{"timestamp":"{{{at}}}","processingTimeMillis":1162,"recipients":[{{{to}}}],"smtpResponse":"250 2.6.0 Message received","reportingMTA":"mta.example.com"} """,
            VendorStage.Complained => $$$""" "eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":{{{to}}}}],"timestamp":"{{{at}}}","feedbackId":"{{{VendorForm.Hex(16)}}}-000000","userAgent":"Amazon SES Mailbox Simulator","complaintFeedbackType":"abuse","arrivalDate":"{{{at}}}"} """,
            _ => $$$""" "eventType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":{{{to}}},"action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}],"timestamp":"{{{at}}}","feedbackId":"{{{VendorForm.Hex(16)}}}-000000","reportingMTA":"dsn; mta.example.com"} """,
        };
        var tags = message.Reference is null ? "" : $",\"{MailSetting.MessageVariable}\":[{VendorForm.Quote(message.Reference)}]";
        return Publish(
            $$$"""{{{{said}}},"mail":{"timestamp":"{{{TimeOf(message.At)}}}","source":{{{VendorForm.Quote(message.From)}}},"sendingAccountId":"123456789012","messageId":"{{{message.Id}}}","destination":[{{{to}}}],"headersTruncated":false,"tags":{"ses:configuration-set":["simulated"]{{{tags}}} } } }""",
            "Amazon SES Email Event Notification", url, secret, now);
    }

    public VendorCallback Reply(string id, string from, string to, string text, Uri url, string secret, DateTimeOffset now)
    {
        var mail = $"""
            Message-ID: <{id}@mail.example.net>
            From: {from}
            To: {to}
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: base64

            {Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}

            """.ReplaceLineEndings("\r\n");
        return Publish(
            $$$"""{"notificationType":"Received","receipt":{"timestamp":"{{{TimeOf(now)}}}","processingTimeMillis":222,"recipients":[{{{VendorForm.Quote(to)}}}],"spamVerdict":{"status":"PASS"},"virusVerdict":{"status":"PASS"},"action":{"type":"SNS","topicArn":"{{{TopicOf(secret)}}}","encoding":"UTF8"}},"mail":{"timestamp":"{{{TimeOf(now)}}}","source":{{{VendorForm.Quote(from)}}},"messageId":"{{{id}}}","destination":[{{{VendorForm.Quote(to)}}}]},"content":{{{VendorForm.Quote(mail)}}}}""",
            "Amazon SES Email Receipt Notification", url, secret, now);
    }

    public void Dispose()
    {
        if (_sns.IsValueCreated) _sns.Value.Key.Dispose();
    }

    private static VendorOrder? Read(ReadOnlyMemory<byte> body, out VendorReply? refusal)
    {
        refusal = null;
        var json = VendorJson.Parse(body) ?? default;
        var to = (json.Member("Destination") ?? default).Items("ToAddresses").FirstOrDefault();
        var data = ((json.Member("Content") ?? default).Member("Raw") ?? default).Text("Data");
        var bytes = new byte[data?.Length ?? 0];
        if (to.ValueKind != JsonValueKind.String || !MailAddress.IsValid(to.GetString()!)) refusal = Error(400, "BadRequestException", "Missing final '@domain'");
        else if (data is null || !Convert.TryFromBase64String(data, bytes, out var length) || length == 0) refusal = Error(400, "BadRequestException", "Raw.Data must be a message in base64.");
        else if (Encoding.UTF8.GetString(bytes, 0, length) is var mail && MailSetting.AddressOf(MailSetting.HeaderOf(mail, "From")) is var from && from is null) refusal = Error(400, "BadRequestException", "Missing required header 'From'.");
        else if (from.StartsWith(UnverifiedSender, StringComparison.OrdinalIgnoreCase))
            refusal = Error(400, "MessageRejected", $"Email address is not verified. The following identities failed the check in region US-EAST-1: {from}");
        else
        {
            var tag = json.Items("EmailTags").FirstOrDefault(t => t.Text("Name") == MailSetting.MessageVariable);
            return new VendorOrder(from, to.GetString()!, mail.Length > MaxText ? mail[..MaxText] : mail, tag.Text("Value"));
        }

        return null;
    }

    /// <summary>Null for one that is signed with the secret, now.</summary>
    private static VendorReply? WhyNotSigned(VendorRequest request, string secret, DateTimeOffset now)
    {
        // AWS4-HMAC-SHA256 Credential=AKID/20261128/eu-west-1/ses/aws4_request, SignedHeaders=host;x-amz-date, Signature=0123…
        var authorization = request.Header("Authorization") ?? "";
        if (Part(authorization, "Credential=")?.Split('/') is not [var id, var day, var region, "ses", "aws4_request"]
            || Part(authorization, "SignedHeaders=")?.Split(';') is not { Length: > 0 } names || request.Header("X-Amz-Date") is not { } date)
            return Error(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
        if (!DateTimeOffset.TryParseExact(date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) || !date.StartsWith(day, StringComparison.Ordinal))
            return Error(403, "InvalidSignatureException", "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.");
        if ((now - at).Duration() > MaxSkew)
            return Error(403, "InvalidSignatureException", $"Signature {(at < now ? "expired" : "not yet current")}: {date} is now too far from {now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'} ({MaxSkew.TotalMinutes:0} min.)");
        if (!names.Contains("host") || !names.Contains("x-amz-date"))
            return Error(403, "InvalidSignatureException", "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
        var expected = AwsSignature.Of(
            new AwsCredentials(id, secret, request.Header("X-Amz-Security-Token")), "ses", region, date, request.Method, request.Target ?? request.Path,
            names.Select(n => KeyValuePair.Create(n, request.Header(n) ?? "")), request.Body.Span);
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected.Signature), Encoding.ASCII.GetBytes(Part(authorization, "Signature=") ?? ""))
            ? null
            : Error(403, "InvalidSignatureException", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.");
    }

    private static string? Part(string authorization, string name)
    {
        var start = authorization.IndexOf(name, StringComparison.Ordinal);
        if (start < 0) return null;
        var end = authorization.IndexOf(',', start);
        return authorization[(start + name.Length)..(end < 0 ? authorization.Length : end)].Trim();
    }

    private VendorCallback Publish(string message, string subject, Uri url, string secret, DateTimeOffset now)
    {
        var (id, topic, at) = (VendorForm.Uuid(), TopicOf(secret), TimeOf(now));
        // Each field on two lines, sorted by name.
        var text = $"Message\n{message}\nMessageId\n{id}\nSubject\n{subject}\nTimestamp\n{at}\nTopicArn\n{topic}\nType\nNotification\n";
        var signature = Convert.ToBase64String(_sns.Value.Key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return new VendorCallback(
            HttpMethod.Post, url, "text/plain; charset=UTF-8",
            $$"""{"Type":"Notification","MessageId":"{{id}}","TopicArn":"{{topic}}","Subject":"{{subject}}","Message":{{VendorForm.Quote(message)}},"Timestamp":"{{at}}","SignatureVersion":"2","Signature":"{{signature}}","SigningCertURL":"https://sns.us-east-1.amazonaws.com{{CertificatePath}}","UnsubscribeURL":"https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe"}""",
            ("x-amz-sns-message-type", "Notification"), ("x-amz-sns-message-id", id), ("x-amz-sns-topic-arn", topic));
    }

    private static (RSA Key, string Certificate) MakeCertificate()
    {
        var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=sns.amazonaws.com", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return (key, certificate.ExportCertificatePem());
    }

    private static string TimeOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static VendorReply Error(int status, string type, string message) =>
        VendorForm.Json(status, $$"""{"message":{{VendorForm.Quote(message)}}}""") with { Header = ("x-amzn-ErrorType", type) };
}
