namespace Carillon.Channels.Simulator;

/// <summary>What a simulator does with one send.</summary>
internal enum SimulatorFault : byte
{
    None,
    Unavailable,
    Rejected,
    Throttled,

    /// <summary>Taken, but the sender never learns of it.</summary>
    AnswerLost,

    /// <summary>Unavailable for the first attempt only.</summary>
    Flaky,

    /// <summary>Taken after two seconds more.</summary>
    Slow,
}

/// <summary>
/// Addresses that ask for a fault, as vendors have test numbers. A word counts as the whole address, before an <c>@</c>, or as the
/// last part of a URL's path, with or without a <c>+tag</c>: <c>fail@example.com</c>, <c>fail+17@example.com</c>, <c>fail</c>,
/// <c>https://example.com/hooks/fail</c>. docs/simulator.md lists them.
/// </summary>
internal static class SimulatorAddress
{
    private const string NumberPrefix = "+1500555000";

    public static SimulatorFault FaultOf(string address)
    {
        var word = address.AsSpan();
        if (word.StartsWith('+')) return word.Length == NumberPrefix.Length + 1 && word.StartsWith(NumberPrefix) ? OfNumber(word[^1]) : SimulatorFault.None;

        if (word.Contains("://", StringComparison.Ordinal)) word = word[(word.LastIndexOf('/') + 1)..];
        var end = word.IndexOfAny('@', '+');
        if (end >= 0) word = word[..end];
        // The length settles nearly every address.
        return word.Length switch
        {
            4 when Is(word, "fail") => SimulatorFault.Unavailable,
            4 when Is(word, "lost") => SimulatorFault.AnswerLost,
            4 when Is(word, "slow") => SimulatorFault.Slow,
            5 when Is(word, "flaky") => SimulatorFault.Flaky,
            6 when Is(word, "reject") || Is(word, "bounce") => SimulatorFault.Rejected,
            8 when Is(word, "throttle") => SimulatorFault.Throttled,
            _ => SimulatorFault.None,
        };
    }

    private static SimulatorFault OfNumber(char last) => last switch
    {
        '1' => SimulatorFault.Rejected,
        '2' => SimulatorFault.Unavailable,
        '3' => SimulatorFault.Throttled,
        '4' => SimulatorFault.AnswerLost,
        '5' => SimulatorFault.Flaky,
        '7' => SimulatorFault.Slow,
        _ => SimulatorFault.None,
    };

    private static bool Is(ReadOnlySpan<char> word, string magic) => word.Equals(magic, StringComparison.OrdinalIgnoreCase);
}
