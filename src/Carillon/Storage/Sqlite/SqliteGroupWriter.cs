using System.Globalization;
using Carillon.Contacts;
using Carillon.Messages;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

/// <summary>Writes one <see cref="WriteGroup"/> in the transaction that is open. Used by the writer's thread alone.</summary>
internal sealed class SqliteGroupWriter
{
    private readonly SqliteCounters _counters = new();
    private readonly SqliteCounters _single = new();
    private readonly SqliteMessageWriter _messages = new();
    private readonly SqliteSteps _steps;
    private readonly SqliteEvents _events;

    public SqliteGroupWriter()
    {
        _steps = new SqliteSteps(_messages);
        _events = new SqliteEvents(_messages);
    }

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

        var anyEarly = group.Outcomes.Count > 0 && SqliteEvents.AnyEarly(session);
        foreach (var outcome in group.Outcomes)
        {
            outcome.Recorded = false;
            outcome.NextBegun = false;
            outcome.Cancelled = false;
            outcome.Failure = oneByOne ? Guarded(session, () => Record(session, outcome, group.Epoch)) : null;
            if (!oneByOne) Record(session, outcome, group.Epoch);
            if (outcome.Failure is not null) outcome.Recorded = outcome.NextBegun = outcome.Cancelled = false;
            else if (outcome.Recorded) Count(outcome);
            if (anyEarly && outcome is { Failure: null, Recorded: true }) SqliteEvents.Settle(session, outcome, _counters);
        }

        WriteCallbacks(session, group, oneByOne);
        _counters.Write(session, QueueSql.AddCounter, group.Epoch);
    }

    private void WriteCallbacks(SqliteSession session, WriteGroup group, bool oneByOne)
    {
        foreach (var callback in group.Callbacks)
        {
            callback.IsRepeated = false;
            callback.Failure = oneByOne ? Guarded(session, () => Keep(session, callback)) : null;
            if (!oneByOne) Keep(session, callback);
        }

        foreach (var reading in group.Readings)
        {
            reading.Recorded = false;
            reading.Failure = oneByOne ? Guarded(session, () => _events.Write(session, reading, Single())) : null;
            if (!oneByOne) _events.Write(session, reading, _counters);
            if (reading.Failure is not null) reading.Recorded = false;
            else if (oneByOne) _counters.Take(_single);
        }

        foreach (var step in group.Steps)
        {
            step.Verdict = StepVerdict.NotNeeded;
            step.Failure = oneByOne ? Guarded(session, () => step.Verdict = _steps.Write(session, step, group.Epoch, Single())) : null;
            if (!oneByOne) step.Verdict = _steps.Write(session, step, group.Epoch, _counters);
            if (step.Failure is not null) step.Verdict = StepVerdict.NotNeeded;
            else if (oneByOne) _counters.Take(_single);
            if (step.Verdict == StepVerdict.Begun) Count(step.Due.Notification.Tenant, step.Next.Messages);
        }
    }

    /// <summary>For a write that may be rolled back by itself: what it counted would stay.</summary>
    private SqliteCounters Single()
    {
        _single.Clear();
        return _single;
    }

    private static void Keep(SqliteSession session, CallbackWrite callback) => callback.IsRepeated = session[EventSql.InsertCallback]
        .Add(callback.Id).Add(callback.ProviderId).AddBlob(callback.Digest).Add(callback.ReceivedAt).AddBlob(callback.Request)
        .Run() == 0;

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
            _messages.Insert(session, notification);
            foreach (var message in notification.Messages) _messages.Insert(session, message, epoch, accept.At);
            if (notification.Messages is [{ StepDeadline: { } deadline }, ..]) SqliteSteps.AddDeadline(session, notification.Id, 0, deadline);
        }
    }

    private static bool AddKey(SqliteSession session, AcceptWrite accept, IdempotencyRecord key)
    {
        if (SqliteIdempotency.Add(session, accept.Tenant, key, accept.At) is not { } existing) return true;
        accept.Existing = existing;
        accept.Verdict = AcceptVerdict.KeyExists;
        return false;
    }

    private static void Put(SqliteSession session, Contact contact, DateTimeOffset at)
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
        var end = outcome.DueAt is null ? null : SqliteCancel.EndOfWaiting(session, message.Notification.Id, message.Step);
        outcome.Cancelled = end is not null;
        var (status, reason, waitsUntil) = outcome.Cancelled
            ? (MessageStatus.Cancelled, end, null)
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
            _messages.AddExternalKey(session, provider, external, seq);

        if (waitsUntil is { } due)
        {
            session[QueueSql.InsertDue]
                .Add(message.Lane.Value).Add(due).Add(message.Id).Add(seq).Add((long)status)
                .Run();
        }

        if (outcome.Next is { } next) outcome.NextBegun = _steps.Begin(session, message.Notification.Id, next, epoch, outcome.At);
        if (outcome.Cancelled) SqliteCancel.EraseSecrets(session, message.Notification.Id, outcome.At);
        else if (outcome.EraseSecretsAt is { } erase) EraseSecrets(session, message.Notification.Id, erase, outcome.At);
    }

    // Another message of the notification may still need them: then they wait for the cleaning.
    private static void EraseSecrets(SqliteSession session, Guid notification, DateTimeOffset erase, DateTimeOffset at)
    {
        if (erase <= at && session[QueueSql.EraseSecrets].Add(notification).Run() == 1) return;
        session[QueueSql.ScheduleSecretsErasure].Add(erase).Add(notification).Run();
    }

    private void Count(AcceptWrite accept)
    {
        foreach (var notification in accept.Notifications) Count(notification.Tenant, notification.Messages);
    }

    private void Count(OutcomeWrite outcome)
    {
        var tenant = outcome.Message.Notification.Tenant;
        // A retry comes to no new status: it was counted when it was accepted.
        var status = outcome.Cancelled ? MessageStatus.Cancelled : outcome.Status;
        // What is cancelled is no provider's, whichever had tried it.
        var provider = status == MessageStatus.Cancelled ? null : outcome.ProviderId;
        if (status.IsFinal()) _counters.Add(tenant, outcome.At, outcome.Message.Channel, provider, status);
        if (!outcome.NextBegun) return;
        Count(tenant, outcome.Next!.Messages);
    }

    // By the time that the log has of it, so that counters can be made anew from there.
    private void Count(TenantId tenant, IReadOnlyList<OutboundMessage> begun)
    {
        foreach (var message in begun) _counters.Add(tenant, message.CreatedAt, message.Channel, provider: null, message.InitialStatus);
    }
}
