using System.Globalization;

namespace Carillon.Bench.Processes;

/// <summary>What is wrong with a gateway.</summary>
/// <param name="PerSecond">What it takes in a second of the clock; beyond that it throttles, with <c>Retry-After: 1</c>. Null for all.</param>
/// <param name="DiesAfter">So many it takes; in the middle of the next one's answer it dies.</param>
internal sealed record HttpSinkTrouble(int? PerSecond = null, long DiesAfter = long.MaxValue)
{
    public static readonly HttpSinkTrouble None = new();

    public IEnumerable<string> ToArguments() =>
        [(PerSecond ?? 0).ToString(CultureInfo.InvariantCulture), DiesAfter.ToString(CultureInfo.InvariantCulture)];

    public static HttpSinkTrouble Parse(string perSecond, string diesAfter)
    {
        var most = int.Parse(perSecond, CultureInfo.InvariantCulture);
        return new HttpSinkTrouble(most == 0 ? null : most, long.Parse(diesAfter, CultureInfo.InvariantCulture));
    }
}
