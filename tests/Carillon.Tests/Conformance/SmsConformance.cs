using System.Text;
using System.Text.Json;
using Carillon.Channels.Sms;

namespace Carillon.Tests.Conformance;

public sealed class SmsConformance
{
    [Fact]
    public void Texts_are_measured_and_cut_as_Twilios_calculator_does()
    {
        int right = 0, all = 0;
        var wrong = new List<string>();
        foreach (var line in File.ReadLines(Corpus.Find("sms/cases.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            all++;
            if (Fault(json.RootElement) is { } fault) wrong.Add($"{json.RootElement.GetProperty("id")}: {fault}");
            else right++;
        }

        TestContext.Current.SendDiagnosticMessage($"sms: {right} of {all} right");
        Assert.NotEqual(0, all);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static string? Fault(JsonElement expected)
    {
        var text = expected.GetProperty("text").GetString()!;
        if (expected.GetProperty("smartEncoding").GetBoolean()) text = SmsText.Simplify(text);
        var size = SmsText.Measure(text);
        if (size != SmsText.Measure(Encoding.UTF8.GetBytes(text))) return "measured otherwise in UTF-8";
        var wanted = (expected.GetProperty("encoding").GetString(), expected.GetProperty("segments").GetInt32(), expected.GetProperty("units").GetInt32());
        var found = (SmsEncodingNames.All.NameOf(size.Encoding), size.Segments, size.Units);
        if (found != wanted) return $"{found}, not {wanted}";
        if (!expected.TryGetProperty("segmentTexts", out var texts)) return null;
        var cut = SmsText.Split(text);
        return texts.EnumerateArray().Select(t => t.GetString()).SequenceEqual(cut) ? null : $"cut into {string.Join('|', cut)}";
    }
}
