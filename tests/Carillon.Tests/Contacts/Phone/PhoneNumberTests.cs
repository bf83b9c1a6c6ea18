using Carillon.Contacts.Phone;
using FsCheck;
using FsCheck.Fluent;

namespace Carillon.Tests.Contacts.Phone;

public sealed class PhoneNumberTests
{
    [Theory]
    [InlineData("55 1234 5678", "MX", "+525512345678")]
    [InlineData("(55) 1234-5678", "mx", "+525512345678")]
    [InlineData("00 52 55 1234 5678", "MX", "+525512345678")]
    [InlineData("011 52 55 1234 5678", "US", "+525512345678")]
    [InlineData("+52 55 1234 5678", null, "+525512345678")]
    [InlineData("tel:55-1234-5678;phone-context=+52", null, "+525512345678")]
    [InlineData("５５１２３４５６７８", "MX", "+525512345678")]
    [InlineData("044 668 18 00", "CH", "+41446681800")]
    [InlineData("06 1234 5678", "IT", "+390612345678")]
    [InlineData("011 15-2345-6789", "AR", "+5491123456789")]
    [InlineData("1-800-FLOWERS", "US", "+18003569377")]
    public void Spellings_of_a_number_are_one_number(string text, string? region, string expected) =>
        Assert.Equal(expected, PhoneNumber.Parse(text, region)?.ToE164());

    [Theory]
    [InlineData("55 1234 5678", null)]
    [InlineData("55 1234 5678", "001")]
    [InlineData("55 1234 5678", "XX")]
    [InlineData("hello", "MX")]
    [InlineData("", "MX")]
    [InlineData("+", "MX")]
    [InlineData("+999 1234567", "MX")]
    [InlineData("1", "MX")]
    [InlineData("tel:1234;phone-context=", "MX")]
    public void What_is_no_number_is_none(string text, string? region) => Assert.Null(PhoneNumber.Parse(text, region));

    [Fact]
    public void A_number_says_what_it_is()
    {
        var number = PhoneNumber.Parse("+1 415 555 2671 x99")!;

        Assert.Equal(("+14155552671", "99", "US"), (number.ToE164(), number.Extension, number.Region));
        Assert.Equal(("(415) 555-2671 ext. 99", "+1 415-555-2671 ext. 99"), (number.ToNational(), number.ToInternational()));
        Assert.Equal(PhoneNumberType.FixedLineOrMobile, number.Type);
        Assert.Equal("CA", PhoneNumber.Parse("+1 506 234 5678")!.Region);
        Assert.Equal("001", PhoneNumber.Parse("+800 1234 5678")!.Region);
    }

    [Fact]
    public void A_number_may_be_possible_and_not_valid()
    {
        var test = PhoneNumber.Parse("+15005550006")!;
        Assert.True(test.IsPossible);

        var local = PhoneNumber.Parse("555-0123", "US")!;
        Assert.True(local.IsPossible);
        Assert.False(local.IsPossibleAbroad);
        Assert.False(local.IsValid);
    }

    [Fact]
    public void Every_territory_reads_its_own_example_in_each_of_its_forms()
    {
        var read = 0;
        foreach (var territory in Territories.All())
        {
            if (territory.Example is null) continue;
            var number = new PhoneNumber(territory.CallingCode, territory.Example);
            Assert.True(number.IsValid, number.ToString());
            // Some plans share ranges: the Vatican's mobiles are Italy's.
            Assert.Equal(territory.CallingCode, Territories.OfRegion(number.Region)?.CallingCode ?? territory.CallingCode);
            Assert.Equal(number, PhoneNumber.Parse(number.ToE164()));
            Assert.Equal(number, PhoneNumber.Parse(number.ToInternational()));
            if (territory.Region != "001") Assert.Equal(number, PhoneNumber.Parse(number.ToNational(), territory.Region));
            read++;
        }

        Assert.InRange(read, 240, 260);
    }

    [Fact]
    public void Whatever_is_read_reads_the_same_from_its_own_form()
    {
        var pieces = Gen.Elements("+", "00", "011", "0", "1", "52", "44", "39", "55", " ", "-", "(", ")", "x", "ext. 7", "abc", ";", "７", "#", "*", ",,", "~").ListOf();
        var regions = Gen.Elements("US", "MX", "IT", "AR", "GB", "CN", null);
        Prop.ForAll(pieces.Select(p => string.Concat(p)).Zip(regions).ToArbitrary(), given =>
        {
            var (text, region) = given;
            return PhoneNumber.Parse(text, region) is not { IsValid: true } number || PhoneNumber.Parse(number.ToE164())?.NationalNumber == number.NationalNumber;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(' ')]
    [InlineData('-')]
    [InlineData('1')]
    [InlineData('+')]
    [InlineData(',')]
    [InlineData('x')]
    [InlineData('#')]
    [InlineData('(')]
    public void Long_and_odd_texts_are_refused_without_ado(char filler)
    {
        Assert.Null(PhoneNumber.Parse("+" + new string(filler, 300), "US"));
        Assert.Null(PhoneNumber.Parse("+1" + new string(filler, 240) + "!x", "US")?.Region);
        Assert.Null(PhoneNumber.Parse("1;phone-context=" + string.Concat(Enumerable.Repeat("a-", 110)) + "!", "US"));
    }

    [Fact]
    public async Task Many_threads_may_read_numbers_at_once()
    {
        var texts = Territories.All().Where(t => t.Example is not null).Select(t => new PhoneNumber(t.CallingCode, t.Example!).ToE164()).ToList();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            () => Assert.All(texts, text => Assert.True(PhoneNumber.Parse(text)!.IsValid)), TestContext.Current.CancellationToken)));
    }
}
