using System.Text.Json;
using System.Text.Json.Nodes;

namespace Carillon.Client;

/// <summary><c>/v1/notifications</c>.</summary>
public sealed class NotificationsClient
{
    private const string Path = "v1/notifications";

    private readonly ApiConnection _api;
    private readonly CarillonClientOptions _options;

    internal NotificationsClient(ApiConnection api, CarillonClientOptions options) => (_api, _options) = (api, options);

    /// <summary>
    /// Sends one notification. It returns once the server has stored it durably. However often the call is repeated on the way, it is done once.
    /// </summary>
    public Task<AcceptedNotification> SendAsync(NotificationRequest notification, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, Path)
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(notification, CarillonJson.Default.NotificationRequest),
                IdempotencyKey = notification.IdempotencyKey ?? _api.NewIdempotencyKey(),
            },
            CarillonJson.Default.AcceptedNotification, cancellationToken);

    /// <summary>
    /// Sends as many as there are, in batches, while they are being made: memory holds one batch and the one being gathered. One result comes back
    /// for each, in order, as soon as its batch is stored. The bad are refused one by one and do not hold up the good; an exception means that
    /// what follows the last result was not sent, or that nobody knows.
    /// </summary>
    public IAsyncEnumerable<BatchResult> SendManyAsync(
        IAsyncEnumerable<NotificationRequest> notifications, BatchOptions? options = null, CancellationToken cancellationToken = default) =>
        new BatchSending<NotificationRequest>(_api, options ?? new BatchOptions(), CarillonJson.Default.NotificationRequest).RunAsync(notifications, cancellationToken);

    /// <summary>As the other, of what is in memory already.</summary>
    public IAsyncEnumerable<BatchResult> SendManyAsync(
        IEnumerable<NotificationRequest> notifications, BatchOptions? options = null, CancellationToken cancellationToken = default) =>
        SendManyAsync(notifications.ToAsyncEnumerable(), options, cancellationToken);

    /// <summary>As the others, of requests that are JSON already: the server sees every field of them, also those that this client does not know.</summary>
    public IAsyncEnumerable<BatchResult> SendManyAsync(
        IAsyncEnumerable<JsonObject> notifications, BatchOptions? options = null, CancellationToken cancellationToken = default) =>
        new BatchSending<JsonObject>(_api, options ?? new BatchOptions(), CarillonJson.Default.JsonObject).RunAsync(notifications, cancellationToken);

    /// <summary>What would be sent, to whom, when and why. Nothing is stored.</summary>
    public Task<NotificationPreview> PreviewAsync(NotificationRequest notification, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, Path + "/preview")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(notification, CarillonJson.Default.NotificationRequest),
            },
            CarillonJson.Default.NotificationPreview, cancellationToken);

    public Task<Notification> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"{Path}/{QueryText.Segment(id)}", CarillonJson.Default.Notification, cancellationToken);

    /// <summary>Every notification that the query finds, newest first, page by page as they are read.</summary>
    public IAsyncEnumerable<NotificationSummary> ListAsync(NotificationQuery? query = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(after => Address(query ?? new NotificationQuery(), after), CarillonJson.Default.PageNotificationSummary, cancellationToken);

    public Task<Page<NotificationSummary>> GetPageAsync(NotificationQuery? query = null, string? after = null, CancellationToken cancellationToken = default) =>
        _api.GetAsync(Address(query ?? new NotificationQuery(), after), CarillonJson.Default.PageNotificationSummary, cancellationToken);

    /// <summary>Cancels what has not been sent.</summary>
    public Task<Cancellation> CancelAsync(string id, CancellationToken cancellationToken = default) =>
        _api.SendAsync(new ApiCall(HttpMethod.Post, $"{Path}/{QueryText.Segment(id)}/cancel"), CarillonJson.Default.Cancellation, cancellationToken);

    /// <summary>
    /// Waits until no message of the notification is on its way any more: every one is sent, or has ended otherwise. What is scheduled for
    /// later counts as on its way.
    /// </summary>
    /// <param name="interval">How often to ask. Default 500 ms.</param>
    public async Task<Notification> WaitAsync(string id, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        using var timer = new PeriodicTimer(interval ?? TimeSpan.FromMilliseconds(500), _options.Time);
        while (true)
        {
            var notification = await GetAsync(id, cancellationToken).ConfigureAwait(false);
            if (!notification.Messages.Any(m => KnownStatuses.IsLive(m.Status))) return notification;
            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Address(NotificationQuery query, string? after) => new QueryText(Path)
        .Add("recipient_id", query.RecipientId)
        .Add("status", query.Status)
        .Add("batch_id", query.BatchId)
        .Add("category", query.Category)
        .Add("related_type", query.RelatedType)
        .Add("related_id", query.RelatedId)
        .Add("created_after", query.CreatedAfter)
        .Add("created_before", query.CreatedBefore)
        .Add("limit", query.PageSize)
        .Add("after", after)
        .ToString();
}

/// <summary>Which notifications. What is null does not narrow.</summary>
public sealed record NotificationQuery
{
    public string? RecipientId { get; init; }

    /// <summary>Those of which a message has this status.</summary>
    public string? Status { get; init; }

    public string? BatchId { get; init; }

    public string? Category { get; init; }

    public string? RelatedType { get; init; }

    public string? RelatedId { get; init; }

    public DateTimeOffset? CreatedAfter { get; init; }

    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Rows that are fetched at once: 1 to 500, 50 by default.</summary>
    public int? PageSize { get; init; }
}
