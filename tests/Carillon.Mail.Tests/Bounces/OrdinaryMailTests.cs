using System.Text;
using Carillon.Mail.Bounces;

namespace Carillon.Mail.Tests.Bounces;

public class OrdinaryMailTests
{
    public static TheoryData<string, string> Mails => new()
    {
        { "a person asks about a bounce", "From: Bob <bob@example.net>\nSubject: Undelivered mail?\n\nHi, I got this, what does it mean?\n\n<carol@example.com>: host mx said: 550 User unknown\n" },
        { "a person answers and quotes", "From: Bob <bob@example.net>\nSubject: Re: failure notice\nIn-Reply-To: <a@b>\n\n> <carol@example.com>:\n> 550 5.1.1 User unknown\n" },
        { "a list talks about replies", "From: Eve <eve@example.net>\nList-Id: <users.example.org>\nSubject: delivery failed with 550 5.1.1\n\nkim@example.org: 550 5.1.1 User unknown, could not be delivered\n" },
        { "a courier", "From: Parcel Co <no-reply@parcel.example.com>\nTo: bob@example.org\nSubject: Delivery failed: we missed you\n\nYour parcel could not be delivered. Write to help@parcel.example.com.\n" },
        { "a teacher explains reports", "From: teacher@school.example\nSubject: Lesson 4\n\nFinal-Recipient: rfc822; student@example.com\nAction: failed\nStatus: 5.1.1\n" },
        { "an aggregate report", "From: noreply-dmarc@provider.example\nSubject: Report domain: example.com Submitter: provider.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nThis is an aggregate report.\n--b\nContent-Type: application/gzip\nContent-Transfer-Encoding: base64\n\nH4sIAAAA\n--b--\n" },
        { "a read receipt", "From: Kim <kim@example.org>\nSubject: Read: Hello\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nYour message was read.\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;kim@example.org\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n" },
        { "the postmaster writes himself", "From: Postmaster <postmaster@example.org>\nSubject: Maintenance on Friday\n\nThe mail system will be down. Questions to help@example.org.\n" },
        { "a robot reports figures", "From: alerts@mon.example.org\nAuto-Submitted: auto-generated\nSubject: bounce rate 5.1 %\n\nTop reasons: 550 5.1.1 user unknown (42), 552 5.2.2 mailbox full (17). Contact ops@example.org\n" },
        { "a newsletter about leaving the office", "From: Tips <tips@example.com>\nSubject: Out of office: ten tips\n\nEnjoy.\n" },
        { "nothing", "" },
    };

    [Theory]
    [MemberData(nameof(Mails))]
    public void An_ordinary_mail_is_no_bounce(string what, string mail)
    {
        ReturnedMailReport report = ReturnedMail.Parse(Encoding.UTF8.GetBytes(mail));

        Assert.Equal((what, ReturnedMailKind.None), (what, report.Kind));
        Assert.Empty(report.Recipients);
    }
}
