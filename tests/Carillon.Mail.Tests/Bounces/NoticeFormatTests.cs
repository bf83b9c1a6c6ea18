using System.Text;
using Carillon.Mail.Bounces;

namespace Carillon.Mail.Tests.Bounces;

public class NoticeFormatTests
{
    [Theory]
    [MemberData(nameof(NoticeFormats.All), MemberType = typeof(NoticeFormats))]
    public void A_notice_of_any_form_tells_recipient_and_reason(string form, string mail, string recipient, string status, string reason, bool permanent)
    {
        ReturnedMailReport report = ReturnedMail.Parse(Encoding.UTF8.GetBytes(mail));

        ReturnedRecipient found = Assert.Single(report.Recipients);
        Assert.Equal((form, ReturnedMailKind.Bounce), (form, report.Kind));
        Assert.Equal((recipient, status, reason, permanent), (found.Recipient, found.Status, found.Reason.ToString(), found.IsPermanent));
    }
}
