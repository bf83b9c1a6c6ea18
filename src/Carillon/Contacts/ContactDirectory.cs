using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Contacts;

/// <summary>Contacts by id, the lately used ones from memory.</summary>
internal sealed class ContactDirectory(IContactStore store)
{
    private readonly BoundedCache<(TenantId, string), Contact> _cache = new(16_384);

    public async ValueTask<Contact?> FindAsync(TenantId tenant, string id, CancellationToken cancellationToken)
    {
        if (_cache.TryGet((tenant, id), out var known)) return known;
        var found = await store.GetAsync(tenant, id, cancellationToken);
        if (found is not null) _cache.Set((tenant, id), found);
        return found;
    }

    /// <summary>A contact was committed as it stands here.</summary>
    public void Stored(Contact contact) => _cache.Set((contact.Tenant, contact.Id), contact);

    /// <summary>A commit that held this contact failed or was a repetition: what is stored has to be read again.</summary>
    public void Forget(Contact contact) => _cache.Remove((contact.Tenant, contact.Id));
}
