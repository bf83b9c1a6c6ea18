using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Carillon.Channels.Http;

/// <summary>Who signs. <paramref name="SessionToken"/> comes with temporary keys only.</summary>
internal sealed record AwsCredentials(string AccessKeyId, string SecretAccessKey, string? SessionToken)
{
    public override string ToString() => AccessKeyId;
}

/// <summary>
/// A request's signature by AWS Signature Version 4, each step as its guide names it
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). Every header given is signed.
/// </summary>
internal sealed record AwsSignature(string CanonicalRequest, string StringToSign, string Signature, string Authorization)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>As the header X-Amz-Date has it: <c>20261128T093015Z</c>.</summary>
    public static string DateOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <param name="date">The value of X-Amz-Date, which is among the headers.</param>
    /// <param name="target">Path and query as they are sent, percent-encoded.</param>
    /// <param name="headers">By names in any case, none twice; Host among them.</param>
    public static AwsSignature Of(
        AwsCredentials credentials, string service, string region, string date, string method, string target,
        IEnumerable<KeyValuePair<string, string>> headers, ReadOnlySpan<byte> body)
    {
        var ordered = headers.Select(h => (Name: h.Key.ToLowerInvariant(), Value: Collapse(h.Value))).OrderBy(h => h.Name, StringComparer.Ordinal).ToArray();
        var names = string.Join(';', ordered.Select(h => h.Name));
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? target : target[..question];
        var canonical = new StringBuilder()
            .Append(method).Append('\n')
            .Append(EncodePath(path)).Append('\n')
            .Append(question < 0 ? "" : OrderQuery(target[(question + 1)..])).Append('\n');
        foreach (var (name, value) in ordered) canonical.Append(name).Append(':').Append(value).Append('\n');
        canonical.Append('\n').Append(names).Append('\n').Append(Hash(body));
        var request = canonical.ToString();

        var scope = $"{date[..8]}/{region}/{service}/aws4_request";
        var text = $"{Algorithm}\n{date}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(request))}";
        var key = Sign(Sign(Sign(Sign(Encoding.UTF8.GetBytes("AWS4" + credentials.SecretAccessKey), date[..8]), region), service), "aws4_request");
        var signature = Convert.ToHexStringLower(Sign(key, text));
        return new AwsSignature(
            request, text, signature,
            $"{Algorithm} Credential={credentials.AccessKeyId}/{scope}, SignedHeaders={names}, Signature={signature}");
    }

    /// <summary>Encoded once more than on the wire: all services but S3 want that.</summary>
    private static string EncodePath(string path) => path.Length == 0 ? "/" : string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string OrderQuery(string query)
    {
        var fields = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(field =>
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            return equals < 0 ? (Encode(field), "") : (Encode(field[..equals]), Encode(field[(equals + 1)..]));
        });
        return string.Join('&', fields.OrderBy(f => f.Item1, StringComparer.Ordinal).ThenBy(f => f.Item2, StringComparer.Ordinal).Select(f => $"{f.Item1}={f.Item2}"));

        static string Encode(string text) => Uri.EscapeDataString(Uri.UnescapeDataString(text));
    }

    /// <summary>Without spaces around it, and one where there were several.</summary>
    private static string Collapse(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string Hash(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static byte[] Sign(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
