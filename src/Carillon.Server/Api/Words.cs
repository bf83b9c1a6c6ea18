using System.Globalization;

namespace Carillon.Server.Api;

/// <summary>How words, times and amounts stand in sentences for people.</summary>
internal static class Words
{
    /// <summary>A list in a sentence names at most so many.</summary>
    private const int MostListed = 20;

    public static string At(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Until(DateTimeOffset? time) => time is { } at ? " until " + At(at) : "";

    public static string Money(decimal amount, string? currency) => amount.ToString("0.##########", CultureInfo.InvariantCulture) + (currency is null ? "" : " " + currency);

    public static string Count(int count, string one) => count == 1 ? "1 " + one : count.ToString(CultureInfo.InvariantCulture) + " " + one + "s";

    public static string List(IReadOnlyCollection<string> words) =>
        string.Join(", ", words.Take(MostListed)) + (words.Count > MostListed ? string.Create(CultureInfo.InvariantCulture, $" and {words.Count - MostListed} more") : "");

    public static string Spaced(string? word) => (word ?? "?").Replace('_', ' ');

    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    /// <param name="window">As the API calls it: <c>day</c>, <c>daily_budget</c> …</param>
    public static string Limit(string? window) => window switch
    {
        "daily_budget" => "budget of the day",
        "monthly_budget" => "budget of the month",
        null => "limit",
        _ => "limit per " + window,
    };
}
