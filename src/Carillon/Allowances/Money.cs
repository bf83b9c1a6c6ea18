namespace Carillon.Allowances;

/// <summary>Amounts as budgets count them: whole millionths of the currency, rounded up, so that nothing is spent unseen.</summary>
internal static class Money
{
    private const decimal Millionths = 1_000_000m;

    public static long ToMicro(decimal amount) => amount >= long.MaxValue / Millionths ? long.MaxValue : (long)decimal.Ceiling(Math.Max(0, amount) * Millionths);

    public static decimal ToAmount(long micro) => micro / Millionths;

    /// <summary>The most that there is, rather than an overflow.</summary>
    public static long Times(long micro, long count) => micro != 0 && count > long.MaxValue / micro ? long.MaxValue : micro * count;
}
