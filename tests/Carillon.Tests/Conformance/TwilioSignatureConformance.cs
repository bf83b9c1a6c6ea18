using System.Text;
using System.Text.Json;
using Carillon.Channels.Sms;

namespace Carillon.Tests.Conformance;

public sealed class TwilioSignatureConformance
{
    [Fact]
    public void Signatures_are_judged_as_Twilios_own_library_does()
    {
        int right = 0, all = 0;
        var wrong = new List<string>();
        foreach (var line in File.ReadLines(Corpus.Find("webhooks-push/twilio-signature.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            all++;
            if (IsValid(json.RootElement) == json.RootElement.GetProperty("valid").GetBoolean()) right++;
            else wrong.Add($"{json.RootElement.GetProperty("id")} {json.RootElement.GetProperty("kind")}");
        }

        TestContext.Current.SendDiagnosticMessage($"twilio-signature: {right} of {all} right");
        Assert.NotEqual(0, all);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static bool IsValid(JsonElement test) => TwilioSignature.IsValid(
        test.GetProperty("authToken").GetString()!,
        test.GetProperty("signature").GetString()!,
        new Uri(test.GetProperty("url").GetString()!).OriginalString,
        test.TryGetProperty("params", out var parameters) ? [.. parameters.EnumerateObject().SelectMany(Values)] : null,
        test.TryGetProperty("body", out var body) ? Encoding.UTF8.GetBytes(body.GetString()!) : []);

    private static IEnumerable<KeyValuePair<string, string>> Values(JsonProperty field) =>
        field.Value.ValueKind == JsonValueKind.Array
            ? field.Value.EnumerateArray().Select(v => KeyValuePair.Create(field.Name, v.GetString()!))
            : [KeyValuePair.Create(field.Name, field.Value.GetString()!)];
}
