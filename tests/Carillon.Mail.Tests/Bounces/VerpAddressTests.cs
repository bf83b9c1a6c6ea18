using Carillon.Mail.Bounces;

namespace Carillon.Mail.Tests.Bounces;

public class VerpAddressTests
{
    [Theory]
    [InlineData("bounces@news.example.com", "kim@example.org", "bounces+kim=example.org@news.example.com")]
    [InlineData("b@example.com", "kim+tag=x@example.org", "b+kim+tag=x=example.org@example.com")]
    public void A_recipient_written_into_a_return_address_is_read_back(string returnPath, string recipient, string address)
    {
        Assert.Equal(address, VerpAddress.Encode(returnPath, recipient));
        Assert.True(VerpAddress.TryDecode(address, out string? path, out string? found));
        Assert.Equal((returnPath, recipient), (path, found));
    }

    [Theory]
    [InlineData("bounces@example.com")]
    [InlineData("bounces+kim@example.com")]
    [InlineData("bounces+kim=@example.com")]
    [InlineData("bounces+=example.org@example.com")]
    [InlineData("+kim=example.org@example.com")]
    [InlineData("bounces+kim=nodomain@example.com")]
    [InlineData("@")]
    [InlineData("")]
    [InlineData(null)]
    public void What_carries_no_recipient_is_refused(string? address) => Assert.False(VerpAddress.TryDecode(address, out _, out _));

    [Theory]
    [InlineData("bounces", "kim@example.org")]
    [InlineData("bounces@example.com", "@example.org")]
    public void Only_addresses_are_encoded(string returnPath, string recipient) =>
        Assert.Throws<ArgumentException>(() => VerpAddress.Encode(returnPath, recipient));
}
