namespace Carillon.Client;

/// <summary><c>/v1/encryption</c>: what is sealed with which encryption key; for the administrators of the installation.</summary>
public sealed class EncryptionClient
{
    private const string Path = "v1/encryption";

    private readonly ApiConnection _api;

    internal EncryptionClient(ApiConnection api) => _api = api;

    /// <summary>A key of which nothing is left may be taken out of <c>ENCRYPTION_KEY</c>.</summary>
    public Task<EncryptionKeys> GetAsync(CancellationToken cancellationToken = default) =>
        _api.GetAsync(Path, CarillonJson.Default.EncryptionKeys, cancellationToken);

    /// <summary>Seals a part of what the first key does not seal yet; until <see cref="Resealing.Done"/> there is more.</summary>
    /// <param name="limit">1 to 500.</param>
    public Task<Resealing> ResealAsync(int limit = 200, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, new QueryText(Path + "/reseal").Add("limit", limit).ToString()) { Repetition = Repetition.Safe },
            CarillonJson.Default.Resealing, cancellationToken);
}

public sealed record EncryptionKeys
{
    /// <summary>Those of the node that answers, in their order, then those that it does not have.</summary>
    public IReadOnlyList<EncryptionKey> Keys { get => field ?? []; init; }
}

public sealed record EncryptionKey
{
    public required string Id { get; init; }

    /// <summary><c>seals</c>, <c>opens</c> or <c>missing</c>.</summary>
    public required string Role { get; init; }

    /// <summary>What is sealed with it.</summary>
    public long Total { get; init; }

    /// <summary>By kind.</summary>
    public IReadOnlyDictionary<string, long> Secrets { get => field ?? new Dictionary<string, long>(StringComparer.Ordinal); init; }
}

/// <param name="Resealed">Secrets that are sealed with the first key now.</param>
/// <param name="Unreadable">Damaged ones, which no key opens.</param>
/// <param name="Done">Nothing is left that could be sealed anew.</param>
public sealed record Resealing(int Resealed, int Unreadable, bool Done);
