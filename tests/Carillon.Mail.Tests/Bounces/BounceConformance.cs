using System.Globalization;
using System.Text.Json;
using Carillon.Mail.Bounces;
using Carillon.Mail.Tests.Conformance;

namespace Carillon.Mail.Tests.Bounces;

/// <summary>Runs the corpus of returned mails and fails below the targets: reason 90 %, permanent or not 97 %, no ordinary mail taken for a bounce.</summary>
public class BounceConformance
{
    private sealed class Score
    {
        public int Recipients, Reason, Permanent, Status, Address, ReplyCode, Mails, Count;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"bounces: {Mails} mails, {Recipients} recipients: reason {Of(Reason)}, permanent or not {Of(Permanent)}, status {Of(Status)}, recipient {Of(Address)}, reply code {Of(ReplyCode)}; number of recipients right in {Count} of {Mails}");

        private string Of(int right) => string.Create(CultureInfo.InvariantCulture, $"{right} ({100.0 * right / Recipients:F1} %)");
    }

    [Fact]
    public void Returned_mails_are_understood()
    {
        string folder = Corpus.Find("bounces");
        var score = new Score();
        foreach (string line in File.ReadLines(Path.Combine(folder, "bounces.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            Judge(folder, document.RootElement, score);
        }

        TestContext.Current.SendDiagnosticMessage("{0}", score);
        Assert.True(score.Reason >= 0.90 * score.Recipients, $"reason below 90 %: {score}");
        Assert.True(score.Permanent >= 0.97 * score.Recipients, $"permanent or not below 97 %: {score}");
    }

    [Fact]
    public void No_ordinary_mail_is_taken_for_a_returned_one()
    {
        string folder = Corpus.Find("bounces");
        var taken = new List<string>();
        int mails = 0;
        foreach (string line in File.ReadLines(Path.Combine(folder, "ordinary.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            mails++;
            if (Read(folder, document.RootElement).Recipients.Count > 0) taken.Add(document.RootElement.GetProperty("id").GetString()!);
        }

        TestContext.Current.SendDiagnosticMessage("bounces: {0} ordinary mails, {1} taken for returned ones", mails, taken.Count);
        Assert.Empty(taken);
    }

    private static ReturnedMailReport Read(string folder, JsonElement mail) =>
        ReturnedMail.Parse(File.ReadAllBytes(Path.Combine(folder, mail.GetProperty("file").GetString()!)));

    private static void Judge(string folder, JsonElement mail, Score score)
    {
        ReturnedMailReport report = Read(folder, mail);
        JsonElement[] expected = [.. mail.GetProperty("expected").EnumerateArray()];
        score.Mails++;
        if (report.Recipients.Count == expected.Length) score.Count++;
        for (int i = 0; i < expected.Length; i++)
        {
            string address = Text(expected[i], "recipient");
            ReturnedRecipient? found = report.Recipients.FirstOrDefault(r => r.Recipient.Equals(address, StringComparison.OrdinalIgnoreCase))
                ?? report.Recipients.ElementAtOrDefault(i);
            score.Recipients++;
            if (found is not null) Judge(expected[i], found, score);
        }
    }

    private static void Judge(JsonElement expected, ReturnedRecipient found, Score score)
    {
        string status = Text(expected, "status"), reply = Text(expected, "replycode");
        // A status that is not in the mail is the oracle's own; only its class says something.
        bool inMail = expected.GetProperty("statusInMail").GetBoolean() || status.Length == 0;
        bool shown = expected.GetProperty("recipientInMail").GetBoolean();
        if (found.Reason.ToString().Equals(Text(expected, "reason"), StringComparison.OrdinalIgnoreCase)) score.Reason++;
        if (found.IsPermanent == expected.GetProperty("hardbounce").GetBoolean()) score.Permanent++;
        if (inMail ? found.Status == status : found.Status.StartsWith(status[..1], StringComparison.Ordinal)) score.Status++;
        if (!shown || found.Recipient.Equals(Text(expected, "recipient"), StringComparison.OrdinalIgnoreCase)) score.Address++;
        if ((found.ReplyCode ?? "") == reply) score.ReplyCode++;
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
