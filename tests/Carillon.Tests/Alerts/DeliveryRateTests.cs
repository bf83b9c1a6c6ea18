using Carillon.Alerts;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Tests.Alerts;

public sealed class DeliveryRateTests
{
    private static readonly DeliveryThresholds Thresholds = new();

    [Fact]
    public void With_receipts_what_was_delivered_is_held_against_what_was_not()
    {
        var rate = DeliveryRate.Of([Count(MessageStatus.Sent, 900, 120), Count(MessageStatus.Delivered, 855, 60), Count(MessageStatus.Failed, 45, 30), Count(MessageStatus.Bounced, 0, 10)], 50);

        Assert.Equal((0.6, 0.95, 100, true), (rate.Recent, rate.Before, rate.Messages, rate.HasReceipts));
        Assert.True(rate.IsLow(Thresholds));
    }

    [Fact]
    public void Without_receipts_what_was_taken_and_did_not_bounce_is_held_against_all()
    {
        var rate = DeliveryRate.Of([Count(MessageStatus.Sent, 0, 95), Count(MessageStatus.Bounced, 0, 5), Count(MessageStatus.Failed, 0, 5)], 50);

        Assert.Equal((0.9, null, 100, false), (rate.Recent, rate.Before, rate.Messages, rate.HasReceipts));
        Assert.False(rate.IsLow(Thresholds));
    }

    [Fact]
    public void What_was_read_was_delivered()
    {
        var rate = DeliveryRate.Of([Count(MessageStatus.Read, 0, 80), Count(MessageStatus.Delivered, 0, 10), Count(MessageStatus.Failed, 0, 20)], 50);

        Assert.Equal(0.8, rate.Recent);
    }

    [Theory]
    [InlineData(79, null, 20, true)]
    [InlineData(80, null, 20, false)]
    [InlineData(85, 100, 20, false)]
    [InlineData(85, 100, 14, true)]
    [InlineData(85, 97, 14, false)]
    public void It_is_low_under_the_floor_or_far_below_the_day_before(int recent, int? before, int drop, bool isLow)
    {
        var rate = DeliveryRate.Of(
            [Count(MessageStatus.Delivered, before ?? 0, recent), Count(MessageStatus.Failed, before is { } good ? 100 - good : 0, 100 - recent)], 50);

        Assert.Equal(isLow, rate.IsLow(Thresholds with { Drop = drop }));
    }

    [Fact]
    public void Of_few_messages_nothing_is_said()
    {
        Assert.False(DeliveryRate.Of([Count(MessageStatus.Failed, 0, 49)], 50).IsLow(Thresholds));
        Assert.True(DeliveryRate.Of([Count(MessageStatus.Failed, 0, 50)], 50).IsLow(Thresholds));
        Assert.False(DeliveryRate.Of([], 50).IsLow(Thresholds));
    }

    [Theory]
    [InlineData(82, false)]
    [InlineData(85, true)]
    public void What_is_well_is_somewhat_better_than_what_is_low(int recent, bool isWell) =>
        Assert.Equal(isWell, DeliveryRate.Of([Count(MessageStatus.Delivered, 0, recent), Count(MessageStatus.Failed, 0, 100 - recent)], 50).IsWell(Thresholds));

    private static DeliveryCount Count(MessageStatus status, long before, long recent) => new(Guid.Empty, status, before, recent);
}
