using System.Text.Json;

namespace Carillon.Client;

/// <summary><c>/v1/alerts</c>: what operators should know of, and who of them is told.</summary>
public sealed class AlertsClient
{
    private const string Path = "v1/alerts";

    private readonly ApiConnection _api;

    internal AlertsClient(ApiConnection api) => _api = api;

    /// <summary>Newest first, page by page as they are read.</summary>
    /// <param name="state"><c>open</c> or <c>resolved</c>; null for both.</param>
    /// <param name="kind"><c>limit</c>, <c>budget</c>, <c>circuit</c>, <c>delivery_rate</c> or <c>queue</c>; null for all.</param>
    public IAsyncEnumerable<Alert> ListAsync(
        string? state = null, string? kind = null, string? providerId = null, int? pageSize = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(
            after => new QueryText(Path).Add("state", state).Add("kind", kind).Add("provider_id", providerId).Add("limit", pageSize).Add("after", after).ToString(),
            CarillonJson.Default.PageAlert, cancellationToken);

    public Task<Alert> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"{Path}/{QueryText.Segment(id)}", CarillonJson.Default.Alert, cancellationToken);

    public Task<AlertSettings> GetSettingsAsync(CancellationToken cancellationToken = default) =>
        _api.GetAsync(Path + "/settings", CarillonJson.Default.AlertSettings, cancellationToken);

    /// <summary>Says who is told, and from which figures on. What is left null takes its default.</summary>
    /// <param name="ifVersion">Refused (412) when they are no longer at this version.</param>
    public Task<AlertSettings> ReplaceSettingsAsync(AlertSettings settings, int? ifVersion = null, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Put, Path + "/settings")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(settings, CarillonJson.Default.AlertSettings),
                IfMatch = QueryText.Tag(ifVersion),
                Repetition = ifVersion is null ? Repetition.Safe : Repetition.WhenRefused,
            },
            CarillonJson.Default.AlertSettings, cancellationToken);
}

/// <summary>Something that operators should know of.</summary>
public sealed record Alert
{
    public required string Id { get; init; }

    public required string Kind { get; init; }

    /// <summary><c>warning</c> or <c>critical</c>.</summary>
    public required string Severity { get; init; }

    /// <summary><c>open</c> or <c>resolved</c>.</summary>
    public required string State { get; init; }

    public required string Summary { get; init; }

    public string? Detail { get; init; }

    /// <summary>What to do about it.</summary>
    public string? Remedy { get; init; }

    public string? ProviderId { get; init; }

    /// <summary>The provider's name.</summary>
    public string? Provider { get; init; }

    public string? Channel { get; init; }

    public string? Priority { get; init; }

    /// <summary>Of a limit or budget: <c>hour</c>, <c>day</c>, <c>month</c>, <c>daily_budget</c> or <c>monthly_budget</c>.</summary>
    public string? Window { get; init; }

    public DateTimeOffset? WindowStart { get; init; }

    public DateTimeOffset? Until { get; init; }

    public decimal? Threshold { get; init; }

    public decimal? Value { get; init; }

    public decimal? Limit { get; init; }

    /// <summary>Of <see cref="Value"/> and <see cref="Limit"/>: <c>messages</c>, <c>percent</c>, <c>seconds</c>, <c>failures</c>, or a currency.</summary>
    public string? Unit { get; init; }

    /// <summary>How often it was raised, each time within a day of the one before.</summary>
    public int Repeats { get; init; }

    public DateTimeOffset RaisedAt { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    public string? Resolution { get; init; }
}

/// <summary>Who is told of alerts, and from which figures on; null for the default.</summary>
public sealed record AlertSettings
{
    public IReadOnlyList<AlertRecipient>? Recipients { get; init; }

    /// <summary>What is watched.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>Percent of a limit or budget.</summary>
    public IReadOnlyList<int>? Thresholds { get; init; }

    public AlertDeliveryRate? DeliveryRate { get; init; }

    public AlertQueue? Queue { get; init; }

    /// <summary>1, and one more with each change; not to be set.</summary>
    public int? Version { get; init; }
}

/// <summary>One who is told: by mail, or by a webhook.</summary>
public sealed record AlertRecipient
{
    public string? Email { get; init; }

    /// <summary>A URL.</summary>
    public string? Webhook { get; init; }

    /// <summary>Only of these; of all without it.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }
}

public sealed record AlertDeliveryRate
{
    /// <summary>Percent that must arrive.</summary>
    public int? Floor { get; init; }

    /// <summary>How many points of percent below the day before it may be.</summary>
    public int? Drop { get; init; }

    public int? MinMessages { get; init; }
}

public sealed record AlertQueue
{
    /// <summary>How long due messages may wait, as an ISO 8601 duration (<c>PT15M</c>).</summary>
    public string? Oldest { get; init; }

    /// <summary>From how many on growth is an alert.</summary>
    public int? Messages { get; init; }
}
