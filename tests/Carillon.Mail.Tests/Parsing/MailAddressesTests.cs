using Carillon.Mail.Parsing;

namespace Carillon.Mail.Tests.Parsing;

public class MailAddressesTests
{
    [Theory]
    [InlineData("<kim@example.org>: unknown", "kim@example.org")]
    [InlineData("rfc822;kim@example.org.", "kim@example.org")]
    [InlineData("rfc822; \"kim..lee\"@example.org", "\"kim..lee\"@example.org")]
    [InlineData("宛先kim@example.org様", "kim@example.org")]
    [InlineData("kim@例え.jp", "kim@例え.jp")]
    [InlineData("@mx.example.org:kim@store", "kim@store")]
    [InlineData("'kim@example.org'", "kim@example.org")]
    [InlineData("kim+tag=x@example.org>...", "kim+tag=x@example.org")]
    [InlineData("no address @ all", null)]
    [InlineData("\"@", null)]
    public void The_first_address_in_a_text_is_found(string text, string? expected) => Assert.Equal(expected, MailAddresses.First(text));

    [Fact]
    public void Each_address_is_found_once_and_in_order() =>
        Assert.Equal(["a@b.example", "c@d.example"], MailAddresses.All("a@b.example, <c@d.example>; A@B.example"));
}
