using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Providers;

/// <summary>How a provider did on a day of its time zone, or on several together.</summary>
public sealed class ProviderDay
{
    private readonly Dictionary<MessageStatus, long> _messages = [];
    private readonly LatencyHistogram _times = new();

    /// <summary>The first of them where there are several.</summary>
    public required DateOnly Date { get; init; }

    public required DateTimeOffset Begin { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset End { get; init; }

    public SendCounts Sends { get; private set; }

    /// <summary>How long nodes that sent through it watched its circuit: each node for the quarter hours in which it sent.</summary>
    public TimeSpan Observed { get; private set; }

    /// <summary>Of that, how long the circuit was not closed.</summary>
    public TimeSpan Down { get; private set; }

    /// <summary>Of the sends, how many the gateway decided: accepted or rejected. Null without a send.</summary>
    public double? SuccessRate => Sends.Total == 0 ? null : (double)(Sends.Accepted + Sends.Rejected) / Sends.Total;

    /// <summary>1 less the share of <see cref="Down"/> in <see cref="Observed"/>; null where nothing was observed.</summary>
    public double? Availability => Observed == TimeSpan.Zero ? null : 1 - (Down / Observed);

    /// <summary>
    /// Delivered of sent. Null where nothing was sent, or nothing came back of what was: nobody knows. Receipts count on the day on which they
    /// come, so that a day can have more of them than it sent.
    /// </summary>
    public double? DeliveryRate =>
        Messages(MessageStatus.Sent) == 0 || Messages(MessageStatus.Delivered) + Messages(MessageStatus.Read) + Messages(MessageStatus.Bounced) == 0
            ? null
            : (double)Messages(MessageStatus.Delivered) / Messages(MessageStatus.Sent);

    /// <summary>Messages that came to a status through it.</summary>
    public long Messages(MessageStatus status) => _messages.GetValueOrDefault(status);

    /// <summary>In milliseconds; null without a send.</summary>
    public double? Latency(double part) => _times.Percentile(part);

    internal void Add(ProviderQuarter quarter)
    {
        Sends += quarter.Sends;
        Observed += quarter.Observed;
        Down += quarter.Down;
        _times.Add(quarter.Times);
    }

    internal void Add(ProviderCount count) => _messages[count.Status] = Messages(count.Status) + count.Count;
}
