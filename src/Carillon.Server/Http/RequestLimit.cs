using Carillon.Security;

namespace Carillon.Server.Http;

/// <summary>So many requests in so long: a bucket of <see cref="Requests"/>, filled evenly within <see cref="Window"/>.</summary>
/// <param name="Requests">1 to 1,000,000.</param>
/// <param name="Window">1 second to 1 day, in whole seconds.</param>
internal sealed record RequestLimit(int Requests, TimeSpan Window)
{
    public const int MaxRequests = 1_000_000;
    public const int MaxSeconds = 86_400;
}

/// <summary>What a tenant's requests may be. Null is without a limit, which is the default.</summary>
/// <param name="PerKey">For each of its API keys alone.</param>
/// <param name="PerTenant">For all of its keys together.</param>
internal sealed record RequestLimits(RequestLimit? PerKey, RequestLimit? PerTenant)
{
    public static readonly RequestLimits None = new(null, null);

    /// <summary>How many recipients all of its keys together may address.</summary>
    public RecipientLimits Recipients { get; init; } = RecipientLimits.None;

    /// <summary>Requests are not limited.</summary>
    public bool IsNone => PerKey is null && PerTenant is null;
}
