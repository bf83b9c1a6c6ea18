using static Carillon.Server.Api.ListFilters;

namespace Carillon.Server.Api;

/// <summary>The log of messages, and the queue.</summary>
internal static class MessageOperations
{
    public static readonly ApiOperation ListMessages = new("listMessages", "Messages", "The log of messages, newest first")
    {
        Description = "A page costs a bounded effort: where what the filters ask for is rare, it may hold fewer than limit, or nothing, and yet have a next.",
        Answer = typeof(ApiShapes.Page<ApiShapes.Message>),
        Query =
        [
            ("status", "Only in this status."), ("channel", "Only on this channel."), ("recipient_id", "Only to this contact."), ("address", "Only to this address."),
            ("template_id", "Only with this template, by id or key."), ("category", "Only of this category."), ("provider_id", "Only those that this provider had last."),
            ("related_type", "Only those that are related to a thing of this kind."), ("related_id", "Only those that are related to the thing with this id."),
            ("batch_id", "Only of this batch."), ("direction", "outbound, or inbound for what was received."), CreatedAfter, CreatedBefore, Limit, After,
        ],
        Problems = [400, 401, 403, 422],
    };

    public static readonly ApiOperation RetryMessage = new("retryMessage", "Messages", "Send a message again that has failed or bounced")
    {
        Description = "It waits in the queue again under its id, with the attempts and the age of a new one. One that failed as outcome_unknown may arrive twice.",
        Answer = typeof(ApiShapes.RetriedMessage),
        Status = 202,
        Problems = [401, 403, 404, 409],
    };

    public static readonly ApiOperation GetMessage = new("getMessage", "Messages", "A message with its attempts and its trace")
    {
        Answer = typeof(ApiShapes.TracedMessage),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation GetMessageContent = new("getMessageContent", "Messages", "The content of a message as it was sent")
    {
        Answer = typeof(ApiShapes.MessageContent),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation GetQueue = new("getQueue", "Messages", "Depth and oldest age of the queue by state, channel and priority")
    {
        Answer = typeof(ApiShapes.Queue),
        Problems = [401, 403],
    };
}
