using Carillon.Contacts;
using Carillon.Messages;

namespace Carillon.Dispatch;

/// <param name="Contact">Null where there are faults.</param>
/// <param name="Changed">It has to be stored with the notification; null when it stands in the store as it is.</param>
/// <param name="Turn">To be ended after the commit; null when nothing changes, and in a batch.</param>
internal readonly record struct BoundRecipient(Contact? Contact, Contact? Changed, ContactTurn? Turn);

/// <summary>Finds or makes the contact of a request.</summary>
/// <param name="defaultRegion">Where telephone numbers without a country code are of; null when all must have one.</param>
internal sealed class RecipientBinder(ContactDirectory contacts, string? defaultRegion)
{
    /// <param name="fresh">Contacts as the batch leaves them so far, not stored yet; null for a single request.</param>
    public async ValueTask<BoundRecipient> BindAsync(
        TenantId tenant, NotificationRequest request, IReadOnlyDictionary<string, Contact>? fresh, List<FieldFault> faults, CancellationToken cancellationToken)
    {
        var id = request.Recipient?.Id ?? request.RecipientId;
        if (id is null && request.Recipient is null)
        {
            faults.Add(new("recipient", "required", "Say whom to reach: recipient_id of a known contact, or recipient with an address."));
            return default;
        }

        // What another item of the batch makes is not stored before both are: whoever relies on it writes it too.
        Contact? unstored = null;
        if (id is not null) fresh?.TryGetValue(id, out unstored);
        var changes = id is null ? 0 : contacts.ChangesOf(tenant, id);
        var known = unstored ?? (id is null ? null : await contacts.FindAsync(tenant, id, cancellationToken));
        if (request.Recipient is not { } recipient)
        {
            if (known is null)
                faults.Add(new("recipient_id", "not_found", $"There is no contact '{id}'; give its addresses in recipient, and it is made."));
            return new BoundRecipient(known, unstored, null);
        }

        recipient.Id ??= id;
        var before = faults.Count;
        var contact = ContactMerge.Apply(known, tenant, recipient, defaultRegion, faults);
        if (faults.Count > before) return default;
        if (id is null) return new BoundRecipient(contact, null, null);
        if (ReferenceEquals(contact, known)) return new BoundRecipient(contact, unstored, null);
        return fresh is null
            ? await ChangeAsync(tenant, id, recipient, contact, changes, faults, cancellationToken)
            : new BoundRecipient(contact, contact, null);
    }

    /// <summary>The change is made of what is stored when its turn comes, which is perhaps no longer what was read.</summary>
    private async ValueTask<BoundRecipient> ChangeAsync(
        TenantId tenant, string id, RecipientRequest recipient, Contact contact, long changes, List<FieldFault> faults, CancellationToken cancellationToken)
    {
        var turn = await contacts.TakeTurnAsync(tenant, id);
        try
        {
            if (contacts.ChangesOf(tenant, id) == changes) return new BoundRecipient(contact, contact, turn);
            var known = await contacts.FindAsync(tenant, id, cancellationToken);
            contact = ContactMerge.Apply(known, tenant, recipient, defaultRegion, faults);
            if (!ReferenceEquals(contact, known)) return new BoundRecipient(contact, contact, turn);
        }
        catch
        {
            turn.Dispose();
            throw;
        }

        turn.Dispose();
        return new BoundRecipient(contact, null, null);
    }
}
