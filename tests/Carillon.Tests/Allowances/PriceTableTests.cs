using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Tests.Allowances;

public sealed class PriceTableTests
{
    private static readonly ProviderCost Cost = new(0.05m, "EUR", CostUnit.Segment)
    {
        ByCountry = new Dictionary<string, decimal> { ["MX"] = 0.031m, ["US"] = 0.01m, ["+1876"] = 0.12m, ["+18765"] = 0.13m, ["+1"] = 0.02m, ["+52"] = 0.033m, ["+5255"] = 0 },
    };

    internal static OutboundMessage Sms(string number, Channel channel = Channel.Sms) => new()
    {
        Notification = new Notification { Tenant = new TenantId(1), Id = Guid.Empty, CreatedAt = default },
        Id = Guid.Empty,
        Channel = channel,
        Address = number,
        CreatedAt = default,
    };

    [Theory]
    [InlineData("+18765551234", "0.13")]
    [InlineData("+18761551234", "0.12")]
    [InlineData("+12125551234", "0.02")]
    [InlineData("+525512345678", "0")]
    [InlineData("+526691234567", "0.033")]
    [InlineData("+4915112345678", "0.05")]
    [InlineData("+1", "0.02")]
    [InlineData("ana@example.net", "0.05")]
    [InlineData("", "0.05")]
    public void The_longest_beginning_goes_before_the_region_and_the_region_before_the_default(string number, string price) =>
        Assert.Equal(decimal.Parse(price, System.Globalization.CultureInfo.InvariantCulture), PriceTable.Of(Cost)!.Of(Sms(number)).Amount);

    [Fact]
    public void A_region_has_its_price_where_no_beginning_has_one()
    {
        var table = PriceTable.Of(Cost with { ByCountry = new Dictionary<string, decimal> { ["JM"] = 0.12m, ["US"] = 0.01m } })!;

        Assert.Equal([0.12m, 0.01m, 0.05m], ((string[])["+18765551234", "+12125551234", "+14165551234"]).Select(n => table.Of(Sms(n)).Amount));
        Assert.Equal(0.05m, table.Of(Sms("+18765551234", Channel.Email)).Amount);
    }

    [Fact]
    public void Random_tables_answer_as_a_plain_search_does()
    {
        var random = new Random(7);
        for (var round = 0; round < 50; round++)
        {
            var prices = new Dictionary<string, decimal>(StringComparer.Ordinal);
            for (var i = random.Next(1, 200); i > 0; i--) prices["+" + Digits(random, random.Next(1, 7))] = random.Next(1000) / 1000m;
            var table = PriceTable.Of(Cost with { ByCountry = prices })!;
            for (var i = 0; i < 200; i++)
            {
                var number = "+" + Digits(random, random.Next(1, 10));
                var longest = prices.Keys.Where(p => number.StartsWith(p, StringComparison.Ordinal)).MaxBy(p => p.Length);
                Assert.Equal(longest is null ? 0.05m : prices[longest], table.Of(Sms(number)).Amount);
            }
        }
    }

    [Fact]
    public void A_price_is_for_each_segment_or_for_the_message()
    {
        Assert.Equal((0.062m, 62_000L, 2), (new Price(0.031m, "EUR", CostUnit.Segment).Of(2), new Price(0.031m, "EUR", CostUnit.Segment).MicroOf(2), new Price(1, "EUR", CostUnit.Segment).Units(2)));
        Assert.Equal((0.031m, 31_000L, 1), (new Price(0.031m, "EUR", CostUnit.Message).Of(2), new Price(0.031m, "EUR", CostUnit.Message).MicroOf(2), new Price(1, "EUR", CostUnit.Message).Units(2)));
        // Rounded up for each unit, so that a budget is never short.
        Assert.Equal(4, new Price(0.0000011m, "EUR", CostUnit.Segment).MicroOf(2));
    }

    private static string Digits(Random random, int count) => string.Concat(Enumerable.Range(0, count).Select(i => (char)('0' + random.Next(i == 0 ? 1 : 0, 4))));
}
