namespace Carillon.Channels.Simulator.Vendors;

/// <summary>The state of one simulated vendor since it was set up. Thread-safe.</summary>
internal sealed class VendorAccount(VendorSettings settings)
{
    /// <summary>Beside the numbers of <see cref="SimulatorAddress"/>: taken, and then reported as undelivered.</summary>
    private const string UndeliveredNumber = "+15005550008";

    /// <summary>The same for mail.</summary>
    private const string UndeliveredMailbox = "undelivered@";

    /// <summary>Delivered, and then complained of.</summary>
    private const string ComplainingMailbox = "complain@";

    private readonly Lock _lock = new();
    private readonly LinkedList<VendorMessage> _messages = [];
    private int _draws;

    /// <summary>What becomes of a message to this address: asked for by it, or by chance that repeats with the order of the requests.</summary>
    public SimulatorFault FaultOf(string to)
    {
        if (settings.Outage) return SimulatorFault.Unavailable;
        return SimulatorAddress.FaultOf(to) is not SimulatorFault.None and var asked ? asked : Draw();
    }

    public TimeSpan DrawLatency() => settings.LatencySpread == TimeSpan.Zero ? settings.Latency : settings.Latency + (settings.LatencySpread * Next());

    private SimulatorFault Draw()
    {
        var at = Next();
        if ((at -= settings.FailureRate) < 0) return SimulatorFault.Unavailable;
        if ((at -= settings.RejectRate) < 0) return SimulatorFault.Rejected;
        if ((at -= settings.ThrottleRate) < 0) return SimulatorFault.Throttled;
        return at < settings.LostAnswerRate ? SimulatorFault.AnswerLost : SimulatorFault.None;
    }

    public bool DrawsUndelivered(string to) => to == UndeliveredNumber || to.StartsWith(UndeliveredMailbox, StringComparison.OrdinalIgnoreCase) || Next() < settings.UndeliveredRate;

    public static bool Complains(string to) => to.StartsWith(ComplainingMailbox, StringComparison.OrdinalIgnoreCase);

    public void Add(VendorMessage message)
    {
        lock (_lock)
        {
            _messages.AddFirst(message);
            if (_messages.Count > VendorSimulators.Kept) _messages.RemoveLast();
        }
    }

    public void Reported(string id, string report)
    {
        lock (_lock)
        {
            for (var node = _messages.First; node is not null; node = node.Next)
            {
                if (node.Value.Id != id) continue;
                node.Value = node.Value with { Reports = [.. node.Value.Reports, report] };
                return;
            }
        }
    }

    public IReadOnlyList<VendorMessage> List()
    {
        lock (_lock) return [.. _messages];
    }

    private double Next() => new SimulatorDraw(default, Interlocked.Increment(ref _draws), 0).NextDouble();
}
