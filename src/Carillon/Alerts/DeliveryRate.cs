using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Alerts;

/// <summary>How much of what a provider sends arrives, by the counters.</summary>
/// <remarks>
/// Where receipts come, what was delivered is held against what was not: 90 delivered, 10 failed: 0.9. Where none come, what was taken and did not bounce
/// against all that was tried: 95 sent of which 5 bounced, 5 refused: 90 of 100.
/// </remarks>
internal sealed record DeliveryRate
{
    /// <summary>Of the last half hour; null without a message.</summary>
    public double? Recent { get; init; }

    /// <summary>Of the day before; null where that had too few messages.</summary>
    public double? Before { get; init; }

    /// <summary>Of how many messages of the last half hour it is.</summary>
    public long Messages { get; init; }

    public bool HasReceipts { get; init; }

    public static DeliveryRate Of(IReadOnlyCollection<DeliveryCount> counts, int minMessages)
    {
        var hasReceipts = counts.Any(c => c.Status is MessageStatus.Delivered or MessageStatus.Read && c.Before + c.Recent > 0);
        var (recentRate, messages) = Rate(c => c.Recent);
        var (beforeRate, beforeMessages) = Rate(c => c.Before);
        return new DeliveryRate { Recent = recentRate, Messages = messages, Before = beforeMessages >= minMessages ? beforeRate : null, HasReceipts = hasReceipts };

        (double? Rate, long Messages) Rate(Func<DeliveryCount, long> of)
        {
            long Sum(MessageStatus status) => counts.Where(c => c.Status == status).Sum(of);
            var (sent, failed, bounced) = (Sum(MessageStatus.Sent), Sum(MessageStatus.Failed), Sum(MessageStatus.Bounced));
            // What was read was delivered, whether it was said or not.
            var good = hasReceipts ? Math.Max(Sum(MessageStatus.Delivered), Sum(MessageStatus.Read)) : Math.Max(0, sent - bounced);
            var all = hasReceipts ? good + failed + bounced : Math.Max(sent, bounced) + failed;
            return (all == 0 ? null : (double)good / all, all);
        }
    }

    /// <summary>Too little of enough messages.</summary>
    public bool IsLow(DeliveryThresholds thresholds) =>
        Messages >= thresholds.MinMessages && Recent is { } recent
        && (recent < thresholds.Floor / 100.0 || (Before is { } before && recent < before - (thresholds.Drop / 100.0)));

    /// <summary>Well enough for an alert to be over: somewhat better than what raises one, so that it does not come and go.</summary>
    public bool IsWell(DeliveryThresholds thresholds) =>
        Messages >= thresholds.MinMessages && Recent is { } recent
        // 80 % are low, 85 % well; of 96 %, 98 %.
        && recent * 100 >= thresholds.Floor + Math.Min(5, (100 - thresholds.Floor) / 2.0)
        && (Before is not { } before || recent >= before - (thresholds.Drop / 200.0));
}
