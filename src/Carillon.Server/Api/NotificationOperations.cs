using Carillon.Server.Http;
using static Carillon.Server.Api.ListFilters;

namespace Carillon.Server.Api;

/// <summary>Notifications, batches of them, and the files that go with them.</summary>
internal static class NotificationOperations
{
    public static readonly ApiOperation CreateNotification = new("createNotification", "Notifications", "Send a notification")
    {
        Description = "Answered once it is durably stored: from then on it is delivered, or reaches a final state with a reason.",
        Body = typeof(ApiShapes.Notification),
        Answer = typeof(ApiShapes.Accepted),
        Status = 202,
        Problems = [400, 401, 403, 409, 413, 415, 422, 503],
        IsIdempotent = true,
        Example = """
            { "recipient": { "email": "ana@example.net", "name": "Ana" }, "channel": "email", "subject": "Welcome", "message": "Hello Ana" }
            """,
    };

    public static readonly ApiOperation CreateBatch = new("createBatch", "Notifications", "Send up to 10,000 notifications")
    {
        Description = "A JSON array, or one JSON object a line (application/x-ndjson), which is committed in chunks as it streams. What is good is accepted, what is bad says why.",
        Body = typeof(ApiShapes.Notification[]),
        Accepts = [MediaType.Json, MediaType.NdJson],
        Answer = typeof(ApiShapes.BatchAccepted),
        Status = 202,
        Problems = [400, 401, 403, 409, 413, 415, 422, 503],
        IsIdempotent = true,
        Example = """
            [ { "recipient_id": "customer_123", "template_id": "welcome", "template_variables": { "customer_name": "Ana" } } ]
            """,
    };

    public static readonly ApiOperation PreviewNotification = new("previewNotification", "Notifications", "What a notification would come to; nothing is stored")
    {
        Description = "For each message of every step: address, rendered content, when it is due, and which provider would serve. What is wrong with the content stands in errors, what would be accepted and is perhaps not meant so in warnings.",
        Body = typeof(ApiShapes.Notification),
        Answer = typeof(ApiShapes.Preview),
        Problems = [400, 401, 403, 413, 415, 422],
    };

    public static readonly ApiOperation ListNotifications = new("listNotifications", "Notifications", "Notifications with their messages, newest first")
    {
        Description = "Without content, variables, metadata and tags. A page costs a bounded effort: where what the filters ask for is rare, it may hold fewer than limit, or nothing, and yet have a next.",
        Answer = typeof(ApiShapes.Page<ApiShapes.ListedNotification>),
        Query =
        [
            ("recipient_id", "Only to this contact."), ("status", "Only those of which a message has this status."), ("category", "Only of this category."),
            ("related_type", "Only those that are related to a thing of this kind."), ("related_id", "Only those that are related to the thing with this id."),
            ("batch_id", "Only of this batch."), CreatedAfter, CreatedBefore, Limit, After,
        ],
        Problems = [400, 401, 403, 422],
    };

    public static readonly ApiOperation GetNotification = new("getNotification", "Notifications", "A notification with its messages")
    {
        Answer = typeof(ApiShapes.StoredNotification),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation CancelNotification = new("cancelNotification", "Notifications", "Cancel what has not been sent")
    {
        Answer = typeof(ApiShapes.Cancellation),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation GetBatch = new("getBatch", "Notifications", "How far a batch has come")
    {
        Answer = typeof(ApiShapes.Batch),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation ListBatches = new("listBatches", "Notifications", "Batches, newest first")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.ListedBatch>),
        Query = [Limit, After],
        Problems = [400, 401, 403, 422],
    };

    public static readonly ApiOperation CancelBatch = new("cancelBatch", "Notifications", "Cancel what of a batch has not been sent")
    {
        Description = "Counts messages. What is added to the batch later is not cancelled; asking again is harmless.",
        Answer = typeof(ApiShapes.BatchCancellation),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation CreateAttachment = new("createAttachment", "Notifications", "Store a file to be named in notifications")
    {
        Description = "The file's bytes with its own Content-Type, or a form with one file; up to 25 MB. The same file under the same name and type has the same id, however often it is sent.",
        Body = typeof(byte[]),
        Accepts = ["*/*", MediaType.Form],
        Query = [("filename", "The name under which recipients see it; or in Content-Disposition.")],
        Answer = typeof(ApiShapes.StoredAttachment),
        Status = 201,
        Problems = [400, 401, 403, 413, 415, 422],
    };

    public static readonly ApiOperation GetAttachment = new("getAttachment", "Notifications", "A stored file, without its bytes")
    {
        Answer = typeof(ApiShapes.StoredAttachment),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation GetAttachmentContent = new("getAttachmentContent", "Notifications", "The bytes of a stored file, with its Content-Type")
    {
        Answer = typeof(byte[]),
        AnswerType = "application/octet-stream",
        Problems = [401, 403, 404],
    };
}
