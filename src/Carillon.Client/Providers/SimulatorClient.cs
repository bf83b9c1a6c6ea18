namespace Carillon.Client;

/// <summary><c>/v1/simulator</c>: what simulated gateways were given.</summary>
public sealed class SimulatorClient
{
    private readonly ApiConnection _api;

    internal SimulatorClient(ApiConnection api) => _api = api;

    /// <summary>The newest, newest first.</summary>
    public async Task<IReadOnlyList<SimulatedMessage>> ListAsync(int? limit = null, CancellationToken cancellationToken = default)
    {
        var page = await _api.GetAsync(
            new QueryText("v1/simulator/outbox").Add("limit", limit).ToString(), CarillonJson.Default.PageSimulatedMessage, cancellationToken).ConfigureAwait(false);
        return page.Data;
    }
}

/// <summary>A message that a simulated gateway was given.</summary>
public sealed record SimulatedMessage
{
    public required string MessageId { get; init; }

    public required string Channel { get; init; }

    public required string Provider { get; init; }

    public required string Address { get; init; }

    public string? Subject { get; init; }

    public string? Text { get; init; }

    public string? Html { get; init; }

    public int Attempt { get; init; }

    public required string Outcome { get; init; }

    public string? Answer { get; init; }

    public DateTimeOffset At { get; init; }
}
