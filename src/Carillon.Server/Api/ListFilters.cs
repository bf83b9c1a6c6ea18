namespace Carillon.Server.Api;

/// <summary>What many lists can be narrowed by.</summary>
internal static class ListFilters
{
    public static readonly (string, string) Limit = ("limit", "How many at most: 1 to 500, 50 by default.");
    public static readonly (string, string) CreatedAfter = ("created_after", "Only younger than this time (RFC 3339).");
    public static readonly (string, string) CreatedBefore = ("created_before", "Only older than this time (RFC 3339).");
    public static readonly (string, string) After = ("after", "The next of the page before.");
}
