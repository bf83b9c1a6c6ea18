using System.Text;

namespace Carillon.Mail.Tests.Parsing;

public sealed class ReceivedMailTests
{
    [Fact]
    public void What_a_person_wrote_is_found_among_the_parts()
    {
        var mail = Read("""
            From: "Núñez, Ana" <ana@example.net>
            To: Shop <shop@example.com>, second@example.com
            Subject: =?utf-8?q?Re:_a=C3=B1o?=
            Message-ID: <7@example.net>
            In-Reply-To: <abc@example.com>
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=m

            --m
            Content-Type: multipart/alternative; boundary=a

            --a
            Content-Type: text/plain; charset=iso-8859-1
            Content-Transfer-Encoding: quoted-printable

            S=ED
            --a
            Content-Type: text/html

            <p>Si</p>
            --a--
            --m
            Content-Type: text/plain
            Content-Disposition: attachment; filename=a.txt

            not this
            --m--
            """);

        Assert.Equal(("ana@example.net", "Re: año", "7@example.net", "abc@example.com"), (mail.From, mail.Subject, mail.MessageId, mail.InReplyTo));
        Assert.Equal(["shop@example.com", "second@example.com"], mail.To);
        Assert.Equal(("Sí", "<p>Si</p>"), (mail.Text?.Trim(), mail.Html?.Trim()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\u00ff\r\n\r\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=x\r\n\r\nno parts")]
    [InlineData("From: nobody\r\nMessage-ID: <\r\nIn-Reply-To: \r\n\r\nhello")]
    public void What_is_no_mail_is_read_as_far_as_it_is_one(string text)
    {
        var mail = Read(text);
        Assert.Null(mail.From);
        Assert.Empty(mail.To);
        Assert.Null(mail.InReplyTo);
        Assert.Null(mail.Html);
    }

    private static ReceivedMail Read(string text) => ReceivedMail.Read(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")));
}
