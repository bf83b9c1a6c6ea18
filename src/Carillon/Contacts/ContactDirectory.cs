using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Contacts;

/// <summary>
/// Contacts by id, the lately used ones from memory. A contact that is being changed leaves the memory: commits and their
/// continuations come in different orders, so only the store knows which of two changes was the last.
/// </summary>
internal sealed class ContactDirectory(IContactStore store)
{
    private readonly BoundedCache<(TenantId, string), Contact> _cache = new(16_384);
    private readonly ContactTurns _turns = new();
    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, 256).Select(_ => new Stripe())];

    public async ValueTask<Contact?> FindAsync(TenantId tenant, string id, CancellationToken cancellationToken)
    {
        var key = (tenant, id);
        var stripe = StripeOf(key);
        long changes;
        lock (stripe.Lock)
        {
            if (_cache.TryGet(key, out var known)) return known;
            changes = stripe.Changes;
        }

        var found = await store.GetAsync(tenant, id, cancellationToken);
        if (found is null) return null;
        lock (stripe.Lock)
        {
            // What was read before a change ended must not outlive it.
            if (stripe.Changes == changes) _cache.Set(key, found);
        }

        return found;
    }

    /// <summary>A figure that is another one once this contact was changed (or one that shares the figure with it).</summary>
    public long ChangesOf(TenantId tenant, string id)
    {
        var stripe = StripeOf((tenant, id));
        lock (stripe.Lock) return stripe.Changes;
    }

    /// <summary>Waits until nobody else changes this contact. What was read of it before may have changed meanwhile.</summary>
    public async ValueTask<ContactTurn> TakeTurnAsync(TenantId tenant, string id)
    {
        await _turns.TakeAsync(tenant, id);
        return new ContactTurn(this, tenant, [id]);
    }

    /// <summary>Waits until nobody else changes any of these contacts.</summary>
    public async ValueTask<ContactTurn> TakeTurnsAsync(TenantId tenant, IEnumerable<string> ids)
    {
        string[] ordered = [.. ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        foreach (var id in ordered) await _turns.TakeAsync(tenant, id);
        return new ContactTurn(this, tenant, ordered);
    }

    /// <summary>A contact was perhaps changed: what is stored has to be read again.</summary>
    public void Forget(TenantId tenant, string id)
    {
        var key = (tenant, id);
        var stripe = StripeOf(key);
        lock (stripe.Lock)
        {
            stripe.Changes++;
            _cache.Remove(key);
        }
    }

    internal void EndTurn(TenantId tenant, string id) => _turns.End(tenant, id);

    private Stripe StripeOf((TenantId, string) key) => _stripes[(uint)key.GetHashCode() % (uint)_stripes.Length];

    private sealed class Stripe
    {
        public Lock Lock { get; } = new();

        /// <summary>How often one of its contacts was changed.</summary>
        public long Changes { get; set; }
    }
}
