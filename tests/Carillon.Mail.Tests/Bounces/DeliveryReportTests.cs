using System.Text;
using Carillon.Mail.Bounces;

namespace Carillon.Mail.Tests.Bounces;

public class DeliveryReportTests
{
    [Fact]
    public void A_report_with_two_recipients_tells_each_ones_fate()
    {
        ReturnedMailReport report = Parse(
            "Final-Recipient: rfc822; kim@example.org\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.example.org\nDiagnostic-Code: smtp; 550 5.1.1 <kim@example.org>... User unknown\n\n"
            + "Final-Recipient: rfc822; lee@example.net\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 Mailbox full\n\n");

        Assert.Equal(ReturnedMailKind.Bounce, report.Kind);
        Assert.Equal(
            [("kim@example.org", "5.1.1", ReturnReason.UserUnknown, true, "550"), ("lee@example.net", "5.2.2", ReturnReason.MailboxFull, false, "552")],
            report.Recipients.Select(r => (r.Recipient, r.Status, r.Reason, r.IsPermanent, r.ReplyCode!)));
    }

    [Fact]
    public void The_ids_of_the_mail_that_was_sent_are_found()
    {
        ReturnedMailReport report = Parse("Final-Recipient: rfc822; kim@example.org\nAction: failed\nStatus: 5.1.1\n\n");

        Assert.Equal(("<m1@example.com>", "env-7", "mail.example.com"), (report.OriginalMessageId, report.OriginalEnvelopeId, report.ReportingMta));
    }

    [Fact]
    public void A_status_in_the_reply_says_more_than_the_reporters_own()
    {
        ReturnedRecipient found = Assert.Single(Parse(
            "Final-Recipient: rfc822; kim@example.org\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.7.1 Fix reverse DNS for 192.0.2.1\n\n").Recipients);

        Assert.Equal(("5.7.1", ReturnReason.RequirePtr), (found.Status, found.Reason));
    }

    [Fact]
    public void A_delayed_message_is_no_permanent_failure()
    {
        ReturnedRecipient found = Assert.Single(Parse(
            "Final-Recipient: rfc822; kim@example.org\nAction: delayed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect to mx.example.org[192.0.2.1]:25: Connection timed out\n\n").Recipients);

        Assert.Equal(("delayed", ReturnReason.Expired, false), (found.Action, found.Reason, found.IsPermanent));
    }

    [Fact]
    public void A_report_of_success_is_a_delivery_notice()
    {
        ReturnedMailReport report = Parse("Final-Recipient: rfc822; kim@example.org\nAction: delivered\nStatus: 2.1.5\nDiagnostic-Code: smtp; 250 2.1.5 OK\n\n");

        Assert.Equal((ReturnedMailKind.DeliveryNotice, ReturnReason.Delivered), (report.Kind, Assert.Single(report.Recipients).Reason));
    }

    [Fact]
    public void A_route_in_place_of_an_address_gives_way_to_the_original_recipient()
    {
        ReturnedRecipient found = Assert.Single(Parse(
            "Original-Recipient: rfc822;kim@example.org\nFinal-Recipient: rfc822;@mx.example.org:kim@store\nAction: failed\nStatus: 5.2.0\nDiagnostic-Code: smtp; 550 over quota\n\n").Recipients);

        Assert.Equal("kim@example.org", found.Recipient);
    }

    [Fact]
    public void The_exit_code_of_a_program_is_understood()
    {
        ReturnedRecipient found = Assert.Single(Parse("Final-Recipient: rfc822; kim@example.org\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: X-Unix; 67\n\n").Recipients);

        Assert.Equal((ReturnReason.UserUnknown, true), (found.Reason, found.IsPermanent));
    }

    [Fact]
    public void A_reply_cut_after_its_first_line_is_completed_from_the_transcript()
    {
        ReturnedRecipient found = Assert.Single(Parse(
            "Final-Recipient: rfc822; kim@example.org\nAction: failed\nStatus: 5.7.0\nDiagnostic-Code: SMTP; 552-5.7.0 This message was stopped because its content presents a potential\n\n",
            "   ----- Transcript of session follows -----\n>>> DATA\n<<< 552-5.7.0 This message was stopped because its content presents a potential\n<<< 552 5.7.0 security issue. Please visit our pages\n").Recipients);

        Assert.Equal(ReturnReason.PolicyViolation, found.Reason);
        Assert.EndsWith("Please visit our pages", found.Diagnostic, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_inside_an_attached_mail_is_about_that_mail_only()
    {
        string forwarded = "From: Bob <bob@example.net>\nTo: alice@example.com\nSubject: see this\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nLook what came back.\n--o\nContent-Type: message/rfc822\n\n"
            + Mail("Final-Recipient: rfc822; kim@example.org\nAction: failed\nStatus: 5.1.1\n\n", "") + "\n--o--\n";

        Assert.Equal(ReturnedMailKind.None, ReturnedMail.Parse(Encoding.UTF8.GetBytes(forwarded)).Kind);
    }

    private static ReturnedMailReport Parse(string groups, string words = "This is an automatic notice.\n") =>
        ReturnedMail.Parse(Encoding.UTF8.GetBytes(Mail(groups, words)));

    private static string Mail(string groups, string words) =>
        "From: Mail Delivery Subsystem <MAILER-DAEMON@mail.example.com>\nTo: bounces@example.com\nSubject: Returned mail\n"
        + "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
        + "--b\nContent-Type: text/plain\n\n" + words
        + "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.com\nOriginal-Envelope-Id: env-7\n\n" + groups
        + "--b\nContent-Type: message/rfc822\n\nMessage-ID: <m1@example.com>\nFrom: news@example.com\nTo: kim@example.org\nSubject: Hello\n\nHello\n--b--\n";
}
