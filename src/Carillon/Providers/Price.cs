using Carillon.Allowances;

namespace Carillon.Providers;

/// <summary>What a provider takes for each unit of a message to one place.</summary>
public sealed record Price(decimal Amount, string Currency, CostUnit Per)
{
    // Computed once: it is asked for before every send.
    private readonly long _micro = Money.ToMicro(Amount);

    /// <param name="segments">The parts of its text; one of what has none.</param>
    public int Units(int segments) => Per == CostUnit.Segment ? Math.Max(1, segments) : 1;

    public decimal Of(int segments) => Amount * Units(segments);

    /// <summary>In millionths, rounded up.</summary>
    internal long MicroOf(int segments) => Money.Times(_micro, Units(segments));
}
