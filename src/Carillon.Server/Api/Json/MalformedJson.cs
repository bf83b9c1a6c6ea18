using System.Text.Json;
using Carillon.Dispatch;

namespace Carillon.Server.Api.Json;

/// <summary>What to say of JSON that cannot be read to its end.</summary>
internal static class MalformedJson
{
    public const string Code = "malformed_json";

    /// <param name="tooDeepAt">The path of what nests too deeply; null when that is not what is wrong.</param>
    public static FieldFault Fault(JsonException exception, ReadOnlySpan<byte> json, string? tooDeepAt)
    {
        if (json.IsEmpty) return new FieldFault("", Code, "The body is empty: send JSON.");
        if (tooDeepAt is not null && exception.Message.Contains("depth", StringComparison.Ordinal))
            return new FieldFault(tooDeepAt, "too_deep", $"This nests more than {FieldReader.MaxDepth} levels deep: flatten it.");

        var line = (exception.LineNumber ?? 0) + 1;
        var position = (exception.BytePositionInLine ?? 0) + 1;
        var what = exception.Message;
        var end = what.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (end > 0) what = what[..end];
        return new FieldFault("", Code, $"This is not valid JSON (line {line}, byte {position}): {what}");
    }
}

/// <summary>Some editors and Windows tools begin UTF-8 with this mark; JSON has no meaning for it.</summary>
internal static class ByteOrderMark
{
    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    public static ReadOnlyMemory<byte> Skip(ReadOnlyMemory<byte> text) => text.Span.StartsWith(Mark) ? text[3..] : text;
}
