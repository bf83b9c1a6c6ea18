using System.Text.Json;
using Carillon.Messages;

namespace Carillon.Contacts;

/// <summary>A person or system that can be reached, under the caller's own id.</summary>
public sealed record Contact
{
    public required TenantId Tenant { get; init; }

    /// <summary>The caller's id, at most 200 characters; unique within the tenant.</summary>
    public required string Id { get; init; }

    public string? Name { get; init; }

    /// <summary>BCP 47, as given.</summary>
    public string? Locale { get; init; }

    /// <summary>An IANA name.</summary>
    public string? TimeZone { get; init; }

    /// <summary>A JSON object of the caller's; null for none.</summary>
    public JsonElement? Attributes { get; init; }

    public IReadOnlyList<ContactAddress> Addresses { get; init; } = [];

    /// <summary>
    /// The address for a channel: its primary one, else its first. WhatsApp and voice fall back to the number for SMS (a telephone
    /// number is one however it is used), and the in-app inbox is addressed by the contact's id.
    /// </summary>
    public string? AddressFor(Channel channel)
    {
        ContactAddress? found = null;
        foreach (var address in Addresses)
        {
            if (address.Channel != channel) continue;
            if (address.IsPrimary) return address.Identifier;
            found ??= address;
        }

        if (found is not null) return found.Identifier;
        return channel switch
        {
            Channel.WhatsApp or Channel.Voice => AddressFor(Channel.Sms),
            Channel.InApp => Id,
            _ => null,
        };
    }
}

public sealed record ContactAddress(Channel Channel, string Identifier, bool IsPrimary = true, bool IsVerified = false);
