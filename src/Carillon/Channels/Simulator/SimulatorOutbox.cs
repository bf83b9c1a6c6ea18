using System.Runtime.InteropServices;
using Carillon.Messages;

namespace Carillon.Channels.Simulator;

/// <summary>
/// The last messages that simulators took, in memory. Of each part (subject, text, HTML) the first 16 kB are kept, of all
/// messages together 16 MB: the oldest go first. Thread-safe.
/// </summary>
public sealed class SimulatorOutbox
{
    internal const int MaxPartBytes = 16 * 1024;
    internal const int MaxBytes = 16 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, long> _takenByTenant = [];

    // A ring: _next is written next, the _count slots before it are full.
    private SimulatorOutboxSlot?[]? _slots;
    private int _next;
    private int _count;
    private long _bytes;

    /// <summary>How many are kept; older ones go. Default 1,000; 0 keeps none and only counts.</summary>
    public int Capacity { get; init; } = 1000;

    /// <summary>How many messages simulators took of a tenant since the start, kept or not.</summary>
    public long CountTaken(TenantId tenant)
    {
        lock (_lock) return _takenByTenant.GetValueOrDefault(tenant.Value);
    }

    /// <summary>Newest first, of one tenant.</summary>
    public IReadOnlyList<SimulatedMessage> List(TenantId tenant, int limit)
    {
        var found = new List<SimulatorOutboxSlot>();
        lock (_lock)
        {
            // Bytes are copied under the lock and decoded after it: senders wait for a copy, not for a decoder.
            for (var age = 1; age <= _count && found.Count < limit; age++)
            {
                var slot = _slots![At(age)]!;
                if (slot.Tenant == tenant) found.Add(slot.Copy());
            }
        }

        return found.ConvertAll(slot => slot.Read());
    }

    /// <summary>What the kept messages occupy.</summary>
    internal long KeptBytes
    {
        get
        {
            lock (_lock) return _bytes;
        }
    }

    internal void Add(GatewayMessage message, SendOutcome outcome, string? answer, string externalId, DateTimeOffset at)
    {
        var tenant = message.Message.Notification.Tenant.Value;
        lock (_lock)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_takenByTenant, tenant, out _)++;
            if (Capacity <= 0) return;
            _slots ??= new SimulatorOutboxSlot[Capacity];
            // A slot keeps its buffer for the message that comes after, so that a simulator under load allocates nothing here.
            var slot = _slots[_next] ??= new SimulatorOutboxSlot();
            _bytes -= slot.Size;
            slot.Fill(message, outcome, answer, externalId, at);
            _bytes += slot.Size;
            _next = (_next + 1) % _slots.Length;
            _count = Math.Min(_count + 1, _slots.Length);

            for (; _bytes > MaxBytes; _count--)
            {
                var oldest = At(_count);
                _bytes -= _slots[oldest]!.Size;
                _slots[oldest] = null;
            }
        }
    }

    /// <summary>The index of the message that came so many messages ago, from 1.</summary>
    private int At(int age) => (_next - age + _slots!.Length) % _slots.Length;
}

/// <summary>What a simulator was given, and what it answered.</summary>
/// <param name="Outcome"><see cref="SendOutcome.Accepted"/>, or <see cref="SendOutcome.Unknown"/> for a message whose answer was lost.</param>
/// <param name="ExternalId">The simulator's own id of the message (<c>sim_…</c>), told to the sender unless the answer was lost.</param>
/// <param name="Truncated">A part was longer than 16 kB; its beginning is here.</param>
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
    DateTimeOffset At,
    string ExternalId,
    string? From,
    bool Truncated);
