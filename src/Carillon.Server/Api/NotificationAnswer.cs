using System.Text.Json;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary>The answer to an accepted notification, alone or in a batch.</summary>
internal static class NotificationAnswer
{
    /// <summary>As it is kept with an idempotency key.</summary>
    public static readonly Func<Notification, byte[]> Bytes = static notification => JsonAnswer.ToBytes(notification, Write);

    public static void Write(Utf8JsonWriter json, Notification notification)
    {
        json.WriteStartObject();
        json.WriteId("id"u8, "ntf_"u8, notification.Id);
        json.WriteString("status"u8, "accepted"u8);
        json.WriteStartArray("messages"u8);
        var messages = notification.Messages;
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            json.WriteStartObject();
            json.WriteId("id"u8, "msg_"u8, message.Id);
            json.WriteString("channel"u8, message.Channel.Name());
            json.WriteString("address"u8, message.Address);
            json.WriteString("status"u8, message.InitialStatus.Name());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The problem that a result stands for; null for what was accepted, now or before.</summary>
    public static Problem? ProblemOf(AcceptResult result) => result switch
    {
        AcceptResult.Refused refused => Problem.Invalid(refused.Faults),
        AcceptResult.KeyReused => Problem.KeyReused,
        AcceptResult.KeyInFlight => Problem.KeyInFlight,
        AcceptResult.OverQuota over => RecipientCaps.ProblemOf(over.Refusal),
        AcceptResult.Unavailable unavailable => Problem.Unavailable(unavailable.Message, unavailable.RetryAfter),
        _ => null,
    };

    /// <summary>
    /// The faults that the reader found and those that the intake found in the same request, as one list. What the intake says of
    /// a field that did not read (that it is missing, mostly) only follows from that, and is left out.
    /// </summary>
    public static IReadOnlyList<FieldFault> Merge(List<FieldFault> read, IReadOnlyList<FieldFault> found)
    {
        var first = read.Count;
        foreach (var fault in found)
        {
            var follows = false;
            for (var i = 0; i < first && !follows; i++) follows = Overlap(read[i].Field, fault.Field);
            if (!follows) read.Add(fault);
        }

        return read;
    }

    /// <summary>True where one path is the other, or lies in it; everything lies in the root, whose path is empty.</summary>
    private static bool Overlap(string a, string b)
    {
        var (longer, shorter) = a.Length >= b.Length ? (a, b) : (b, a);
        return shorter.Length == 0
            || (longer.StartsWith(shorter, StringComparison.Ordinal) && (longer.Length == shorter.Length || longer[shorter.Length] is '.' or '['));
    }
}
