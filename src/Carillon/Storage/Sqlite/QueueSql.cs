namespace Carillon.Storage.Sqlite;

/// <summary>The statements of <c>Queue.sql</c>.</summary>
internal static class QueueSql
{
    public static readonly SqlFile File = SqlFile.Load("Sqlite/Queue.sql");

    public static readonly SqlStatement InsertIdempotency = File["insert_idempotency"];
    public static readonly SqlStatement SelectIdempotency = File["select_idempotency"];
    public static readonly SqlStatement InsertBatch = File["insert_batch"];
    public static readonly SqlStatement InsertBlob = File["insert_blob"];
    public static readonly SqlStatement UpsertContact = File["upsert_contact"];
    public static readonly SqlStatement DeleteContactAddresses = File["delete_contact_addresses"];
    public static readonly SqlStatement InsertContactAddress = File["insert_contact_address"];
    public static readonly SqlStatement InsertNotification = File["insert_notification"];
    public static readonly SqlStatement InsertMessage = File["insert_message"];
    public static readonly SqlStatement InsertMessageKey = File["insert_message_key"];
    public static readonly SqlStatement LastBucket = File["last_bucket"];
    public static readonly SqlStatement InsertDue = File["insert_due"];
    public static readonly SqlStatement InsertOwned = File["insert_owned"];
    public static readonly SqlStatement MarkOwned = File["mark_owned"];
    public static readonly SqlStatement DeleteOwned = File["delete_owned"];
    public static readonly SqlStatement UpdateMessage = File["update_message"];
    public static readonly SqlStatement EraseSecrets = File["erase_secrets"];
    public static readonly SqlStatement ScheduleSecretsErasure = File["schedule_secrets_erasure"];
    public static readonly SqlStatement AddCounter = File["add_counter"];
    public static readonly SqlStatement SelectClaim = File["select_claim"];
    public static readonly SqlStatement SelectNotification = File["select_notification"];
    public static readonly SqlStatement DeleteDue = File["delete_due"];
    public static readonly SqlStatement NextDue = File["next_due"];
    public static readonly SqlStatement Lanes = File["lanes"];
    public static readonly SqlStatement SelectLost = File["select_lost"];
    public static readonly SqlStatement DeleteLost = File["delete_lost"];
    public static readonly SqlStatement SetDue = File["set_due"];
    public static readonly SqlStatement MessageNotification = File["message_notification"];
    public static readonly SqlStatement SelectCancel = File["select_cancel"];
    public static readonly SqlStatement CancelMessage = File["cancel_message"];
    public static readonly SqlStatement CancelNotification = File["cancel_notification"];
    public static readonly SqlStatement EndOfWaiting = File["end_of_waiting"];
    public static readonly SqlStatement SelectRetry = File["select_retry"];
    public static readonly SqlStatement IsSuperseded = File["is_superseded"];
    public static readonly SqlStatement HasVersion = File["has_version"];
    public static readonly SqlStatement HasBlob = File["has_blob"];
    public static readonly SqlStatement RetryMessage = File["retry_message"];
    public static readonly SqlStatement CleanIdempotency = File["clean_idempotency"];
    public static readonly SqlStatement FindIdempotency = File["find_idempotency"];
    public static readonly SqlStatement CleanSecrets = File["clean_secrets"];
}
