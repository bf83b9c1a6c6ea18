using System.Text.Json;
using Carillon.Messages;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>New notifications, column by column.</summary>
internal sealed class NotificationColumns
{
    private readonly List<Guid> _ids = [];
    private readonly List<int> _tenants = [];
    private readonly List<string?> _contacts = [];
    private readonly List<Guid?> _versions = [];
    private readonly List<byte[]?> _variables = [];
    private readonly List<byte[]?> _secrets = [];
    private readonly List<string?> _details = [];
    private readonly List<string?> _categories = [];
    private readonly List<short> _priorities = [];
    private readonly List<short> _onUnknowns = [];
    private readonly List<long> _createds = [];
    private readonly List<long?> _scheduleds = [];
    private readonly List<long?> _expires = [];
    private readonly List<string?> _plans = [];
    private readonly List<string?> _locales = [];
    private readonly List<string?> _relatedTypes = [];
    private readonly List<string?> _relatedIds = [];
    private readonly List<Guid?> _batches = [];

    public void Add(Notification notification)
    {
        _ids.Add(notification.Id);
        _tenants.Add(notification.Tenant.Value);
        _contacts.Add(notification.ContactId);
        _versions.Add(notification.TemplateVersionId);
        _variables.Add(notification.Variables.IsEmpty ? null : notification.Variables.ToArray());
        _secrets.Add(notification.Secrets);
        _details.Add(notification.Details is { } details ? JsonSerializer.Serialize(details, StorageJson.Stored.NotificationDetails) : null);
        _categories.Add(notification.Category);
        _priorities.Add((short)notification.Priority);
        _onUnknowns.Add((short)notification.OnUnknown);
        _createds.Add(notification.CreatedAt.ToStored());
        _scheduleds.Add(notification.ScheduledAt.ToStored());
        _expires.Add(notification.ExpiresAt.ToStored());
        _plans.Add(notification.Plan is { } plan ? JsonSerializer.Serialize(plan, StorageJson.Stored.Plan) : null);
        _locales.Add(notification.Locale);
        _relatedTypes.Add(notification.RelatedType);
        _relatedIds.Add(notification.RelatedId);
        _batches.Add(notification.BatchId);
    }

    public void Write(NpgsqlBatch batch)
    {
        if (_ids.Count == 0) return;
        batch.Add(QueueSql.InsertNotifications)
            .Array("ids", _ids).Array("tenants", _tenants).Array("contacts", _contacts).Array("versions", _versions)
            .Array("variables", _variables).Array("secrets", _secrets).Array("details", _details).Array("categories", _categories)
            .Array("priorities", _priorities).Array("on_unknowns", _onUnknowns).Array("createds", _createds)
            .Array("scheduleds", _scheduleds).Array("expires", _expires).Array("plans", _plans).Array("locales", _locales)
            .Array("related_types", _relatedTypes).Array("related_ids", _relatedIds).Array("batches", _batches);
    }
}
