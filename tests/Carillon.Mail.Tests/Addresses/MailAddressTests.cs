namespace Carillon.Mail.Tests.Addresses;

public sealed class MailAddressTests
{
    [Theory]
    [InlineData("a@example.com", "a@example.com", null)]
    [InlineData("  a@example.com ", "a@example.com", null)]
    [InlineData("<a@example.com>", "a@example.com", null)]
    [InlineData("Ana Ruiz <a@example.com>", "a@example.com", "Ana Ruiz")]
    [InlineData("\"Ruiz, Ana\" <a@example.com>", "a@example.com", "Ruiz, Ana")]
    [InlineData("\"Ana \\\"Nani\\\" Ruiz\"<a@example.com>", "a@example.com", "Ana \"Nani\" Ruiz")]
    [InlineData("\"<x>\" <a@example.com>", "a@example.com", "<x>")]
    [InlineData("José <\"a b\"@example.com>", "\"a b\"@example.com", "José")]
    public void An_address_is_read_with_its_name(string text, string address, string? name)
    {
        MailAddress parsed = MailAddress.Parse(text);

        Assert.Equal((address, name), (parsed.Address, parsed.DisplayName));
        Assert.Equal(parsed, MailAddress.Parse(parsed.ToString()));
    }

    [Theory]
    [InlineData("Ana")]
    [InlineData("Ana <a@example>")]
    [InlineData("Ana <a@example.com> x")]
    [InlineData("Ana <b@example.com> <a@example.com>")]
    [InlineData("\"Ana <a@example.com>")]
    [InlineData("Ana\r\nBcc: x <a@example.com>")]
    [InlineData("a@example.com, b@example.com")]
    [InlineData(null)]
    public void What_is_not_one_address_is_not_read(string? text) => Assert.False(MailAddress.TryParse(text, out _));

    [Theory]
    [InlineData("\"a\r\nb\"@example.com")]
    [InlineData("\"a\0b\"@example.com")]
    [InlineData("a@exam\u2028ple.com")]
    [InlineData("a\u2028@example.com")]
    public void No_address_has_control_characters_even_quoted(string address)
    {
        Assert.False(MailAddress.IsValid(address));
        Assert.Throws<FormatException>(() => new MailAddress(address));
    }

    [Theory]
    [InlineData("a@example.com", false)]
    [InlineData("a@bücher.example", false)]
    [InlineData("a@😀.com", false)]
    [InlineData("a@例子.测试", false)]
    [InlineData("ñ@example.com", true)]
    public void Only_a_local_part_beyond_ASCII_needs_SMTPUTF8(string address, bool needs) =>
        Assert.Equal(needs, new MailAddress(address).NeedsUtf8);
}
