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

    /// <param name="tenant">With a key of the installation: of this tenant.</param>
    public IAsyncEnumerable<Key> ListAsync(int? pageSize = null, string? tenant = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(after => new QueryText(Path).Add("tenant", tenant).Add("limit", pageSize).Add("after", after).ToString(), CarillonJson.Default.PageKey, cancellationToken);

    public Task<Key> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"{Path}/{QueryText.Segment(id)}", CarillonJson.Default.Key, cancellationToken);

    /// <summary>Names a key, and sets how many recipients it may address. Counts within two seconds.</summary>
    /// <param name="ifVersion">Refused (412) when it is no longer at this version.</param>
    public Task<Key> ReplaceAsync(string id, KeyDetails key, int? ifVersion = null, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Put, $"{Path}/{QueryText.Segment(id)}")
            {
                Body = BodyOf(key),
                IfMatch = QueryText.Tag(ifVersion),
                Repetition = ifVersion is null ? Repetition.Safe : Repetition.WhenRefused,
            },
            CarillonJson.Default.Key, cancellationToken);

    // What is null is not written, and here it means something.
    private static byte[] BodyOf(KeyDetails key)
    {
        var body = JsonSerializer.SerializeToNode(key, CarillonJson.Default.KeyDetails)!.AsObject();
        if (key.LiftsNewKeyCap) body["new_key"] = null;
        return JsonSerializer.SerializeToUtf8Bytes(body, CarillonJson.Default.JsonObject);
    }

    /// <summary>Revokes a key; it is refused within two seconds.</summary>
    public Task RevokeAsync(string id, CancellationToken cancellationToken = default) =>
        _api.SendAsync(new ApiCall(HttpMethod.Delete, $"{Path}/{QueryText.Segment(id)}"), cancellationToken);
}

public sealed record KeyDraft
{
    public required string Name { get; init; }

    /// <summary><c>messages:write</c>, <c>messages:read</c>, <c>templates:write</c>, <c>providers:write</c>, or <c>admin</c> for all of them.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>How many recipients it may address; null for no limit.</summary>
    public RecipientLimits? Limits { get; init; }
}

/// <summary>What can be changed of a key.</summary>
public sealed record KeyDetails
{
    public required string Name { get; init; }

    /// <summary>Null takes its limits away.</summary>
    public RecipientLimits? Limits { get; init; }

    /// <summary>The cap for new keys no longer holds for it. Only with a key of the installation.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool LiftsNewKeyCap { get; init; }
}

/// <summary>Accepted notifications, whatever their channels. Null is without a limit.</summary>
public sealed record RecipientLimits
{
    /// <summary>Within any 60 seconds, on each node.</summary>
    public int? RecipientsPerMinute { get; init; }

    /// <summary>Within a day of UTC, on all nodes together.</summary>
    public int? RecipientsPerDay { get; init; }
}

/// <summary>The cap under which a key is while it is new.</summary>
/// <param name="RecipientsPerMinute">For all new keys of the tenant together.</param>
public sealed record NewKeyCap(int RecipientsPerMinute, DateTimeOffset Until);

public sealed record Key
{
    public required string Id { get; init; }

    /// <summary>The key itself; only in the answer that makes it.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("key")]
    public string? Text { get; init; }

    public required string Name { get; init; }

    /// <summary>Whose it is, where a key of the installation asks for another's.</summary>
    public string? Tenant { get; init; }

    public IReadOnlyList<string> Scopes { get => field ?? []; init; }

    public RecipientLimits Limits { get => field ?? new(); init; }

    /// <summary>Null once it is no longer new, or never was held as such.</summary>
    public NewKeyCap? NewKey { get; init; }

    /// <summary>1, and one more with each change.</summary>
    public int Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
}
