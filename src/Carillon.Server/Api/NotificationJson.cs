using System.Text.Json;
using Carillon.Dispatch;
using Carillon.Server.Api.Json;

namespace Carillon.Server.Api;

/// <summary>A notification as it was read: the request, the faults that were found in it, or both.</summary>
/// <param name="Request">Null when the JSON is malformed.</param>
internal readonly record struct ReadNotification(NotificationRequest? Request, List<FieldFault>? Faults);

/// <summary>The JSON around notifications: one, or an array of them. No bytes make it throw.</summary>
internal static class NotificationJson
{
    /// <summary>Reads one notification that is the whole of <paramref name="json"/>. The request points into that memory.</summary>
    public static ReadNotification Read(ReadOnlyMemory<byte> json, DateTimeOffset now)
    {
        var reader = new FieldReader(ByteOrderMark.Skip(json));
        try
        {
            reader.Read();
            var request = NotificationReader.Read(ref reader, now);
            reader.Read();
            return new ReadNotification(request, reader.TakeFaults());
        }
        catch (JsonException e)
        {
            var faults = reader.TakeFaults() ?? [];
            faults.Add(MalformedJson.Fault(e, json.Span, reader.IsAtMaxDepth(FieldReader.MaxDepth) ? reader.Path : null));
            return new ReadNotification(null, faults);
        }
    }

    /// <summary>
    /// Reads an array of notifications. Faults of an item are its own; an array that is malformed, or no array, or longer than
    /// <paramref name="maxCount"/> is one fault of the whole.
    /// </summary>
    public static FieldFault? ReadArray(ReadOnlyMemory<byte> json, DateTimeOffset now, int maxCount, List<ReadNotification> items)
    {
        const int maxDepth = FieldReader.MaxDepth + 1;
        var reader = new FieldReader(ByteOrderMark.Skip(json), maxDepth);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
                return new FieldFault("", "wrong_type", "This must be an array of notifications, or one notification a line with Content-Type: application/x-ndjson.");
            var count = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (++count > maxCount)
                {
                    reader.Skip();
                    continue;
                }

                var request = NotificationReader.Read(ref reader, now);
                items.Add(new ReadNotification(request, reader.TakeFaults()));
            }

            reader.Read();
            if (count > maxCount) return new FieldFault("", "too_many", $"These are {count:N0} notifications; a batch takes at most {maxCount:N0}: send them in several.");
            return count == 0 ? new FieldFault("", "required", "There are no notifications in it: give at least one.") : null;
        }
        catch (JsonException e)
        {
            return MalformedJson.Fault(e, json.Span, reader.IsAtMaxDepth(maxDepth) ? $"[{items.Count}]" : null);
        }
    }
}
