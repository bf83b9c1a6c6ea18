namespace Carillon.Client;

/// <summary><c>/v1/webhook-endpoints</c>: URLs that have answered 410 Gone, to which no webhook of the tenant is posted any more.</summary>
public sealed class WebhookEndpointsClient
{
    private const string Path = "v1/webhook-endpoints";

    private readonly ApiConnection _api;

    internal WebhookEndpointsClient(ApiConnection api) => _api = api;

    public IAsyncEnumerable<DisabledEndpoint> ListAsync(int? pageSize = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(after => new QueryText(Path).Add("limit", pageSize).Add("after", after).ToString(), CarillonJson.Default.PageDisabledEndpoint, cancellationToken);

    /// <summary>Lets it be posted to again. What failed meanwhile is sent again by <see cref="MessagesClient.RetryAsync"/>.</summary>
    public Task EnableAsync(string id, CancellationToken cancellationToken = default) =>
        _api.SendAsync(new ApiCall(HttpMethod.Post, $"{Path}/{QueryText.Segment(id)}/enable"), cancellationToken);
}

public sealed record DisabledEndpoint
{
    public required string Id { get; init; }

    /// <summary>Normalised: scheme and host in lower case, without the scheme's own port and without a fragment.</summary>
    public required string Url { get; init; }

    public DateTimeOffset DisabledAt { get; init; }

    /// <summary>The message that it answered 410 to.</summary>
    public string? MessageId { get; init; }
}
