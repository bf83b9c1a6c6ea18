using Carillon.Contacts;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>Contacts that a group makes or brings up to date, in one order on every node, so that no two wait for each other.</summary>
internal static class ContactColumns
{
    public static void Write(NpgsqlBatch batch, IEnumerable<AcceptWrite> accepts)
    {
        // The last word on a contact counts.
        var latest = new SortedDictionary<(int Tenant, string Id), (Contact Contact, long At)>(Comparer<(int Tenant, string Id)>.Create(
            (a, b) => a.Tenant != b.Tenant ? a.Tenant.CompareTo(b.Tenant) : string.CompareOrdinal(a.Id, b.Id)));
        foreach (var accept in accepts)
        {
            foreach (var contact in accept.Contacts) latest[(contact.Tenant.Value, contact.Id)] = (contact, accept.At.ToStored());
        }

        if (latest.Count == 0) return;
        var all = latest.Values.ToList();
        var tenants = all.ConvertAll(c => c.Contact.Tenant.Value);
        var ids = all.ConvertAll(c => (string?)c.Contact.Id);
        batch.Add(QueueSql.UpsertContacts)
            .Array("tenants", tenants).Array("ids", ids)
            .Array("names", all.ConvertAll(c => c.Contact.Name))
            .Array("locales", all.ConvertAll(c => c.Contact.Locale))
            .Array("time_zones", all.ConvertAll(c => c.Contact.TimeZone))
            .Array("attributes", all.ConvertAll(c => c.Contact.Attributes?.GetRawText()))
            .Array("ats", all.ConvertAll(c => c.At));
        batch.Add(QueueSql.DeleteContactAddresses).Array("tenants", tenants).Array("ids", ids);
        WriteAddresses(batch, all.ConvertAll(c => c.Contact));
    }

    private static void WriteAddresses(NpgsqlBatch batch, List<Contact> contacts)
    {
        var rows = contacts.SelectMany(c => c.Addresses.Select((address, position) => (Contact: c, Address: address, Position: position))).ToList();
        if (rows.Count == 0) return;
        batch.Add(QueueSql.InsertContactAddresses)
            .Array("tenants", rows.ConvertAll(r => r.Contact.Tenant.Value))
            .Array("contacts", rows.ConvertAll(r => (string?)r.Contact.Id))
            .Array("positions", rows.ConvertAll(r => r.Position))
            .Array("channels", rows.ConvertAll(r => (short)r.Address.Channel))
            .Array("identifiers", rows.ConvertAll(r => (string?)r.Address.Identifier))
            .Array("primaries", rows.ConvertAll(r => r.Address.IsPrimary))
            .Array("verifieds", rows.ConvertAll(r => r.Address.IsVerified));
    }
}
