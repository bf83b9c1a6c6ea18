namespace Carillon.Client;

/// <summary><c>/v1/batches</c>.</summary>
public sealed class BatchesClient
{
    private readonly ApiConnection _api;

    internal BatchesClient(ApiConnection api) => _api = api;

    public Task<Batch> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"v1/batches/{QueryText.Segment(id)}", CarillonJson.Default.Batch, cancellationToken);

    /// <summary>Batches, newest first.</summary>
    public IAsyncEnumerable<ListedBatch> ListAsync(int? pageSize = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(
            after => new QueryText("v1/batches").Add("limit", pageSize).Add("after", after).ToString(), CarillonJson.Default.PageListedBatch, cancellationToken);

    /// <summary>Cancels what of it has not been sent.</summary>
    public Task<BatchCancellation> CancelAsync(string id, CancellationToken cancellationToken = default) =>
        _api.SendAsync(new ApiCall(HttpMethod.Post, $"v1/batches/{QueryText.Segment(id)}/cancel"), CarillonJson.Default.BatchCancellation, cancellationToken);
}
