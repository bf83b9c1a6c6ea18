using System.Text.Json;

namespace Carillon.Client;

/// <summary><c>/v1/keys</c>: the API keys of the key's tenant.</summary>
public sealed class KeysClient
{
    private const string Path = "v1/keys";

    private readonly ApiConnection _api;

    internal KeysClient(ApiConnection api) => _api = api;

    /// <summary>Makes a key; its text is in this answer and in none after.</summary>
    public Task<Key> CreateAsync(KeyDraft key, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, Path)
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(key, CarillonJson.Default.KeyDraft),
                Repetition = Repetition.WhenRefused,
            },
            CarillonJson.Default.Key, cancellationToken);

    public IAsyncEnumerable<Key> ListAsync(int? pageSize = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(after => new QueryText(Path).Add("limit", pageSize).Add("after", after).ToString(), CarillonJson.Default.PageKey, cancellationToken);

    /// <summary>Revokes a key; it is refused within two seconds.</summary>
    public Task RevokeAsync(string id, CancellationToken cancellationToken = default) =>
        _api.SendAsync(new ApiCall(HttpMethod.Delete, $"{Path}/{QueryText.Segment(id)}"), cancellationToken);
}

public sealed record KeyDraft
{
    public required string Name { get; init; }

    /// <summary><c>messages:write</c>, <c>messages:read</c>, <c>templates:write</c>, <c>providers:write</c>, or <c>admin</c> for all of them.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }
}

public sealed record Key
{
    public required string Id { get; init; }

    /// <summary>The key itself; only in the answer that makes it.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("key")]
    public string? Text { get; init; }

    public required string Name { get; init; }

    public IReadOnlyList<string> Scopes { get => field ?? []; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
}
