using System.Text;
using Carillon.Channels;
using Carillon.Channels.Email;
using Carillon.Mail;
using Carillon.Messages;

namespace Carillon.Tests.Channels.Email;

public sealed class MailComposerTests
{
    private static readonly Carillon.Providers.Provider Provider = Sample.Provider("smtp", "{}");

    private readonly MailComposer _composer = new(new MailAddress("hello@example.com", "Example"), new ManualTime(), new AlternativeText(null));

    [Fact]
    public void A_message_is_written_with_the_headers_that_receivers_expect()
    {
        var mail = Write(Sample.Message(Provider, recipientName: "Ana", replyTo: "Help <help@example.com>", subject: "  Welcome\n"));
        Assert.StartsWith(
            "From: Example <hello@example.com>\r\nReply-To: Help <help@example.com>\r\nTo: Ana <ana@example.net>\r\nSubject: Welcome\r\n"
            + "Date: Sat, 14 Mar 2026 09:00:00 +0000\r\n"
            + $"Message-ID: <{PublicId.Format("msg_", Sample.Id(1))}@example.com>\r\nAuto-Submitted: auto-generated\r\n",
            mail,
            StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nHello Ana\r\n", mail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_messages_own_sender_comes_first_and_gives_the_domain()
    {
        var mail = Compose(Sample.Message(Provider, from: "Billing <billing@shop.example>"));
        Assert.Equal(new MailAddress("billing@shop.example", "Billing"), mail.From);
        Assert.EndsWith("@shop.example>", mail.MessageId, StringComparison.Ordinal);
    }

    [Fact]
    public void An_international_domain_stands_in_the_message_id_in_ascii() =>
        Assert.EndsWith("@xn--bcher-kva.example>", Compose(Sample.Message(Provider, from: "a@bücher.example")).MessageId, StringComparison.Ordinal);

    [Fact]
    public void Attempts_have_the_same_message_id() =>
        Assert.Equal(Compose(Sample.Message(Provider, attempt: 1)).MessageId, Compose(Sample.Message(Provider, attempt: 2)).MessageId);

    [Fact]
    public void Text_and_html_are_alternatives_and_attachments_follow()
    {
        var mail = Write(Sample.Message(
            Provider, html: "<p>Hello Ana</p>", attachments: [new GatewayAttachment("bill.pdf", "application/pdf", "%PDF"u8.ToArray())]));
        Assert.Contains("multipart/mixed", mail, StringComparison.Ordinal);
        Assert.Contains("multipart/alternative", mail, StringComparison.Ordinal);
        Assert.True(mail.IndexOf("Hello Ana\r\n", StringComparison.Ordinal) < mail.IndexOf("<p>Hello Ana</p>", StringComparison.Ordinal));
        Assert.Contains("bill.pdf", mail, StringComparison.Ordinal);
    }

    [Fact]
    public void Headers_are_carried_and_may_say_how_it_was_submitted()
    {
        var mail = Write(Sample.Message(Provider, headers: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["X-Order"] = "77",
            ["auto-submitted"] = "no",
            ["List-Unsubscribe"] = "<mailto:off@example.com>, <https://example.com/u/1,2>",
            ["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click",
        }));
        Assert.Contains("\r\nX-Order: 77\r\n", mail, StringComparison.Ordinal);
        Assert.Contains("\r\nauto-submitted: no\r\n", mail, StringComparison.Ordinal);
        Assert.DoesNotContain("auto-generated", mail, StringComparison.Ordinal);
        Assert.Contains("<https://example.com/u/1,2>", mail, StringComparison.Ordinal);
        Assert.Contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", mail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<https://example.com/u")]
    [InlineData("https://example.com/u")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("<>")]
    public void An_unsubscribe_header_that_cannot_be_read_is_refused(string value) => Assert.Throws<FormatException>(() =>
        Compose(Sample.Message(Provider, headers: new Dictionary<string, string>(StringComparer.Ordinal) { ["List-Unsubscribe"] = value })));

    [Fact]
    public void Html_alone_gets_its_text_from_the_converter_once()
    {
        var conversions = 0;
        var composer = new MailComposer(new MailAddress("hello@example.com"), new ManualTime(), new AlternativeText(html =>
        {
            conversions++;
            return html.Replace("<b>", "*", StringComparison.Ordinal).Replace("</b>", "*", StringComparison.Ordinal);
        }));
        for (var i = 0; i < 3; i++)
        {
            var mail = composer.Compose(Sample.Message(Provider, i, text: "", html: "<b>Hello</b>"), out _);
            Assert.Equal("*Hello*", Encoding.UTF8.GetString(mail.Text!.Value.Span));
        }

        Assert.Equal(1, conversions);
        Assert.Equal("*Bye*", Encoding.UTF8.GetString(composer.Compose(Sample.Message(Provider, text: "", html: "<b>Bye</b>"), out _).Text!.Value.Span));
        Assert.Equal("own", Encoding.UTF8.GetString(composer.Compose(Sample.Message(Provider, text: "own", html: "<b>Hello</b>"), out _).Text!.Value.Span));
        Assert.Equal(2, conversions);
    }

    [Fact]
    public void Html_too_large_to_be_kept_is_converted_all_the_same()
    {
        var alternative = new AlternativeText(html => html[..5]);
        var html = Encoding.UTF8.GetBytes(new string('x', 300_000));
        Assert.Equal("xxxxx"u8, alternative.Of(html)!.Value.Span);
        Assert.Equal("xxxxx"u8, alternative.Of(html)!.Value.Span);
    }

    [Fact]
    public void Html_without_a_converter_goes_alone()
    {
        var mail = Compose(Sample.Message(Provider, text: "", html: "<b>Hello</b>"));
        Assert.Null(mail.Text);
        Assert.NotNull(mail.Html);
    }

    [Fact]
    public void A_message_without_content_is_an_empty_mail() =>
        Assert.EndsWith("\r\n\r\n", Write(Sample.Message(Provider, text: "")), StringComparison.Ordinal);

    private MailMessage Compose(GatewayMessage message) => _composer.Compose(message, out _);

    private string Write(GatewayMessage message)
    {
        using var buffer = new MailBuffer();
        MimeWriter.Write(_composer.Compose(message, out _), buffer);
        return Encoding.UTF8.GetString(buffer.Written.Span);
    }
}
