using System.Text;
using Carillon.Mail.Bounces;

namespace Carillon.Mail.Tests.Bounces;

public class ProviderNotificationTests
{
    private const string Bounce = """{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"kim@example.org","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}],"reportingMTA":"dsn; mail.example.com"},"mail":{"commonHeaders":{"messageId":"<m1@example.com>"}}}""";

    [Fact]
    public void A_notification_in_the_mail_is_read()
    {
        ReturnedMailReport report = Parse(Bounce);

        Assert.Equal((ReturnedMailKind.Bounce, "<m1@example.com>"), (report.Kind, report.OriginalMessageId));
        ReturnedRecipient found = Assert.Single(report.Recipients);
        Assert.Equal(("kim@example.org", "5.1.1", ReturnReason.UserUnknown, true), (found.Recipient, found.Status, found.Reason, found.IsPermanent));
    }

    [Fact]
    public void A_notification_in_the_envelope_of_its_topic_is_read()
    {
        string wrapped = System.Text.Json.JsonSerializer.Serialize(new { Type = "Notification", Message = Bounce });

        Assert.Equal(ReturnedMailKind.Bounce, Parse(wrapped + "\n\n--\nIf you wish to stop receiving notifications, visit a link.\n").Kind);
    }

    [Theory]
    [InlineData("""{"notificationType":"Bounce"}""")]
    [InlineData("""{"notificationType":"Bounce","bounce":{"bouncedRecipients":[1,null,{"emailAddress":2}]}}""")]
    [InlineData("""{"notificationType":7,"Message":"{"}""")]
    [InlineData("""{"notificationType": """)]
    public void A_broken_notification_is_an_ordinary_mail(string json) => Assert.Equal(ReturnedMailKind.None, Parse(json).Kind);

    private static ReturnedMailReport Parse(string json) => ReturnedMail.Parse(Encoding.UTF8.GetBytes(
        $"From: no-reply@sns.example.com\nTo: ops@example.com\nSubject: Notification Message\nContent-Type: text/plain; charset=UTF-8\n\n{json}"));
}
