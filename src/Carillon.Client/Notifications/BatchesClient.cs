namespace Carillon.Client;

/// <summary><c>/v1/batches</c>.</summary>
public sealed class BatchesClient
{
    private readonly ApiConnection _api;

    internal BatchesClient(ApiConnection api) => _api = api;

    public Task<Batch> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"v1/batches/{QueryText.Segment(id)}", CarillonJson.Default.Batch, cancellationToken);

    /// <summary>Cancels what of it has not been sent.</summary>
    public Task<Batch> CancelAsync(string id, CancellationToken cancellationToken = default) =>
        _api.SendAsync(new ApiCall(HttpMethod.Post, $"v1/batches/{QueryText.Segment(id)}/cancel"), CarillonJson.Default.Batch, cancellationToken);
}
