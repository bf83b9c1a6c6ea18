using Carillon.Dispatch;
using Carillon.Messages;

namespace Carillon.Contacts;

/// <summary>Brings what a request says of a recipient together with what is known of the contact.</summary>
internal static class ContactMerge
{
    /// <summary>
    /// The contact as the request leaves it: fields that are given replace what was known, an address that is given becomes the primary
    /// one of its channel. The very same object is returned when nothing changes, so that nothing needs to be written.
    /// </summary>
    public static Contact Apply(Contact? known, TenantId tenant, RecipientRequest recipient, string? defaultRegion, List<FieldFault> faults)
    {
        var addresses = AddressesOf(recipient, defaultRegion, faults);
        if (known is null)
        {
            return new Contact
            {
                Tenant = tenant,
                Id = recipient.Id ?? "",
                Name = recipient.Name,
                Locale = recipient.Locale,
                TimeZone = recipient.TimeZone,
                Attributes = recipient.Attributes,
                Addresses = addresses,
            };
        }

        var changed = Differs(recipient.Name, known.Name) || Differs(recipient.Locale, known.Locale) || Differs(recipient.TimeZone, known.TimeZone)
            || (recipient.Attributes is { } given && !(known.Attributes is { } had && had.GetRawText() == given.GetRawText()));
        var merged = Merge(known.Addresses, addresses);
        if (!changed && ReferenceEquals(merged, known.Addresses)) return known;
        return known with
        {
            Name = recipient.Name ?? known.Name,
            Locale = recipient.Locale ?? known.Locale,
            TimeZone = recipient.TimeZone ?? known.TimeZone,
            Attributes = recipient.Attributes ?? known.Attributes,
            Addresses = merged,
        };
    }

    private static List<ContactAddress> AddressesOf(RecipientRequest recipient, string? defaultRegion, List<FieldFault> faults)
    {
        var addresses = new List<ContactAddress>(2);
        Add(Channel.Email, recipient.Email, "recipient.email");
        Add(Channel.Sms, recipient.Phone, "recipient.phone");
        for (var i = 0; i < recipient.Addresses?.Count; i++)
            Add(recipient.Addresses[i].Channel, recipient.Addresses[i].Identifier, $"recipient.addresses[{i}].identifier");
        return addresses;

        void Add(Channel channel, string? identifier, string field)
        {
            if (identifier is null) return;
            if (AddressBook.Normalize(channel, identifier, defaultRegion, field, faults) is not { } normal) return;
            addresses.Add(new ContactAddress(channel, normal, IsPrimary: !addresses.Exists(a => a.Channel == channel)));
        }
    }

    private static IReadOnlyList<ContactAddress> Merge(IReadOnlyList<ContactAddress> known, List<ContactAddress> given)
    {
        List<ContactAddress>? merged = null;
        foreach (var address in given)
        {
            var current = merged ?? known;
            var same = current.FirstOrDefault(a => a.Channel == address.Channel && a.Identifier == address.Identifier);
            if (same is not null && (same.IsPrimary || !address.IsPrimary)) continue;
            merged ??= [.. known];
            if (address.IsPrimary)
            {
                for (var i = 0; i < merged.Count; i++)
                {
                    if (merged[i].Channel == address.Channel) merged[i] = merged[i] with { IsPrimary = false };
                }
            }

            merged.RemoveAll(a => a.Channel == address.Channel && a.Identifier == address.Identifier);
            merged.Add(address with { IsVerified = same?.IsVerified ?? false });
        }

        return merged ?? known;
    }

    private static bool Differs(string? given, string? known) => given is not null && given != known;
}
