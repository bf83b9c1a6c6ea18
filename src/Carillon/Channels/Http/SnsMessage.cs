using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Carillon.Channels.Http;

/// <summary>Gets a document from a URL; null when it cannot be had.</summary>
internal delegate ValueTask<byte[]?> DocumentFetch(Uri url, CancellationToken cancellationToken);

/// <summary>
/// What Amazon SNS posts (https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html), and its signature
/// (https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html).
/// </summary>
internal sealed class SnsMessage
{
    public const string Notification = "Notification";
    public const string SubscriptionConfirmation = "SubscriptionConfirmation";
    public const string UnsubscribeConfirmation = "UnsubscribeConfirmation";

    /// <summary>In the order in which they are signed; of these only Subject may be missing.</summary>
    private static readonly string[] NotificationFields = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];

    private static readonly string[] ConfirmationFields = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

    private readonly JsonElement _json;

    private SnsMessage(JsonElement json) => _json = json;

    public string? Type => _json.Text("Type");

    public string? TopicArn => _json.Text("TopicArn");

    /// <summary>Of a notification: what was published.</summary>
    public string? Message => _json.Text("Message");

    public DateTimeOffset? Timestamp =>
        DateTimeOffset.TryParse(_json.Text("Timestamp"), System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>Where the certificate is; null unless SNS of the topic's own region keeps it there.</summary>
    public Uri? CertificateUrl =>
        Own("SigningCertURL") is { } url && url.Query.Length == 0 && url.AbsolutePath.StartsWith("/SimpleNotificationService-", StringComparison.Ordinal)
        && url.AbsolutePath.EndsWith(".pem", StringComparison.Ordinal) && url.AbsolutePath.LastIndexOf('/') == 0 ? url : null;

    /// <summary>What confirms the subscription when it is got; null unless it leads to SNS of the topic's own region.</summary>
    public Uri? SubscribeUrl => Own("SubscribeURL");

    /// <summary>Null when it is no JSON object.</summary>
    public static SnsMessage? TryRead(ReadOnlyMemory<byte> body) => VendorJson.Parse(body) is { ValueKind: JsonValueKind.Object } json ? new SnsMessage(json) : null;

    /// <param name="certificate">In PEM.</param>
    public bool IsSignedBy(byte[] certificate, DateTimeOffset now)
    {
        if (StringToSign() is not { } text || _json.Text("Signature") is not { Length: <= 2000 } given) return false;
        var signature = new byte[given.Length];
        if (!Convert.TryFromBase64String(given, signature, out var length)) return false;
        HashAlgorithmName? hash = _json.Text("SignatureVersion") switch
        {
            "1" => HashAlgorithmName.SHA1,
            "2" => HashAlgorithmName.SHA256,
            _ => null,
        };
        if (hash is null) return false;
        try
        {
            using var read = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(certificate));
            if (now < new DateTimeOffset(read.NotBefore) || now > new DateTimeOffset(read.NotAfter)) return false;
            using var key = read.GetRSAPublicKey();
            return key is not null && key.VerifyData(Encoding.UTF8.GetBytes(text), signature.AsSpan(0, length), hash.Value, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Each field's name and value on lines of their own; null when one is missing.</summary>
    private string? StringToSign()
    {
        var names = Type switch
        {
            Notification => NotificationFields,
            SubscriptionConfirmation or UnsubscribeConfirmation => ConfirmationFields,
            _ => null,
        };
        if (names is null) return null;
        var text = new StringBuilder();
        foreach (var name in names)
        {
            if (_json.Text(name) is { } value) text.Append(name).Append('\n').Append(value).Append('\n');
            else if (name != "Subject") return null;
        }

        return text.ToString();
    }

    /// <summary>A URL of the message, if it is https on SNS's own host in the region of the topic.</summary>
    private Uri? Own(string name)
    {
        // arn:aws:sns:us-east-1:123456789012:MyTopic
        var topic = TopicArn?.Split(':');
        if (topic is not { Length: 6 } || topic[3].Length == 0 || !Uri.TryCreate(_json.Text(name), UriKind.Absolute, out var url)) return null;
        var host = $"sns.{topic[3]}.amazonaws.com{(topic[1] == "aws-cn" ? ".cn" : "")}";
        return url.Scheme == "https" && url.IsDefaultPort && url.UserInfo.Length == 0 && url.Host == host ? url : null;
    }
}

/// <summary>The certificates by which SNS signs, a few at most; they change once in months. Thread-safe.</summary>
internal sealed class SnsCertificates(DocumentFetch fetch) : IDisposable
{
    private const int Most = 8;

    private readonly Dictionary<Uri, byte[]> _known = [];

    /// <summary>One at a time: a stranger's request can make us fetch, but not much.</summary>
    private readonly SemaphoreSlim _fetching = new(1, 1);

    public async ValueTask<byte[]?> GetAsync(Uri url, CancellationToken cancellationToken)
    {
        lock (_known)
        {
            if (_known.TryGetValue(url, out var known)) return known;
        }

        await _fetching.WaitAsync(cancellationToken);
        try
        {
            lock (_known)
            {
                if (_known.TryGetValue(url, out var known)) return known;
            }

            if (await fetch(url, cancellationToken) is not { } certificate) return null;
            lock (_known)
            {
                if (_known.Count >= Most) _known.Clear();
                _known[url] = certificate;
            }

            return certificate;
        }
        finally
        {
            _fetching.Release();
        }
    }

    public void Dispose() => _fetching.Dispose();
}
