using Carillon.Messages;

namespace Carillon.Channels.Simulator;

/// <summary>The last messages that simulators took, in memory. Thread-safe.</summary>
public sealed class SimulatorOutbox
{
    private readonly Lock _lock = new();
    private readonly Queue<SimulatedMessage> _messages = new();

    /// <summary>How many are kept; older ones go. Default 1,000.</summary>
    public int Capacity { get; init; } = 1000;

    internal void Add(SimulatedMessage message)
    {
        lock (_lock)
        {
            if (_messages.Count >= Capacity) _messages.Dequeue();
            _messages.Enqueue(message);
        }
    }

    /// <summary>Newest first, of one tenant.</summary>
    public IReadOnlyList<SimulatedMessage> List(TenantId tenant, int limit)
    {
        lock (_lock) return _messages.Reverse().Where(m => m.Tenant == tenant).Take(limit).ToList();
    }
}

/// <summary>What a simulator was given, and what it answered.</summary>
public sealed record SimulatedMessage(
    TenantId Tenant,
    Guid MessageId,
    Channel Channel,
    string Provider,
    string Address,
    string Subject,
    string Text,
    string Html,
    int Attempt,
    SendOutcome Outcome,
    string? Answer,
    DateTimeOffset At);
