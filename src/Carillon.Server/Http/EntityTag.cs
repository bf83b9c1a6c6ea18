using System.Globalization;
using Carillon.Dispatch;
using Microsoft.Net.Http.Headers;

namespace Carillon.Server.Http;

/// <summary>Entity tags (RFC 9110 section 8.8.3) of what people edit: the number of its version, in quotes.</summary>
internal static class EntityTag
{
    public const string IfMatch = "If-Match";

    public static void Write(HttpContext context, int version) => context.Response.Headers.ETag = Of(version);

    public static string Of(int version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>False when there is a header that cannot be read.</summary>
    /// <param name="versions">Those that the caller allows, none of them if no tag is one of ours; null for any, without a header or with <c>*</c>.</param>
    public static bool TryReadIfMatch(HttpRequest request, out IReadOnlyList<int>? versions, out FieldFault fault)
    {
        versions = null;
        fault = default;
        var header = request.Headers.IfMatch;
        if (header.Count == 0) return true;
        if (!EntityTagHeaderValue.TryParseStrictList(header, out var tags) || tags.Count == 0)
        {
            fault = new(IfMatch, "invalid", "This header must be the ETag of an answer, in its quotes, or *.");
            return false;
        }

        if (tags.Any(tag => tag.Tag == "*")) return true;
        // A weak tag matches nothing here (section 13.1.1).
        versions = [.. tags.Where(tag => !tag.IsWeak).Select(tag => NumberOf(tag.Tag.AsSpan())).Where(number => number > 0)];
        return true;
    }

    private static int NumberOf(ReadOnlySpan<char> tag) =>
        int.TryParse(tag.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
