using System.Globalization;

namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>How much is tested: enough for every change, or as much as the environment asks for.</summary>
internal static class Scale
{
    /// <summary><c>CARILLON_LONG=1</c>, as <c>./test --long</c> sets it.</summary>
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("CARILLON_LONG") == "1";

    /// <summary><c>CARILLON_KILLS</c>, as <c>./test --kills</c> sets it.</summary>
    public static int Kills { get; } = Number("CARILLON_KILLS") ?? (IsLong ? 100 : 20);

    /// <summary><c>CARILLON_SEED</c> repeats the random choices of an earlier run; the moments of the processes it cannot repeat.</summary>
    public static int Seed { get; } = Number("CARILLON_SEED") ?? Random.Shared.Next(1, 1_000_000);

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
