using System.Text.Json;

namespace Carillon.Mail.Tests.Conformance;

public sealed class EmailAddressConformance
{
    [Fact]
    public void Addresses_are_judged_as_providers_judge_them()
    {
        int right = 0, all = 0;
        var wrong = new List<string>();
        foreach (string line in File.ReadLines(Corpus.Find("email-address/cases.jsonl")))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            string address = json.RootElement.GetProperty("address").GetString()!;
            bool expected = json.RootElement.GetProperty("valid").GetBoolean();
            all++;
            if (MailAddress.IsValid(address) == expected) right++;
            else wrong.Add($"{json.RootElement.GetProperty("id")} {address} should be {expected}");
        }

        TestContext.Current.SendDiagnosticMessage($"email-address: {right} of {all} right");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
