using System.Text.Json;
using Carillon.Alerts;
using Carillon.Server.Api.Json;

namespace Carillon.Server.Api;

/// <summary>The settings of alerts as callers give them and answers show them.</summary>
internal static class AlertSettingsJson
{
    private static readonly FieldNames Fields = new("recipients", "kinds", "thresholds", "delivery_rate", "queue", "version");
    private static readonly FieldNames RecipientFields = new("email", "webhook", "kinds");
    private static readonly FieldNames DeliveryFields = new("floor", "drop", "min_messages");
    private static readonly FieldNames QueueFields = new("oldest", "messages");

    public static AlertSettings Read(ref FieldReader reader)
    {
        var settings = AlertSettings.Default;
        if (!reader.EnterObject(out var outer)) return settings;
        ulong seen = 0;
        while (reader.NextField(Fields, ref seen, out var field))
        {
            switch (field)
            {
                case 0: settings = settings with { Recipients = ReadRecipients(ref reader) }; break;
                case 1: settings = settings with { Kinds = ReadKinds(ref reader) ?? settings.Kinds }; break;
                case 2: settings = settings with { Thresholds = ReadThresholds(ref reader) }; break;
                case 3: settings = settings with { DeliveryRate = ReadDeliveryRate(ref reader) }; break;
                case 4: settings = settings with { Queue = ReadQueue(ref reader) }; break;
                // Shown, and nobody sets it.
                default: reader.Skip(); break;
            }
        }

        reader.Leave(outer);
        return settings;
    }

    public static void Write(Utf8JsonWriter json, AlertSettings settings)
    {
        json.WriteStartObject();
        json.WriteStartArray("recipients"u8);
        foreach (var recipient in settings.Recipients)
        {
            json.WriteStartObject();
            if (recipient.Email is not null) json.WriteString("email"u8, recipient.Email);
            else json.WriteString("webhook"u8, recipient.Webhook);
            if (recipient.Kinds is { } kinds) WriteKinds(json, kinds);
            else json.WriteNull("kinds"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteKinds(json, settings.Kinds);
        json.WriteStartArray("thresholds"u8);
        foreach (var threshold in settings.Thresholds) json.WriteNumberValue(threshold);
        json.WriteEndArray();
        json.WriteStartObject("delivery_rate"u8);
        json.WriteNumber("floor"u8, settings.DeliveryRate.Floor);
        json.WriteNumber("drop"u8, settings.DeliveryRate.Drop);
        json.WriteNumber("min_messages"u8, settings.DeliveryRate.MinMessages);
        json.WriteEndObject();
        json.WriteStartObject("queue"u8);
        json.WriteString("oldest"u8, Iso8601Duration.Format(settings.Queue.Oldest));
        json.WriteNumber("messages"u8, settings.Queue.Messages);
        json.WriteEndObject();
        json.WriteNumber("version"u8, settings.Version);
        json.WriteEndObject();
    }

    private static List<AlertRecipient> ReadRecipients(ref FieldReader reader)
    {
        var recipients = new List<AlertRecipient>();
        if (!reader.EnterArray("an array of recipients")) return recipients;
        var count = 0;
        while (reader.NextItem(ref count))
        {
            if (count > AlertSettings.MaxRecipients) reader.Skip();
            else recipients.Add(ReadRecipient(ref reader));
        }

        if (count > AlertSettings.MaxRecipients) reader.Fault("too_many", $"These are {count:N0}; at most {AlertSettings.MaxRecipients} are allowed.");
        return recipients;
    }

    private static AlertRecipient ReadRecipient(ref FieldReader reader)
    {
        var recipient = new AlertRecipient(null, null, null);
        if (!reader.EnterObject(out var outer)) return recipient;
        ulong seen = 0;
        while (reader.NextField(RecipientFields, ref seen, out var field))
        {
            recipient = field switch
            {
                0 => recipient with { Email = reader.Text(NotificationLimits.AddressCharacters, TextRule.Identifier)?.Trim() },
                1 => recipient with { Webhook = reader.Text(NotificationLimits.AddressCharacters, TextRule.Identifier)?.Trim() },
                _ => recipient with { Kinds = ReadKinds(ref reader) },
            };
        }

        reader.Leave(outer);
        return recipient;
    }

    private static List<AlertKind>? ReadKinds(ref FieldReader reader)
    {
        if (!reader.EnterArray($"an array of: {AlertNames.Kinds.Choices}")) return null;
        var kinds = new List<AlertKind>();
        var count = 0;
        while (reader.NextItem(ref count))
        {
            if (reader.Word(AlertNames.Kinds) is { } kind && !kinds.Contains(kind)) kinds.Add(kind);
        }

        return kinds;
    }

    private static List<int> ReadThresholds(ref FieldReader reader)
    {
        var thresholds = new List<int>();
        if (!reader.EnterArray("an array of percentages")) return thresholds;
        var count = 0;
        while (reader.NextItem(ref count))
        {
            if (reader.Integer(1, 100) is { } threshold && !thresholds.Contains(threshold)) thresholds.Add(threshold);
        }

        if (thresholds.Count > AlertSettings.MaxThresholds) reader.Fault("too_many", $"These are {thresholds.Count:N0}; at most {AlertSettings.MaxThresholds} are allowed.");
        thresholds.Sort();
        return thresholds;
    }

    private static DeliveryThresholds ReadDeliveryRate(ref FieldReader reader)
    {
        var thresholds = new DeliveryThresholds();
        if (!reader.EnterObject(out var outer)) return thresholds;
        ulong seen = 0;
        while (reader.NextField(DeliveryFields, ref seen, out var field))
        {
            thresholds = field switch
            {
                0 => thresholds with { Floor = reader.Integer(0, 100) ?? thresholds.Floor },
                1 => thresholds with { Drop = reader.Integer(1, 100) ?? thresholds.Drop },
                _ => thresholds with { MinMessages = reader.Integer(1, 1_000_000) ?? thresholds.MinMessages },
            };
        }

        reader.Leave(outer);
        return thresholds;
    }

    private static QueueThresholds ReadQueue(ref FieldReader reader)
    {
        var thresholds = new QueueThresholds();
        if (!reader.EnterObject(out var outer)) return thresholds;
        ulong seen = 0;
        while (reader.NextField(QueueFields, ref seen, out var field))
        {
            thresholds = field switch
            {
                0 => thresholds with { Oldest = reader.Duration(TimeSpan.FromMinutes(1), TimeSpan.FromDays(7)) ?? thresholds.Oldest },
                _ => thresholds with { Messages = reader.Integer(10, QueueThresholds.MaxMessages) ?? thresholds.Messages },
            };
        }

        reader.Leave(outer);
        return thresholds;
    }

    private static void WriteKinds(Utf8JsonWriter json, IReadOnlyList<AlertKind> kinds)
    {
        json.WriteStartArray("kinds"u8);
        foreach (var kind in kinds) json.WriteStringValue(AlertNames.Kinds.NameOf(kind));
        json.WriteEndArray();
    }
}
