using System.Text.Json;

namespace Carillon.Client;

/// <summary><c>/v1/providers</c>.</summary>
public sealed class ProvidersClient
{
    private const string Path = "v1/providers";

    private readonly ApiConnection _api;

    internal ProvidersClient(ApiConnection api) => _api = api;

    public Task<Provider> CreateAsync(ProviderDraft provider, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, Path)
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(provider, CarillonJson.Default.ProviderDraft),
                Repetition = Repetition.WhenRefused,
            },
            CarillonJson.Default.Provider, cancellationToken);

    public Task<Provider> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"{Path}/{QueryText.Segment(id)}", CarillonJson.Default.Provider, cancellationToken);

    public IAsyncEnumerable<Provider> ListAsync(string? channel = null, int? pageSize = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(
            after => new QueryText(Path).Add("channel", channel).Add("limit", pageSize).Add("after", after).ToString(),
            CarillonJson.Default.PageProvider, cancellationToken);

    /// <summary>The gateways that there are, with the schema of their settings.</summary>
    public IAsyncEnumerable<ProviderKind> ListKindsAsync(CancellationToken cancellationToken = default) =>
        _api.ListAsync(after => new QueryText(Path + "/kinds").Add("after", after).ToString(), CarillonJson.Default.PageProviderKind, cancellationToken);
}
