using System.Text;
using Carillon.Mail.Bounces;

namespace Carillon.Mail.Tests.Bounces;

public class MailSystemTests
{
    public static TheoryData<string> Names => [.. Notices.All.Select(n => n.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_notice_of_each_mail_system_tells_who_why_and_whether_for_good(string name)
    {
        (_, string expected, string mail) = Notices.All.Single(n => n.Name == name);

        ReturnedMailReport report = ReturnedMail.Parse(Encoding.UTF8.GetBytes(mail));

        Assert.Equal(expected, string.Join(" ; ", report.Recipients.Select(Shown)));
    }

    [Fact]
    public void A_reply_of_each_receiver_tells_the_reason()
    {
        foreach (string[] row in Notices.Lines("Replies.txt").Where(l => l.Contains('|') && l[0] != '#').Select(l => l.Split('|', 4, StringSplitOptions.TrimEntries)))
        {
            string context = row[1] switch
            {
                "c" => "refused to talk to me",
                "h" => "(in reply to EHLO command)",
                "m" => "(in reply to MAIL FROM command)",
                "r" => "(in reply to RCPT TO command)",
                "d" => "(in reply to end of DATA command)",
                _ => "",
            };
            string? status = row[2].Length == 0 ? null : row[2];

            ReturnedRecipient found = Diagnosis.Of("kim@example.org", new DeliveryFacts(status, "failed", "smtp; " + row[3], context));

            Assert.Equal((row[3], row[0]), (row[3], found.Reason.ToString().ToLowerInvariant()));
        }
    }

    private static string Shown(ReturnedRecipient recipient) =>
        $"{recipient.Recipient}|{recipient.Reason.ToString().ToLowerInvariant()}|{(recipient.IsPermanent ? 'h' : 's')}";
}
