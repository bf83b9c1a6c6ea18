using System.Text;
using System.Text.Json;
using Carillon.Channels.Webhook;

namespace Carillon.Tests.Conformance;

public sealed class StandardWebhooksConformance
{
    [Fact]
    public void Signatures_are_judged_and_made_as_the_reference_libraries_do()
    {
        int right = 0, all = 0;
        var wrong = new List<string>();
        foreach (var line in File.ReadLines(Corpus.Find("webhooks-push/standard-webhooks.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            all++;
            if (IsRight(json.RootElement)) right++;
            else wrong.Add($"{json.RootElement.GetProperty("id")} {json.RootElement.GetProperty("kind")}");
        }

        TestContext.Current.SendDiagnosticMessage($"standard-webhooks: {right} of {all} right");
        Assert.True(right == all && all > 0, string.Join('\n', wrong));
    }

    private static bool IsRight(JsonElement expected)
    {
        if (!WebhookSecret.TryParse(expected.GetProperty("secret").GetString(), out var secret)) return false;
        var missing = expected.TryGetProperty("missing", out var names) ? names.EnumerateArray().Select(n => n.GetString()).ToHashSet() : [];
        string? Header(string name, string property) => missing.Contains(name) ? null : expected.GetProperty(property).ToString();
        var body = Encoding.UTF8.GetBytes(expected.GetProperty("payload").GetString()!);
        var isValid = WebhookSignature.Verify(
            secret, Header(WebhookSignature.IdHeader, "msgId"), Header(WebhookSignature.TimestampHeader, "timestamp"),
            Header(WebhookSignature.SignatureHeader, "signature"), body, DateTimeOffset.FromUnixTimeSeconds(expected.GetProperty("now").GetInt64()));
        if (isValid != expected.GetProperty("valid").GetBoolean()) return false;

        // What is right and stands alone must be what we would have sent.
        if (expected.GetProperty("kind").GetString() is not ("ok" or "at-the-limit")) return true;
        return expected.GetProperty("signature").GetString() == WebhookSignature.Sign(
            [secret], expected.GetProperty("msgId").GetString()!, DateTimeOffset.FromUnixTimeSeconds(expected.GetProperty("timestamp").GetInt64()), body);
    }
}
