using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;

namespace Carillon.Tests.Conformance;

/// <summary>Requests to Amazon SES, signed by botocore.</summary>
public sealed class AwsSignatureConformance
{
    [Fact]
    public void Every_request_is_signed_as_botocore_signs_it()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var line in File.ReadLines(Corpus.Find("webhooks-push/aws-sigv4-ses.jsonl")))
        {
            var one = JsonSerializer.Deserialize<JsonElement>(line);
            count++;
            var credentials = new AwsCredentials(Text("accessKeyId"), Text("secretAccessKey"), one.TryGetProperty("sessionToken", out var token) ? token.GetString() : null);
            var signature = AwsSignature.Of(
                credentials, Text("service"), Text("region"), Text("amzDate"), Text("method"), Text("path"),
                one.GetProperty("requestHeaders").EnumerateObject().Select(h => KeyValuePair.Create(h.Name, h.Value.GetString()!)),
                Encoding.UTF8.GetBytes(one.TryGetProperty("body", out var body) ? body.GetString() ?? "" : ""));

            if (signature != new AwsSignature(Text("canonicalRequest"), Text("stringToSign"), Text("signature"), Text("authorization"))) wrong.Add(Text("id"));

            string Text(string name) => one.GetProperty(name).GetString()!;
        }

        TestContext.Current.SendDiagnosticMessage($"aws-sigv4-ses: {count - wrong.Count} of {count} right");
        Assert.Empty(wrong);
        Assert.True(count > 0);
    }
}
