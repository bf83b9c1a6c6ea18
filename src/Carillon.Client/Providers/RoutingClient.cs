using System.Text.Json;

namespace Carillon.Client;

/// <summary><c>/v1/routing</c>: by which rules messages find their provider.</summary>
public sealed class RoutingClient
{
    private const string Path = "v1/routing";

    private readonly ApiConnection _api;

    internal RoutingClient(ApiConnection api) => _api = api;

    public Task<RoutingRules> GetAsync(CancellationToken cancellationToken = default) => _api.GetAsync(Path, CarillonJson.Default.RoutingRules, cancellationToken);

    /// <summary>Replaces all rules. Without a rule the installation's hold, else priority.</summary>
    public Task<RoutingRules> ReplaceAsync(RoutingRules rules, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Put, Path) { Body = JsonSerializer.SerializeToUtf8Bytes(rules, CarillonJson.Default.RoutingRules) },
            CarillonJson.Default.RoutingRules, cancellationToken);
}

/// <summary>One rule for a channel, and one for each category that is to differ.</summary>
public sealed record RoutingRules
{
    public required IReadOnlyList<RoutingRule> Rules { get; init; }
}

public sealed record RoutingRule
{
    public required string Channel { get; init; }

    /// <summary>Only of notifications of this category; without it of all that have no rule of their own.</summary>
    public string? Category { get; init; }

    /// <summary><c>priority</c> (the default), <c>least_cost</c> or <c>fastest</c>.</summary>
    public string? Strategy { get; init; }

    /// <summary>The same provider for the same recipient, as long as it can.</summary>
    public bool? Sticky { get; init; }
}
