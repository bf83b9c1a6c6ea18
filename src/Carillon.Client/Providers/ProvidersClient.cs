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
                IdempotencyKey = _api.NewIdempotencyKey(),
            },
            CarillonJson.Default.Provider, cancellationToken);

    public Task<Provider> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"{Path}/{QueryText.Segment(id)}", CarillonJson.Default.Provider, cancellationToken);

    /// <summary>Every provider, oldest first.</summary>
    /// <param name="channel">Only those that serve it.</param>
    public IAsyncEnumerable<Provider> ListAsync(string? channel = null, int? pageSize = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(
            after => new QueryText(Path).Add("channel", channel).Add("limit", pageSize).Add("after", after).ToString(),
            CarillonJson.Default.PageProvider, cancellationToken);

    /// <summary>
    /// Changes a provider: all of it, but channel and kind stay. What is left null takes its default, except credentials: those that are stored
    /// stay. Nothing under way is lost. Callbacks that are signed with credentials that it replaces are taken for a while.
    /// </summary>
    /// <param name="ifVersion">Refused (412) when it is no longer at this version.</param>
    /// <param name="revoke">Replaced credentials count for nothing from here on, also those that were replaced before.</param>
    public Task<Provider> ReplaceAsync(
        string id, ProviderDraft provider, int? ifVersion = null, bool revoke = false, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Put, new QueryText($"{Path}/{QueryText.Segment(id)}").Add("revoke", revoke ? "now" : null).ToString())
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(provider, CarillonJson.Default.ProviderDraft),
                IfMatch = QueryText.Tag(ifVersion),
                Repetition = ifVersion is null ? Repetition.Safe : Repetition.WhenRefused,
            },
            CarillonJson.Default.Provider, cancellationToken);

    /// <summary>Lets a provider serve, or not.</summary>
    /// <param name="ifVersion">Refused (412) when it is no longer at this version.</param>
    public Task<Provider> SetEnabledAsync(string id, bool enabled, int? ifVersion = null, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Put, $"{Path}/{QueryText.Segment(id)}/status")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(new ProviderStatus(enabled), CarillonJson.Default.ProviderStatus),
                IfMatch = QueryText.Tag(ifVersion),
                Repetition = ifVersion is null ? Repetition.Safe : Repetition.WhenRefused,
            },
            CarillonJson.Default.Provider, cancellationToken);

    /// <summary>Deletes a provider with its credentials. What waits goes to others.</summary>
    /// <param name="ifVersion">Refused (412) when it is no longer at this version.</param>
    public Task DeleteAsync(string id, int? ifVersion = null, CancellationToken cancellationToken = default) =>
        _api.SendAsync(new ApiCall(HttpMethod.Delete, $"{Path}/{QueryText.Segment(id)}") { IfMatch = QueryText.Tag(ifVersion) }, cancellationToken);

    /// <summary>Sends a test message through this provider, and waits for the gateway's answer. Never repeated.</summary>
    public Task<ProviderTest> TestAsync(string id, string to, string? from = null, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, $"{Path}/{QueryText.Segment(id)}/test")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(new ProviderTestRequest(to, from), CarillonJson.Default.ProviderTestRequest),
                Repetition = Repetition.WhenRefused,
            },
            CarillonJson.Default.ProviderTest, cancellationToken);

    /// <summary>The vendor's requests that could not be read, newest first.</summary>
    public IAsyncEnumerable<KeptCallback> ListFaultyCallbacksAsync(string id, int? pageSize = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(
            after => new QueryText($"{Path}/{QueryText.Segment(id)}/callbacks").Add("limit", pageSize).Add("after", after).ToString(),
            CarillonJson.Default.PageKeptCallback, cancellationToken);

    /// <summary>Reads a callback again that could not be read; one that was read is left as it is.</summary>
    /// <param name="id"><c>cbk_…</c>.</param>
    public Task<KeptCallback> RetryCallbackAsync(string id, CancellationToken cancellationToken = default) =>
        _api.SendAsync(new ApiCall(HttpMethod.Post, $"v1/callbacks/{QueryText.Segment(id)}/retry"), CarillonJson.Default.KeptCallback, cancellationToken);

    /// <summary>How it did, day by day in its time zone: from one day to another, both included; without them the last seven.</summary>
    public Task<ProviderDays> DaysAsync(string id, DateOnly? from = null, DateOnly? to = null, CancellationToken cancellationToken = default) =>
        _api.GetAsync(
            new QueryText($"{Path}/{QueryText.Segment(id)}/days").Add("from", from).Add("to", to).ToString(),
            CarillonJson.Default.ProviderDays, cancellationToken);

    /// <summary>The gateways that there are, with the schema of their settings.</summary>
    /// <param name="channel">Only those that serve it.</param>
    public IAsyncEnumerable<ProviderKind> ListKindsAsync(string? channel = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(
            after => new QueryText(Path + "/kinds").Add("channel", channel).Add("after", after).ToString(), CarillonJson.Default.PageProviderKind, cancellationToken);
}
