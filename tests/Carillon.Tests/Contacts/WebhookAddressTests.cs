using Carillon.Contacts;
using Carillon.Dispatch;
using Carillon.Messages;

namespace Carillon.Tests.Contacts;

public sealed class WebhookAddressTests
{
    [Theory]
    [InlineData("https://example.net/hooks/7?a=b")]
    [InlineData("http://example.net:8080")]
    [InlineData("https://[2606:4700::1111]/x")]
    public void A_url_is_an_address_for_webhooks(string url)
    {
        var faults = new List<FieldFault>();
        Assert.Equal(url, AddressBook.Normalize(Channel.Webhook, $" {url} ", null, "recipient.addresses[0].identifier", faults));
        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("ana@example.net")]
    [InlineData("/hooks")]
    [InlineData("example.net/hooks")]
    [InlineData("ftp://example.net")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://")]
    [InlineData("https://ana:word@example.net/")]
    [InlineData("https://example.net/#part")]
    [InlineData("https://example.net/a b")]
    [InlineData("https://example.net\\@evil.example/")]
    [InlineData("https://example.net/\r\nX: y")]
    public void What_cannot_be_posted_to_is_a_fault_of_its_field(string text)
    {
        var faults = new List<FieldFault>();
        Assert.Null(AddressBook.Normalize(Channel.Webhook, text, null, "recipient.addresses[0].identifier", faults));
        var fault = Assert.Single(faults);
        Assert.Equal(("recipient.addresses[0].identifier", "invalid_url"), (fault.Field, fault.Code));
    }
}
