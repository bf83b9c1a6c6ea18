namespace Carillon.Storage.PostgreSql;

/// <summary>The statements of <c>Queue.sql</c>.</summary>
internal static class QueueSql
{
    public static readonly SqlFile File = SqlFile.Load("PostgreSql/Queue.sql");

    public static readonly SqlStatement BeginGroup = File["begin_group"];
    public static readonly SqlStatement CommitStatus = File["commit_status"];
    public static readonly SqlStatement InsertIdempotency = File["insert_idempotency"];
    public static readonly SqlStatement SelectIdempotency = File["select_idempotency"];
    public static readonly SqlStatement InsertBatches = File["insert_batches"];
    public static readonly SqlStatement InsertBlobs = File["insert_blobs"];
    public static readonly SqlStatement UpsertContacts = File["upsert_contacts"];
    public static readonly SqlStatement DeleteContactAddresses = File["delete_contact_addresses"];
    public static readonly SqlStatement InsertContactAddresses = File["insert_contact_addresses"];
    public static readonly SqlStatement InsertNotifications = File["insert_notifications"];
    public static readonly SqlStatement InsertMessages = File["insert_messages"];
    public static readonly SqlStatement InsertStates = File["insert_states"];
    public static readonly SqlStatement InsertDue = File["insert_due"];
    public static readonly SqlStatement InsertOwned = File["insert_owned"];
    public static readonly SqlStatement MarkOwned = File["mark_owned"];
    public static readonly SqlStatement ShareNotifications = File["share_notifications"];
    public static readonly SqlStatement LockNotifications = File["lock_notifications"];
    public static readonly SqlStatement RecordOutcomes = File["record_outcomes"];
    public static readonly SqlStatement EraseSecrets = File["erase_secrets"];
    public static readonly SqlStatement ScheduleSecretsErasure = File["schedule_secrets_erasure"];
    public static readonly SqlStatement AddCounters = File["add_counters"];
    public static readonly SqlStatement Claim = File["claim"];
    public static readonly SqlStatement NextDue = File["next_due"];
    public static readonly SqlStatement Disown = File["disown"];
    public static readonly SqlStatement Lanes = File["lanes"];
    public static readonly SqlStatement TakeLost = File["take_lost"];
    public static readonly SqlStatement Release = File["release"];
    public static readonly SqlStatement ShareNotificationsOf = File["share_notifications_of"];
    public static readonly SqlStatement SetDue = File["set_due"];
    public static readonly SqlStatement FailMessages = File["fail_messages"];
    public static readonly SqlStatement CancelMessages = File["cancel_messages"];
    public static readonly SqlStatement LockNotification = File["lock_notification"];
    public static readonly SqlStatement SelectCancel = File["select_cancel"];
    public static readonly SqlStatement DeleteDue = File["delete_due"];
    public static readonly SqlStatement CancelNotification = File["cancel_notification"];
    public static readonly SqlStatement LockMessage = File["lock_message"];
    public static readonly SqlStatement IsOwned = File["is_owned"];
    public static readonly SqlStatement ShareNotification = File["share_notification"];
    public static readonly SqlStatement IsSuperseded = File["is_superseded"];
    public static readonly SqlStatement HasContent = File["has_content"];
    public static readonly SqlStatement RetryMessage = File["retry_message"];
    public static readonly SqlStatement CleanIdempotency = File["clean_idempotency"];
    public static readonly SqlStatement FindIdempotency = File["find_idempotency"];
    public static readonly SqlStatement CleanSecrets = File["clean_secrets"];
}
