namespace Carillon.Client;

/// <summary><c>/v1/messages</c>: the log.</summary>
public sealed class MessagesClient
{
    private const string Path = "v1/messages";

    private readonly ApiConnection _api;

    internal MessagesClient(ApiConnection api) => _api = api;

    /// <summary>Every message that the query finds, newest first, page by page as they are read.</summary>
    public IAsyncEnumerable<Message> ListAsync(MessageQuery? query = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(after => Address(query ?? new MessageQuery(), after), CarillonJson.Default.PageMessage, cancellationToken);

    public Task<Page<Message>> GetPageAsync(MessageQuery? query = null, string? after = null, CancellationToken cancellationToken = default) =>
        _api.GetAsync(Address(query ?? new MessageQuery(), after), CarillonJson.Default.PageMessage, cancellationToken);

    /// <summary>With its attempts and its trace.</summary>
    public Task<Message> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"{Path}/{QueryText.Segment(id)}", CarillonJson.Default.Message, cancellationToken);

    public Task<MessageContent> GetContentAsync(string id, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"{Path}/{QueryText.Segment(id)}/content", CarillonJson.Default.MessageContent, cancellationToken);

    /// <summary>Sends one that has failed or bounced again, under its id, with the attempts and the age of a new one.</summary>
    public Task<RetriedMessage> RetryAsync(string id, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, $"{Path}/{QueryText.Segment(id)}/retry") { Repetition = Repetition.WhenRefused },
            CarillonJson.Default.RetriedMessage, cancellationToken);

    private static string Address(MessageQuery query, string? after) => new QueryText(Path)
        .Add("status", query.Status)
        .Add("channel", query.Channel)
        .Add("recipient_id", query.RecipientId)
        .Add("address", query.Address)
        .Add("template_id", query.TemplateId)
        .Add("category", query.Category)
        .Add("provider_id", query.ProviderId)
        .Add("related_type", query.RelatedType)
        .Add("related_id", query.RelatedId)
        .Add("batch_id", query.BatchId)
        .Add("direction", query.Direction)
        .Add("created_after", query.CreatedAfter)
        .Add("created_before", query.CreatedBefore)
        .Add("limit", query.PageSize)
        .Add("after", after)
        .ToString();
}
