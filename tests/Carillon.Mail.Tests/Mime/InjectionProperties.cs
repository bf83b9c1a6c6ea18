using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Carillon.Mail.Tests.Mime;

/// <summary>Whatever strings come, a message has the headers it was asked for and no others, or it is refused.</summary>
public sealed class InjectionProperties
{
    private static readonly string[] Pieces =
    [
        "\r\n", "\n", "\r", "\r\n\r\n", "\r\n ", "\0", "\u0085", "\u2028", "\u2029", "\v", "\f", "\t", " ", "  ", "\"", "\\", "<", ">", "@", ",", ";", ":",
        "=?utf-8?q?=0D=0ABcc:_x=40example.com?=", "=?", "?=", "Bcc: evil@example.com", "a", "B", "ñ", "日本語", "😀", "\ud83d", ".", "(", ")", "=", "%0d%0a",
        "--", "example.com", new string('x', 90), new string('é', 50),
    ];

    private static readonly Arbitrary<string> Hostile = Arb.From(
        Gen.ArrayOf(Gen.Frequency((4, Gen.Elements(Pieces)), (1, ArbMap.Default.GeneratorFor<char>().Select(c => c.ToString())))).Select(string.Concat));

    [Fact]
    public void No_value_can_add_a_header_or_a_body()
    {
        Prop.ForAll(Hostile, Hostile, Hostile, (a, b, c) =>
        {
            MailMessage message = MimeText.Message();
            List<string> expected = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];
            Attempt(() => message.Subject = a);
            Attempt(() => message.From = new MailAddress("a@example.com", b));
            Attempt(() => message.To = [new MailAddress("b@example.org", c), new MailAddress(a)]);
            Attempt(() =>
            {
                message.Headers = [new MailHeader("X-Any", c)];
                expected.Insert(5, "X-Any");
            });
            Attempt(() =>
            {
                message.FeedbackId = b;
                expected.Insert(5, "Feedback-ID");
            });
            Attempt(() => message.MessageId = a);
            message.SetText("body");

            string? written = null;
            Attempt(() => written = MimeText.Write(message));

            // Only an address that needs UTF-8 headers may be refused as late as this.
            if (written is null) return message.NeedsUtf8;
            CheckWire(written);
            Assert.Equal(expected, MimeText.Names(written));
            Assert.Equal("body\r\n", MimeText.Body(written));
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void No_file_name_or_type_can_add_a_header()
    {
        Prop.ForAll(Hostile, Hostile, (name, type) =>
        {
            MailMessage message = MimeText.Message();
            Attempt(() => message.Attachments = [new MailAttachment(name, "text/plain", ReadOnlyMemory<byte>.Empty)]);
            Attempt(() => message.Attachments = [.. message.Attachments, new MailAttachment("x", "text/plain; name=" + type, ReadOnlyMemory<byte>.Empty)]);
            Attempt(() => message.InlineImages = [new InlineImage(type, name, "image/png", ReadOnlyMemory<byte>.Empty)]);

            string written = MimeText.Write(message);

            CheckWire(written);
            foreach (string part in MimeText.Body(written).Split("\r\n--=_").Skip(1).Where(p => !p.StartsWith('-') && p.Contains(':', StringComparison.Ordinal)))
            {
                string head = part.Split("\r\n\r\n")[0];
                foreach (string line in head.Split("\r\n").Skip(1)) Assert.Matches("^(Content-[A-Za-z-]+:| )", line);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void No_body_can_leave_the_wire_form_or_lose_its_text()
    {
        Prop.ForAll(Hostile, Arb.From(ArbMap.Default.GeneratorFor<bool>()), (text, allow8Bit) =>
        {
            MailMessage message = MimeText.Message();
            string wellFormed = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            message.SetText(text);

            string written = MimeText.Write(message, new MimeOptions { Allow8Bit = allow8Bit });

            CheckWire(written);
            Assert.Equal(Lines(wellFormed), Lines(Decode(written)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Every_envelope_that_exists_makes_three_command_lines()
    {
        Prop.ForAll(Hostile, address =>
        {
            try
            {
                var envelope = new SmtpEnvelope("a@example.com", address + "@example.org");
                return !envelope.Recipients[0].AsSpan().ContainsAny('\r', '\n', '\0');
            }
            catch (ArgumentException)
            {
                return true;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void A_parsed_address_prints_and_parses_to_itself()
    {
        Prop.ForAll(Hostile, Hostile, (name, local) =>
        {
            if (!MailAddress.TryParse($"{name} <{local}@example.com>", out MailAddress? address)) return true;
            return MailAddress.Parse(address.ToString()).Address == address.Address;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private static void Attempt(Action act)
    {
        try
        {
            act();
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            // Refused.
        }
    }

    private static void CheckWire(string written)
    {
        Assert.DoesNotMatch("(?<!\r)\n", written);
        Assert.DoesNotMatch("\r(?!\n)", written);
        Assert.DoesNotContain('\0', written);
        Assert.All(written.Split("\r\n"), line => Assert.True(line.Length <= 998));
    }

    /// <summary>Line by line, without the empty ones at the end: a text may gain a last line end.</summary>
    private static string Lines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').TrimEnd('\n');

    private static string Decode(string written)
    {
        string body = MimeText.Body(written);
        byte[] octets = written.Contains("Encoding: base64", StringComparison.Ordinal) ? Convert.FromBase64String(body)
            : written.Contains("Encoding: quoted-printable", StringComparison.Ordinal) ? Unquote(body)
            : Encoding.Latin1.GetBytes(body);
        return Encoding.UTF8.GetString(octets);
    }

    private static byte[] Unquote(string body)
    {
        var result = new List<byte>();
        body = body.Replace("=\r\n", "", StringComparison.Ordinal);
        Assert.DoesNotMatch("[ \t]\r\n", body);
        for (int i = 0; i < body.Length; i++)
        {
            if (body[i] == '=')
            {
                result.Add(Convert.FromHexString(body.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                result.Add((byte)body[i]);
            }
        }

        return [.. result];
    }
}
