using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Carillon.Contacts;
using Carillon.Messages;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

/// <summary>Writes one <see cref="WriteGroup"/> in the transaction that is open. Used by the writer's thread alone.</summary>
internal sealed class SqliteGroupWriter
{
    private readonly SqliteCounters _counters = new();
    private readonly MessageKeyWriter _keys = new();
    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly Utf8JsonWriter _jsonWriter;

    public SqliteGroupWriter() => _jsonWriter = new Utf8JsonWriter(_json, new JsonWriterOptions { Encoder = StorageJson.Stored.Options.Encoder });

    /// <summary>
    /// All of the group, at full speed; or, with <paramref name="oneByOne"/>, each write under a savepoint of its own, so that one
    /// that cannot be written fails alone.
    /// </summary>
    public void Write(SqliteSession session, WriteGroup group, bool oneByOne)
    {
        _counters.Clear();
        foreach (var accept in group.Accepts)
        {
            accept.Verdict = AcceptVerdict.Committed;
            accept.Existing = null;
            accept.Failure = oneByOne ? Guarded(session, () => Accept(session, accept, group.Epoch)) : null;
            if (!oneByOne) Accept(session, accept, group.Epoch);
            if (accept is { Failure: null, Verdict: AcceptVerdict.Committed }) Count(accept);
        }

        foreach (var mark in group.Marks)
        {
            mark.Owned = false;
            mark.Failure = oneByOne ? Guarded(session, () => Mark(session, mark, group.Epoch)) : null;
            if (!oneByOne) Mark(session, mark, group.Epoch);
            if (mark.Failure is not null) mark.Owned = false;
        }

        foreach (var outcome in group.Outcomes)
        {
            outcome.Recorded = false;
            outcome.NextBegun = false;
            outcome.Cancelled = false;
            outcome.Failure = oneByOne ? Guarded(session, () => Record(session, outcome, group.Epoch)) : null;
            if (!oneByOne) Record(session, outcome, group.Epoch);
            if (outcome.Failure is not null) outcome.Recorded = outcome.NextBegun = outcome.Cancelled = false;
            else if (outcome.Recorded) Count(outcome);
        }

        _counters.Write(session, QueueSql.AddCounter, group.Epoch);
    }

    private static Exception? Guarded(SqliteSession session, Action write)
    {
        session.Savepoint();
        try
        {
            write();
            session.ReleaseSavepoint();
            return null;
        }
#pragma warning disable CA1031 // It is handed to whoever asked for this write.
        catch (Exception e) when (e is not SqliteException error || !SqliteFaults.IsUnavailable(error))
        {
            session.RollbackToSavepoint();
            return e;
        }
#pragma warning restore CA1031
    }

    private void Accept(SqliteSession session, AcceptWrite accept, long epoch)
    {
        if (accept.Idempotency is { } key && !AddKey(session, accept, key)) return;
        if (accept.NewBatchId is { } batch) session[QueueSql.InsertBatch].Add(accept.Tenant.Value).Add(batch).Add(accept.At).Run();

        foreach (var blob in accept.Blobs)
            session[QueueSql.InsertBlob].Add(accept.Tenant.Value).Add(blob.Hash).AddBlob(blob.Bytes.Span).Run();

        foreach (var contact in accept.Contacts) Put(session, contact, accept.At);
        foreach (var notification in accept.Notifications)
        {
            Insert(session, notification);
            foreach (var message in notification.Messages) Insert(session, message, epoch, accept.At);
        }
    }

    private static bool AddKey(SqliteSession session, AcceptWrite accept, IdempotencyRecord key)
    {
        var added = session[QueueSql.InsertIdempotency]
            .Add(accept.Tenant.Value).Add(key.Key).AddBlob(key.RequestHash).AddBlob(key.Answer).Add(accept.At)
            .Run();
        if (added == 1) return true;

        var found = session[QueueSql.SelectIdempotency].Add(accept.Tenant.Value).Add(key.Key);
        found.Step();
        accept.Existing = new IdempotencyRecord(key.Key, found.GetBytes(0) ?? [], found.GetBytes(1) ?? []);
        accept.Verdict = AcceptVerdict.KeyExists;
        found.Reset();
        return false;
    }

    private void Put(SqliteSession session, Contact contact, DateTimeOffset at)
    {
        session[QueueSql.UpsertContact]
            .Add(contact.Tenant.Value).Add(contact.Id).Add(contact.Name).Add(contact.Locale).Add(contact.TimeZone)
            .Add(contact.Attributes?.GetRawText()).Add(at)
            .Run();
        session[QueueSql.DeleteContactAddresses].Add(contact.Tenant.Value).Add(contact.Id).Run();
        for (var i = 0; i < contact.Addresses.Count; i++)
        {
            var address = contact.Addresses[i];
            session[QueueSql.InsertContactAddress]
                .Add(contact.Tenant.Value).Add(contact.Id).Add(i).Add((long)address.Channel).Add(address.Identifier)
                .Add(address.IsPrimary).Add(address.IsVerified)
                .Run();
        }
    }

    private void Insert(SqliteSession session, Notification notification)
    {
        var statement = session[QueueSql.InsertNotification];
        statement
            .Add(notification.Id).Add(notification.Tenant.Value).Add(notification.ContactId).Add(notification.TemplateVersionId);
        if (notification.Variables.IsEmpty) statement.AddNull();
        else statement.AddBlob(notification.Variables.Span);
        statement.Add(notification.Secrets);
        AddJson(statement, notification.Details, StorageJson.Stored.NotificationDetails);
        statement
            .Add(notification.Category).Add((long)notification.Priority).Add((long)notification.OnUnknown)
            .Add(notification.CreatedAt).Add(notification.ScheduledAt).Add(notification.ExpiresAt);
        AddJson(statement, notification.Plan, StorageJson.Stored.Plan);
        statement
            .Add(notification.Locale).Add(notification.RelatedType).Add(notification.RelatedId).Add(notification.BatchId)
            .Run();
    }

    private void Insert(SqliteSession session, OutboundMessage message, long epoch, DateTimeOffset at)
    {
        var notification = message.Notification;
        var tenant = notification.Tenant;
        var due = (message.DueAt > message.CreatedAt ? message.DueAt : message.CreatedAt).ToStored();
        session[QueueSql.InsertMessage]
            .Add(message.Id).Add(tenant.Value).Add(notification.Id).Add(message.Lane.Value).Add((long)message.Channel)
            .Add(message.Address).Add(notification.ContactId).Add((long)message.InitialStatus).Add(message.Step).Add(message.Attempts)
            .Add(message.CreatedAt).Add(due).Add(at)
            .Run();

        var seq = session.LastRow;
        _keys.Add(session, MessageKey.OfTenant(tenant), seq);
        _keys.Add(session, MessageKey.OfAddress(tenant, message.Address), seq);
        if (notification.ContactId is { } contact) _keys.Add(session, MessageKey.OfContact(tenant, contact), seq);
        if (notification is { RelatedType: { } type, RelatedId: { } related }) _keys.Add(session, MessageKey.OfRelated(tenant, type, related), seq);

        if (message.IsOwned)
        {
            session[QueueSql.InsertOwned].Add(message.Id).Add(seq).Add(message.Lane.Value).Add(due).Add(epoch).Run();
        }
        else
        {
            session[QueueSql.InsertDue]
                .Add(message.Lane.Value).Add(due).Add(message.Id).Add(seq).Add((long)message.InitialStatus)
                .Run();
        }
    }

    private static void Mark(SqliteSession session, SendMark mark, long epoch)
    {
        mark.Owned = session[QueueSql.MarkOwned]
            .Add(mark.Message.Attempts).Add(mark.ProviderId).Add(mark.Message.Id).Add(epoch)
            .Run() == 1;
    }

    private void Record(SqliteSession session, OutcomeWrite outcome, long epoch)
    {
        var message = outcome.Message;
        var owned = session[QueueSql.DeleteOwned].Add(message.Id).Add(epoch);
        var found = owned.Step();
        var seq = found ? owned.GetInt64(0) : 0;
        owned.Reset();
        if (!found) return;

        outcome.Recorded = true;
        outcome.Cancelled = outcome.DueAt is not null && SqliteCancel.IsCancelled(session, message.Notification.Id);
        var (status, reason, waitsUntil) = outcome.Cancelled
            ? (MessageStatus.Cancelled, MessageReasons.Cancelled, null)
            : (outcome.Status, outcome.Reason, outcome.DueAt);
        var update = session[QueueSql.UpdateMessage]
            .Add((long)status).Add(reason).Add(waitsUntil).Add(outcome.Attempts).Add(outcome.At)
            .Add(outcome.Status == MessageStatus.Sent ? outcome.At : null)
            .Add(outcome.ProviderId).Add(outcome.ExternalId)
            .Add(outcome.Cost?.ToString(CultureInfo.InvariantCulture)).Add(outcome.Currency).Add(outcome.ContentHash);
        if (outcome.Trace.IsEmpty) update.AddNull();
        else update.AddText(outcome.Trace.Span);
        update.Add(seq).Run();

        if (outcome is { ExternalId: { } external, ProviderId: { } provider })
            _keys.Add(session, MessageKey.OfExternal(message.Notification.Tenant, provider, external), seq);

        if (waitsUntil is { } due)
        {
            session[QueueSql.InsertDue]
                .Add(message.Lane.Value).Add(due).Add(message.Id).Add(seq).Add((long)status)
                .Run();
        }

        if (outcome.Next is { } next) outcome.NextBegun = Begin(session, message.Notification.Id, next, epoch, outcome.At);
        if (outcome.Cancelled) SqliteCancel.EraseSecrets(session, message.Notification.Id, outcome.At);
        else if (outcome.EraseSecretsAt is { } erase) EraseSecrets(session, message.Notification.Id, erase, outcome.At);
    }

    private bool Begin(SqliteSession session, Guid notification, NextStep next, long epoch, DateTimeOffset at)
    {
        if (session[QueueSql.BeginStep].Add(next.Step).Add(notification).Run() == 0) return false;
        foreach (var message in next.Messages) Insert(session, message, epoch, at);
        return true;
    }

    // Another message of the notification may still need them: then they wait for the cleaning.
    private static void EraseSecrets(SqliteSession session, Guid notification, DateTimeOffset erase, DateTimeOffset at)
    {
        if (erase <= at && session[QueueSql.EraseSecrets].Add(notification).Run() == 1) return;
        session[QueueSql.ScheduleSecretsErasure].Add(erase).Add(notification).Run();
    }

    private void Count(AcceptWrite accept)
    {
        foreach (var notification in accept.Notifications)
        {
            foreach (var message in notification.Messages)
                _counters.Add(notification.Tenant, accept.At, message.Channel, provider: null, message.InitialStatus);
        }
    }

    private void Count(OutcomeWrite outcome)
    {
        var tenant = outcome.Message.Notification.Tenant;
        // A retry comes to no new status: it was counted when it was accepted.
        var status = outcome.Cancelled ? MessageStatus.Cancelled : outcome.Status;
        if (status.IsFinal()) _counters.Add(tenant, outcome.At, outcome.Message.Channel, outcome.ProviderId, status);
        if (!outcome.NextBegun) return;
        foreach (var message in outcome.Next!.Messages)
            _counters.Add(tenant, outcome.At, message.Channel, provider: null, message.InitialStatus);
    }

    private void AddJson<T>(SqliteStatement statement, T? value, JsonTypeInfo<T> type) where T : class
    {
        if (value is null)
        {
            statement.AddNull();
            return;
        }

        _json.ResetWrittenCount();
        _jsonWriter.Reset();
        JsonSerializer.Serialize(_jsonWriter, value, type);
        _jsonWriter.Flush();
        statement.AddText(_json.WrittenSpan);
    }
}
