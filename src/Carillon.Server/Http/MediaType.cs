using System.Net.Http.Headers;

namespace Carillon.Server.Http;

/// <summary>Media types (RFC 9110 section 8.3.1).</summary>
internal static class MediaType
{
    public const string Json = "application/json";
    public const string NdJson = "application/x-ndjson";
    public const string Form = "multipart/form-data";
    public const string Problem = "application/problem+json";

    public static bool IsWellFormed(string text) => MediaTypeHeaderValue.TryParse(text, out var type) && type.MediaType!.Contains('/');

    /// <summary>JSON by any of its names; no Content-Type at all counts as JSON, since nothing else is taken.</summary>
    public static bool IsJson(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType) || contentType == Json) return true;
        var type = Bare(contentType);
        return type.Equals(Json, StringComparison.OrdinalIgnoreCase)
            || (type.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>JSON values, one a line.</summary>
    public static bool IsNdJson(string? contentType)
    {
        var type = Bare(contentType ?? "");
        return type.Equals(NdJson, StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/ndjson", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/jsonl", StringComparison.OrdinalIgnoreCase);
    }

    private static ReadOnlySpan<char> Bare(string contentType)
    {
        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? contentType : contentType.AsSpan(0, end)).Trim();
    }
}
