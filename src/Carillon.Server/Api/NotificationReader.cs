using System.Security.Cryptography;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Server.Api.Json;
using Limits = Carillon.Server.Api.NotificationLimits;

namespace Carillon.Server.Api;

/// <summary>
/// Reads the JSON of a notification and finds every fault that shows without looking anything up. What must be looked up, the
/// syntax of addresses included, is the intake's.
/// </summary>
internal static class NotificationReader
{
    private const int RecipientId = 0, Recipient = 1, OneChannel = 2, Channels = 3, Delivery = 4, FallbackAfter = 5, Until = 6, TemplateId = 7,
        TemplateVariables = 8, SecretVariables = 9, Subject = 10, Message = 11, Html = 12, Syntax = 13, Overrides = 14, From = 15, ReplyTo = 16,
        Attachments = 17, Headers = 18, Category = 19, Priority = 20, OnUnknown = 21, ScheduledAt = 22, ExpiresAt = 23, Related = 24, Metadata = 25,
        Tags = 26, IdempotencyKey = 27;

    private static readonly FieldNames Fields = new(
        "recipient_id", "recipient", "channel", "channels", "delivery", "fallback_after", "until", "template_id",
        "template_variables", "secret_variables", "subject", "message", "html", "syntax", "overrides", "from", "reply_to",
        "attachments", "headers", "category", "priority", "on_unknown", "scheduled_at", "expires_at", "related", "metadata",
        "tags", "idempotency_key");

    /// <summary>
    /// Reads the object at which the reader stands. The request holds what could be read even when there are faults, so that the
    /// intake can find those of the rest.
    /// </summary>
    public static NotificationRequest Read(ref FieldReader reader, DateTimeOffset now)
    {
        var request = new NotificationRequest();
        var start = reader.Start;
        if (!reader.EnterObject(out var outer)) return request;

        ulong seen = 0;
        Channel? channel = null;
        while (reader.NextField(Fields, ref seen, out var field))
        {
            switch (field)
            {
                case RecipientId: request.RecipientId = reader.Text(Limits.IdCharacters, TextRule.Identifier); break;
                case Recipient: request.Recipient = RecipientReader.Read(ref reader); break;
                case OneChannel: channel = reader.Word(ChannelNames.All); break;
                case Channels: request.Channels = ReadChannels(ref reader); break;
                case Delivery: request.Delivery = reader.Word(DeliveryModeNames.All) ?? default; break;
                case FallbackAfter: request.FallbackAfter = reader.Duration(Limits.FallbackAfterLeast, Limits.FallbackAfterMost); break;
                case Until: request.Until = reader.Word(UntilNames.All) ?? default; break;
                case TemplateId: request.TemplateId = reader.Text(Limits.IdCharacters, TextRule.Identifier); break;
                case TemplateVariables: request.TemplateVariables = VariablesReader.Read(ref reader, Limits.VariablesBytes); break;
                case SecretVariables: request.SecretVariables = reader.Texts(Limits.SecretVariables, Limits.NameCharacters, "an array of names of variables"); break;
                case Subject: request.Subject = reader.Text(Limits.SubjectCharacters, TextRule.Line); break;
                case Message: request.Message = reader.Text(Limits.ContentBytes, TextRule.Content); break;
                case Html: request.Html = reader.Text(Limits.ContentBytes, TextRule.Content); break;
                case Syntax: request.Syntax = reader.Word(ContentSyntaxNames.All) ?? default; break;
                case Overrides: request.Overrides = OverridesReader.Read(ref reader); break;
                case From: request.From = reader.Text(Limits.AddressCharacters, TextRule.Line); break;
                case ReplyTo: request.ReplyTo = reader.Text(Limits.AddressCharacters, TextRule.Line); break;
                case Attachments: request.Attachments = AttachmentsReader.Read(ref reader); break;
                case Headers: request.Headers = HeadersReader.Read(ref reader); break;
                case Category: request.Category = reader.Text(Limits.WordCharacters, TextRule.Identifier); break;
                case Priority: request.Priority = reader.Word(PriorityNames.All) ?? Messages.Priority.Normal; break;
                case OnUnknown: request.OnUnknown = reader.Word(OnUnknownNames.All); break;
                case ScheduledAt: request.ScheduledAt = ReadScheduledAt(ref reader, now); break;
                case ExpiresAt: request.ExpiresAt = ReadExpiresAt(ref reader, now); break;
                case Related: ReadRelated(ref reader, request); break;
                case Metadata: request.Metadata = reader.Element(Limits.MetadataBytes); break;
                case Tags: request.Tags = reader.Texts(Limits.Tags, Limits.WordCharacters, "an array of strings"); break;
                case IdempotencyKey: request.IdempotencyKey = reader.Text(Limits.IdempotencyKeyCharacters, TextRule.Identifier); break;
            }
        }

        CheckRecipient(ref reader, request, seen);
        CheckChannels(ref reader, request, seen);
        CheckContent(ref reader, request, seen);
        if (request.ScheduledAt is { } scheduled && request.ExpiresAt is { } expires && expires > now && expires <= scheduled)
            reader.FaultAt("expires_at", "conflict", "It would expire before it is sent: this must be later than scheduled_at.");
        if (channel is { } only && request.Channels is null) request.Channels = One(only);
        if (request.IdempotencyKey is not null) request.RequestHash = SHA256.HashData(reader.ReadSince(start));
        reader.Leave(outer);
        return request;
    }

    private static readonly Channel[][] Singles = [.. Enum.GetValues<Channel>().Select(c => new[] { c })];

    /// <summary>A list of one channel, made once: most requests have no other.</summary>
    private static Channel[] One(Channel channel) => Singles[(int)channel - 1];

    private static bool Has(ulong seen, int field) => (seen & (1UL << field)) != 0;

    private static List<Channel>? ReadChannels(ref FieldReader reader)
    {
        if (!reader.EnterArray("an array of channels")) return null;
        var channels = new List<Channel>();
        var count = 0;
        while (reader.NextItem(ref count))
        {
            // There are nine of them, each once: what follows is a repetition.
            if (reader.Word(ChannelNames.All) is not { } channel) continue;
            if (channels.Contains(channel)) reader.Fault("duplicate", "This channel stands here twice: leave one of them out.");
            else channels.Add(channel);
        }

        if (count == 0) reader.Fault("invalid", "This must name at least one channel; leave it out to have the recipient's addresses decide.");
        return channels;
    }

    private static DateTimeOffset? ReadScheduledAt(ref FieldReader reader, DateTimeOffset now)
    {
        // A time that has passed is no fault: a caller's queue may have been slow. It is sent at once.
        if (reader.Time() is not { } time) return null;
        if (time - now <= Limits.Ahead) return time;
        reader.Fault("out_of_range", "This is more than ten years ahead.");
        return null;
    }

    private static DateTimeOffset? ReadExpiresAt(ref FieldReader reader, DateTimeOffset now)
    {
        var time = reader.Time();
        if (time > now) return time;
        if (time is not null) reader.Fault("in_the_past", "This time has passed, so that it would never be sent: give a later one, or leave it out.");
        return null;
    }

    private static readonly FieldNames RelatedFields = new("type", "id");

    private static void ReadRelated(ref FieldReader reader, NotificationRequest request)
    {
        if (!reader.EnterObject(out var outer)) return;
        ulong seen = 0;
        while (reader.NextField(RelatedFields, ref seen, out var field))
        {
            if (field == 0) request.RelatedType = reader.Text(Limits.WordCharacters, TextRule.Identifier);
            else request.RelatedId = reader.Text(Limits.IdCharacters, TextRule.Identifier);
        }

        if (!Has(seen, 0)) reader.FaultAt("type", "required", "Name the kind of thing, such as appointment.");
        if (!Has(seen, 1)) reader.FaultAt("id", "required", "Give the thing's own id.");
        reader.Leave(outer);
    }

    private static void CheckRecipient(ref FieldReader reader, NotificationRequest request, ulong seen)
    {
        if (!Has(seen, RecipientId) && !Has(seen, Recipient))
        {
            reader.FaultAt("recipient", "required", "Say whom to reach: recipient_id of a known contact, or recipient with its addresses.");
        }
        else if (request.RecipientId is { } id && request.Recipient?.Id is { } other && id != other)
        {
            reader.FaultAt("recipient_id", "conflict", "This and recipient.id name two contacts: give one of them.");
        }
    }

    private static void CheckChannels(ref FieldReader reader, NotificationRequest request, ulong seen)
    {
        if (Has(seen, OneChannel) && Has(seen, Channels))
            reader.FaultAt("channel", "conflict", "Give either channel (one) or channels (several), not both.");
        if (request.FallbackAfter is not null && request.Delivery != DeliveryMode.Fallback)
            reader.FaultAt("fallback_after", "conflict", "This has a meaning only with \"delivery\": \"fallback\".");
        if (request.Until != Carillon.Messages.Until.Sent && request.Delivery != DeliveryMode.Fallback)
            reader.FaultAt("until", "conflict", "This has a meaning only with \"delivery\": \"fallback\".");
    }

    private static void CheckContent(ref FieldReader reader, NotificationRequest request, ulong seen)
    {
        var hasTemplate = Has(seen, TemplateId);
        if (!hasTemplate && !Has(seen, Message) && !Has(seen, Html) && !Has(seen, Overrides))
        {
            reader.FaultAt("message", "required", "There is nothing to send: give template_id, or content in message or html.");
        }
        else if (hasTemplate && (request.Message is not null || request.Html is not null || request.Subject is not null))
        {
            var field = request.Message is not null ? "message" : request.Html is not null ? "html" : "subject";
            reader.FaultAt(field, "conflict", "Give either template_id or content, not both; overrides stand in for a template on one channel.");
        }

        if (request.SecretVariables is { Count: > 0 } secrets && (!request.TemplateVariables.IsEmpty || !Has(seen, TemplateVariables)))
            VariablesReader.CheckSecrets(ref reader, request.TemplateVariables.Span, secrets);
    }
}
