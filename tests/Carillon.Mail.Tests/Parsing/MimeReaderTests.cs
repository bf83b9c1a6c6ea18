using System.Text;
using Carillon.Mail.Parsing;

namespace Carillon.Mail.Tests.Parsing;

public class MimeReaderTests
{
    [Fact]
    public void Fields_are_unfolded_and_compare_without_case()
    {
        MimePart part = Read("Subject: a\n\tlong\n  one\nX-Empty:\n\nbody");

        Assert.Equal(("a long one", "", "body"), (part.Fields["SUBJECT"], part.Fields["x-empty"], part.Text));
    }

    [Fact]
    public void A_line_that_is_no_field_is_passed_over()
    {
        MimePart part = Read("From someone Mon Jan 1\nSubject: a\nthis is no field\nTo: b@c\n\nbody");

        Assert.Equal(("a", "b@c"), (part.Fields["Subject"], part.Fields["To"]));
    }

    [Theory]
    [InlineData("base64", "SGVsbG8=", "Hello")]
    [InlineData("base64", "SGVs!!\nbG8", "Hello")]
    [InlineData("quoted-printable", "Hel=6Co =\nyou=ZZ=", "Hello you=ZZ")]
    [InlineData("8bit", "Hello", "Hello")]
    [InlineData("x-unknown", "Hello", "Hello")]
    public void Transfer_encodings_are_undone_as_far_as_they_are_whole(string encoding, string body, string expected) =>
        Assert.Equal(expected, Read($"Content-Transfer-Encoding: {encoding}\n\n{body}").Text);

    [Fact]
    public void Parts_end_at_their_own_boundary()
    {
        MimePart part = Read("Content-Type: multipart/mixed; boundary=\"b\"\n\npreamble\n--b\n\none\n--bc is no boundary\n--b\nContent-Type: text/html\n\n<p>two</p>\n--b--\nepilogue");

        Assert.Equal([("text/plain", "one\n--bc is no boundary\n"), ("text/html", "<p>two</p>\n")], part.Parts.Select(p => (p.Type.Name, p.Text)));
    }

    [Fact]
    public void A_boundary_that_was_changed_on_the_way_is_found_by_its_look()
    {
        MimePart part = Read("Content-Type: multipart/mixed; boundary=declared\n\n--in-use\nContent-Type: text/plain\n\none\n--in-use--\n");

        Assert.Equal("one\n", Assert.Single(part.Parts).Text);
    }

    [Fact]
    public void A_multipart_without_parts_is_read_as_text()
    {
        MimePart part = Read("Content-Type: multipart/mixed\n\njust words");

        Assert.Equal(("text/plain", "just words"), (part.Type.Name, part.Text));
    }

    [Fact]
    public void An_attached_mail_is_not_taken_apart()
    {
        MimePart part = Read("Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n");

        Assert.Empty(part.Parts);
    }

    [Theory]
    [InlineData("utf-8", new byte[] { 0xC3, 0xBC }, "ü")]
    [InlineData("iso-8859-1", new byte[] { 0xFC }, "ü")]
    [InlineData("us-ascii", new byte[] { 0xFC }, "ü")]
    [InlineData("x-no-such-charset", new byte[] { 0xC3, 0xBC }, "ü")]
    [InlineData("us-ascii", new byte[] { 0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42 }, "日")]
    public void Octets_become_text_by_their_charset_or_by_their_look(string charset, byte[] octets, string expected)
    {
        byte[] mail = [.. Encoding.ASCII.GetBytes($"Content-Type: text/plain; charset={charset}\n\n"), .. octets];

        Assert.Equal(expected, MimeReader.Read(mail).Text);
    }

    [Theory]
    [InlineData("text/plain charset=utf-8", "text/plain", "utf-8")]
    [InlineData("TEXT/Plain; charset=\"utf-8\"; x", "text/plain", "utf-8")]
    [InlineData("text/plain;;charset = utf-8", "text/plain", "utf-8")]
    [InlineData("nonsense", "text/plain", null)]
    [InlineData("text/plain; charset=\"open", "text/plain", "open")]
    public void A_careless_content_type_is_still_read(string value, string name, string? charset)
    {
        var type = MediaType.Parse(value);

        Assert.Equal((name, charset), (type.Name, type["charset"]));
    }

    private static MimePart Read(string mail) => MimeReader.Read(Encoding.UTF8.GetBytes(mail));
}
