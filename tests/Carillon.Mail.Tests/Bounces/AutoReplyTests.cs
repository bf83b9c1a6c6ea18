using System.Text;
using Carillon.Mail.Bounces;

namespace Carillon.Mail.Tests.Bounces;

public class AutoReplyTests
{
    [Theory]
    [InlineData("Auto-Submitted: auto-replied\nSubject: Away until Monday")]
    [InlineData("Auto-Submitted: auto-replied\nSubject: I am away\nReturn-Path: <>")]
    [InlineData("X-Autoreply: yes\nSubject: Thanks")]
    [InlineData("Precedence: auto_reply\nSubject: Thanks")]
    [InlineData("Subject: Automatic reply: Delivery failed")]
    [InlineData("Subject: =?utf-8?q?R=C3=A9ponse_automatique_=3A_Bonjour?=")]
    public void An_automatic_answer_is_never_a_bounce(string fields)
    {
        string mail = $"From: Kim <kim@example.org>\nTo: bounces@example.com\nIn-Reply-To: <m1@example.com>\n{fields}\n\nI am out of office. My mailbox is full and mail to lee@example.org could not be delivered.\n";

        ReturnedMailReport report = ReturnedMail.Parse(Encoding.UTF8.GetBytes(mail));

        Assert.Equal((ReturnedMailKind.AutoReply, "<m1@example.com>"), (report.Kind, report.OriginalMessageId));
        ReturnedRecipient who = Assert.Single(report.Recipients);
        Assert.Equal(("kim@example.org", ReturnReason.Vacation, false, ""), (who.Recipient, who.Reason, who.IsPermanent, who.Status));
    }
}
