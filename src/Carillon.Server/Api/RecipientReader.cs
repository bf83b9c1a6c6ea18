using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Server.Api.Json;
using Limits = Carillon.Server.Api.NotificationLimits;

namespace Carillon.Server.Api;

/// <summary>The <c>recipient</c> of a notification: a contact to make or update, or bare addresses.</summary>
internal static class RecipientReader
{
    private const int Id = 0, Name = 1, Email = 2, Phone = 3, Locale = 4, Timezone = 5, Attributes = 6, Addresses = 7;

    private static readonly FieldNames Fields = new("id", "name", "email", "phone", "locale", "timezone", "attributes", "addresses");

    private static readonly FieldNames AddressFields = new("channel", "identifier");

    public static RecipientRequest? Read(ref FieldReader reader)
    {
        if (!reader.EnterObject(out var outer)) return null;
        var recipient = new RecipientRequest();
        ulong seen = 0;
        while (reader.NextField(Fields, ref seen, out var field))
        {
            switch (field)
            {
                case Id: recipient.Id = reader.Text(Limits.IdCharacters, TextRule.Identifier); break;
                case Name: recipient.Name = reader.Text(Limits.NameCharacters, TextRule.Line); break;
                case Email: recipient.Email = reader.Text(Limits.AddressCharacters, TextRule.Identifier); break;
                case Phone: recipient.Phone = reader.Text(Limits.WordCharacters, TextRule.Identifier); break;
                case Locale: recipient.Locale = ReadLocale(ref reader); break;
                case Timezone: recipient.TimeZone = ReadTimeZone(ref reader); break;
                case Attributes: recipient.Attributes = reader.Element(Limits.AttributesBytes); break;
                case Addresses: recipient.Addresses = ReadAddresses(ref reader); break;
            }
        }

        const ulong reachable = (1UL << Id) | (1UL << Email) | (1UL << Phone) | (1UL << Addresses);
        reader.Leave(outer);
        if ((seen & reachable) == 0) reader.Fault("required", "Give an address (email, phone or addresses), or the id of a known contact.");
        return recipient;
    }

    public static string? ReadLocale(ref FieldReader reader)
    {
        if (reader.Text(35, TextRule.Identifier) is not { } text) return null;
        var wellFormed = char.IsAsciiLetter(text[0]);
        foreach (var c in text) wellFormed &= char.IsAsciiLetterOrDigit(c) || c is '-' or '_';
        if (wellFormed) return text;
        reader.Fault("invalid", "This must be a BCP 47 language tag, such as en, es-MX or pt-BR.");
        return null;
    }

    private static string? ReadTimeZone(ref FieldReader reader)
    {
        if (reader.Text(64, TextRule.Identifier) is not { } text) return null;

        // The system's zones are files by these names: nothing that could lead out of their directory is looked up.
        var wellFormed = char.IsAsciiLetter(text[0]);
        foreach (var c in text) wellFormed &= char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+';
        if (wellFormed && TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone) && zone.HasIanaId) return text;
        reader.Fault("invalid", "This must be the IANA name of a time zone, such as America/Mexico_City or UTC.");
        return null;
    }

    private static List<(Channel Channel, string Identifier)>? ReadAddresses(ref FieldReader reader)
    {
        if (!reader.EnterArray("an array of {channel, identifier}")) return null;
        var addresses = new List<(Channel, string)>();
        var count = 0;
        while (reader.NextItem(ref count))
        {
            if (count > Limits.Addresses)
            {
                reader.Skip();
                continue;
            }

            if (!reader.EnterObject(out var outer)) continue;
            ulong seen = 0;
            Channel? channel = null;
            string? identifier = null;
            while (reader.NextField(AddressFields, ref seen, out var field))
            {
                if (field == 0) channel = reader.Word(ChannelNames.All);
                else identifier = reader.Text(Limits.AddressCharacters, TextRule.Identifier);
            }

            if ((seen & 1) == 0) reader.FaultAt("channel", "required", $"Say how it reaches the recipient: {ChannelNames.All.Choices}.");
            if ((seen & 2) == 0) reader.FaultAt("identifier", "required", "Give the address itself: the number, token, URL or handle.");
            reader.Leave(outer);
            if (channel is { } known && identifier is not null) addresses.Add((known, identifier));
        }

        if (count > Limits.Addresses) reader.Fault("too_many", $"These are {count:N0}; at most {Limits.Addresses} are allowed.");
        return addresses;
    }
}
