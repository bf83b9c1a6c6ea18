using System.Text;
using Carillon.Contacts;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Tests.Dispatch;

namespace Carillon.Tests.Contacts;

public sealed class AddressBookTests
{
    [Theory]
    [InlineData("+52 55 1234 5678", "+525512345678")]
    [InlineData("+525512345678", "+525512345678")]
    [InlineData("55 1234 5678", "+525512345678")]
    [InlineData("tel:+52-55-1234-5678", "+525512345678")]
    // As mobiles in Mexico were called from abroad until 2019.
    [InlineData("+5215512345678", "+525512345678")]
    // Test numbers are in no plan.
    [InlineData("+15005550006", "+15005550006")]
    [InlineData("+1 555 0100 123", "+15550100123")]
    public void Telephone_numbers_are_kept_as_E_164(string given, string expected) => Assert.Equal(expected, Normalize(given, "MX", out _));

    [Theory]
    [InlineData("55 1234 5678", null, "country code")]
    [InlineData("+52 55 1234", "MX", "length")]
    [InlineData("1234", "MX", "length")]
    [InlineData("+1 415 555 2671 x12", null, "extension")]
    [InlineData("hello", "MX", "not a telephone number")]
    [InlineData("+999123456", null, "not a telephone number")]
    public void What_cannot_be_dialled_is_refused_and_the_fault_says_why(string given, string? region, string why)
    {
        Assert.Null(Normalize(given, region, out var faults));

        var fault = Assert.Single(faults);
        Assert.Equal(("recipient.phone", "invalid_phone"), (fault.Field, fault.Code));
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_number_in_two_spellings_is_one_address_of_a_contact()
    {
        await using var harness = await EngineHarness.StartAsync(new CarillonOptions { DefaultRegion = "MX" });
        var first = await harness.AcceptAsync(Text("+52 (55) 1234-5678"));
        var second = await harness.AcceptAsync(Text("55 1234 5678"));

        var contact = await harness.Engine.Storage.Contacts.GetAsync(EngineHarness.Tenant, "ana", TestContext.Current.CancellationToken);
        Assert.Equal("+525512345678", Assert.Single(contact!.Addresses).Identifier);
        Assert.Equal(first.Messages[0].Address, second.Messages[0].Address);
    }

    [Fact]
    public async Task A_trace_says_how_a_text_goes_over_the_air()
    {
        await using var harness = await EngineHarness.StartAsync();

        var message = await harness.DeliverAsync(Text("+525512345678"));

        Assert.Contains("\"encoding\":\"UCS-2\",\"segments\":2", Encoding.UTF8.GetString(message.Trace!), StringComparison.Ordinal);
    }

    private static NotificationRequest Text(string phone) => new()
    {
        Recipient = new RecipientRequest { Id = "ana", Phone = phone },
        Channels = [Channel.Sms],
        Message = "Su cita está confirmada para el martes a las diez, en la clínica de siempre.",
    };

    private static string? Normalize(string given, string? region, out List<FieldFault> faults)
    {
        faults = [];
        return AddressBook.Normalize(Channel.Sms, given, region, "recipient.phone", faults);
    }
}
