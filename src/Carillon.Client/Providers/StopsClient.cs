using System.Text.Json;

namespace Carillon.Client;

/// <summary><c>/v1/stops</c>: what is stopped in an emergency. With a key of the installation it holds for all tenants.</summary>
public sealed class StopsClient
{
    private const string Path = "v1/stops";

    private readonly ApiConnection _api;

    internal StopsClient(ApiConnection api) => _api = api;

    public Task<Stops> GetAsync(CancellationToken cancellationToken = default) => _api.GetAsync(Path, CarillonJson.Default.Stops, cancellationToken);

    /// <summary>What is named waits from now on, and what is not named goes on, the most urgent first. Nothing is dropped but what expires.</summary>
    public Task<Stops> ReplaceAsync(Stops stops, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Put, Path) { Body = JsonSerializer.SerializeToUtf8Bytes(stops with { ResumedAt = null }, CarillonJson.Default.Stops) },
            CarillonJson.Default.Stops, cancellationToken);
}

public sealed record Stops
{
    /// <summary>Everything of the tenant.</summary>
    public bool? All { get; init; }

    public IReadOnlyList<string> Channels { get => field ?? []; init; }

    /// <summary>Ids of providers: messages go around them.</summary>
    public IReadOnlyList<string> Providers { get => field ?? []; init; }

    /// <summary>When something was last let go again. The server sets it.</summary>
    public DateTimeOffset? ResumedAt { get; init; }
}
