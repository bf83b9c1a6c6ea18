using Carillon.Messages;

namespace Carillon.Contacts;

/// <summary>The turn to change some contacts. Ended after the commit, whatever came of it.</summary>
internal sealed class ContactTurn(ContactDirectory contacts, TenantId tenant, IReadOnlyList<string> ids) : IDisposable
{
    private bool _isEnded;

    public void Dispose()
    {
        if (_isEnded) return;
        _isEnded = true;
        foreach (var id in ids) contacts.EndTurn(tenant, id);
    }
}
