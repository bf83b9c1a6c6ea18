namespace Carillon.Storage.PostgreSql;

/// <summary>The statements of <c>Events.sql</c>.</summary>
internal static class EventSql
{
    public static readonly SqlFile File = SqlFile.Load("PostgreSql/Events.sql");

    public static readonly SqlStatement InsertCallbacks = File["insert_callbacks"];
    public static readonly SqlStatement UnreadCallbacks = File["unread_callbacks"];
    public static readonly SqlStatement GetCallback = File["get_callback"];
    public static readonly SqlStatement FaultyCallbacks = File["faulty_callbacks"];
    public static readonly SqlStatement ReopenCallback = File["reopen_callback"];
    public static readonly SqlStatement CallbackRequest = File["callback_request"];
    public static readonly SqlStatement ReadCallback = File["read_callback"];
    public static readonly SqlStatement FindExternal = File["find_external"];
    public static readonly SqlStatement LockEventMessage = File["lock_event_message"];
    public static readonly SqlStatement InsertEvent = File["insert_event"];
    public static readonly SqlStatement InsertEarly = File["insert_early"];
    public static readonly SqlStatement AnyEarly = File["any_early"];
    public static readonly SqlStatement TakeEarly = File["take_early"];
    public static readonly SqlStatement EarlyBefore = File["early_before"];
    public static readonly SqlStatement MoveMessage = File["move_message"];
    public static readonly SqlStatement CorrectCost = File["correct_cost"];
    public static readonly SqlStatement ConfirmNotification = File["confirm_notification"];
    public static readonly SqlStatement HasNextStep = File["has_next_step"];
    public static readonly SqlStatement InsertInbound = File["insert_inbound"];
    public static readonly SqlStatement InsertExternal = File["insert_external"];
    public static readonly SqlStatement MessageEvents = File["message_events"];
    public static readonly SqlStatement CleanCallbacks = File["clean_callbacks"];
    public static readonly SqlStatement CleanEarly = File["clean_early"];
}
