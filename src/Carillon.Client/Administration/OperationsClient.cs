using System.Net;

namespace Carillon.Client;

/// <summary>The queue, the nodes, the figures, and the server's health.</summary>
public sealed class OperationsClient
{
    private readonly ApiConnection _api;

    internal OperationsClient(ApiConnection api) => _api = api;

    /// <summary>The live work of the key's tenant.</summary>
    public Task<Queue> GetQueueAsync(CancellationToken cancellationToken = default) => _api.GetAsync("v1/queue", CarillonJson.Default.Queue, cancellationToken);

    /// <summary>Whether the process lives, and which version it is.</summary>
    public Task<Health> GetHealthAsync(CancellationToken cancellationToken = default) => _api.GetAsync("health", CarillonJson.Default.Health, cancellationToken);

    /// <summary>Whether it can take and deliver. Asked once: a server that is not ready is an answer.</summary>
    public async Task<Readiness> GetReadinessAsync(CancellationToken cancellationToken = default)
    {
        var (status, readiness) = await _api.ProbeAsync("health/ready", CarillonJson.Default.Readiness, cancellationToken).ConfigureAwait(false);
        return readiness with { IsReady = status == HttpStatusCode.OK };
    }

    /// <summary>The nodes that work on the installation, newest first, with those that ended within a day; for its administrators.</summary>
    public async Task<IReadOnlyList<Node>> ListNodesAsync(CancellationToken cancellationToken = default) =>
        (await _api.GetAsync("v1/nodes", CarillonJson.Default.PageNode, cancellationToken).ConfigureAwait(false)).Data;

    /// <summary>Figures in the Prometheus text format.</summary>
    public Task<string> GetMetricsAsync(CancellationToken cancellationToken = default) =>
        _api.GetAsync("metrics", static (content, token) => content.ReadAsStringAsync(token), cancellationToken);
}

public sealed record Queue
{
    public long Total { get; init; }

    public IReadOnlyList<QueueDepth> Queues { get => field ?? []; init; }
}

/// <summary>How much waits in one state, on one channel, at one priority.</summary>
public sealed record QueueDepth
{
    public required string Status { get; init; }

    public required string Channel { get; init; }

    public required string Priority { get; init; }

    public long Count { get; init; }

    public DateTimeOffset? Oldest { get; init; }

    public double? OldestAgeSeconds { get; init; }
}

public sealed record Health(string Status, string Version);

public sealed record Readiness
{
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsReady { get; init; }

    public required string Status { get; init; }

    /// <summary>What was looked at, and how it is.</summary>
    public IReadOnlyDictionary<string, string> Checks { get => field ?? new Dictionary<string, string>(StringComparer.Ordinal); init; }
}

/// <summary>A process that works on the installation.</summary>
public sealed record Node
{
    /// <summary>The number of its incarnation: higher than that of every one before.</summary>
    public long Epoch { get; init; }

    public required string Name { get; init; }

    /// <summary><c>live</c> or <c>ended</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Whether it is the one that answered.</summary>
    public bool IsThis { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset HeartbeatAt { get; init; }

    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>Messages in its hands.</summary>
    public long Owned { get; init; }
}
