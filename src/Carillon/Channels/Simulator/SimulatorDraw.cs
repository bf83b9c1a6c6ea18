using System.Buffers.Binary;

namespace Carillon.Channels.Simulator;

/// <summary>
/// Chance that repeats: numbers drawn from a message's id, the attempt and a seed (SplitMix64 over their 28 bytes), so that a run
/// with the same ids ends alike, whatever the order and the number of threads.
/// </summary>
internal struct SimulatorDraw
{
    private ulong _state;

    public SimulatorDraw(Guid message, int attempt, ulong seed)
    {
        Span<byte> bytes = stackalloc byte[16];
        message.TryWriteBytes(bytes);
        _state = seed;
        _state = Next() ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        _state = Next() ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        _state = Next() ^ (uint)attempt;
    }

    /// <summary>From 0, and below 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
