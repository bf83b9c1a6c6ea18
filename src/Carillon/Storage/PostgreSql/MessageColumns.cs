using Carillon.Messages;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>New messages, column by column, with the work that each of them is.</summary>
internal sealed class MessageColumns
{
    private readonly List<Guid> _ids = [];
    private readonly List<int> _tenants = [];
    private readonly List<Guid> _notifications = [];
    private readonly List<long> _lanes = [];
    private readonly List<short> _channels = [];
    private readonly List<string?> _addresses = [];
    private readonly List<string?> _contacts = [];
    private readonly List<short> _statuses = [];
    private readonly List<int> _steps = [];
    private readonly List<int> _attempts = [];
    private readonly List<long> _createds = [];
    private readonly List<long> _dues = [];
    private readonly List<long> _ats = [];
    private readonly WorkColumns _due = new();
    private readonly WorkColumns _owned = new();

    public void Add(OutboundMessage message, DateTimeOffset at)
    {
        var notification = message.Notification;
        var due = (message.DueAt > message.CreatedAt ? message.DueAt : message.CreatedAt).ToStored();
        _ids.Add(message.Id);
        _tenants.Add(notification.Tenant.Value);
        _notifications.Add(notification.Id);
        _lanes.Add(message.Lane.Value);
        _channels.Add((short)message.Channel);
        _addresses.Add(message.Address);
        _contacts.Add(notification.ContactId);
        _statuses.Add((short)message.InitialStatus);
        _steps.Add(message.Step);
        _attempts.Add(message.Attempts);
        _createds.Add(message.CreatedAt.ToStored());
        _dues.Add(due);
        _ats.Add(at.ToStored());
        (message.IsOwned ? _owned : _due).Add(message.Lane, due, message.Id, message.InitialStatus);
    }

    public void Write(NpgsqlBatch batch, long epoch)
    {
        if (_ids.Count == 0) return;
        batch.Add(QueueSql.InsertMessages)
            .Array("ids", _ids).Array("tenants", _tenants).Array("notifications", _notifications).Array("lanes", _lanes)
            .Array("channels", _channels).Array("addresses", _addresses).Array("contacts", _contacts).Array("statuses", _statuses)
            .Array("steps", _steps).Array("attempts", _attempts).Array("createds", _createds).Array("dues", _dues).Array("ats", _ats);
        if (_statuses.Contains((short)MessageStatus.Scheduled))
            batch.Add(QueueSql.InsertStates).Array("tenants", _tenants).Array("statuses", _statuses).Array("ids", _ids);
        _due.WriteDue(batch);
        _owned.WriteOwned(batch, epoch);
    }
}
