using System.Text;
using Carillon.Mail.Bounces;

namespace Carillon.Mail.Tests.Bounces;

public class ComplaintTests
{
    private const string Original = "--b\nContent-Type: message/rfc822\n\nMessage-ID: <m1@example.com>\nFrom: news@example.com\nTo: kim@example.org, lee@example.org\nSubject: Hello\n\nHello\n--b--\n";

    [Fact]
    public void A_feedback_report_names_its_type_and_the_recipient()
    {
        ReturnedMailReport report = Parse("multipart/report; report-type=feedback-report",
            "--b\n\nThis is an abuse report.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1\nOriginal-Rcpt-To: <kim@example.org>\n\n" + Original);

        Assert.Equal((ReturnedMailKind.Complaint, "<m1@example.com>"), (report.Kind, report.OriginalMessageId));
        ReturnedRecipient found = Assert.Single(report.Recipients);
        Assert.Equal(("kim@example.org", "abuse", ReturnReason.Feedback, false), (found.Recipient, found.FeedbackType, found.Reason, found.IsPermanent));
    }

    [Fact]
    public void Without_an_original_recipient_those_of_the_mail_are_meant()
    {
        ReturnedMailReport report = Parse("multipart/report; report-type=feedback-report", "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: fraud\n\n" + Original);

        Assert.Equal(["kim@example.org", "lee@example.org"], report.Recipients.Select(r => r.Recipient));
        Assert.All(report.Recipients, r => Assert.Equal("fraud", r.FeedbackType));
    }

    [Fact]
    public void A_hidden_recipient_is_still_a_complaint()
    {
        ReturnedMailReport report = Parse("multipart/report; report-type=feedback-report", "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n--b\nContent-Type: message/rfc822\n\nFrom: news@example.com\nTo: undisclosed\n\nx\n--b--\n");

        Assert.Equal("", Assert.Single(report.Recipients).Recipient);
    }

    [Fact]
    public void The_older_form_is_known_by_its_subject()
    {
        ReturnedMailReport report = Parse("multipart/mixed", Original);

        Assert.Equal(ReturnedMailKind.Complaint, report.Kind);
    }

    private static ReturnedMailReport Parse(string type, string parts) => ReturnedMail.Parse(Encoding.UTF8.GetBytes(
        $"From: staff@provider.example\nTo: abuse@example.com\nSubject: complaint about message from 192.0.2.1\nContent-Type: {type}; boundary=b\n\n{parts}"));
}
