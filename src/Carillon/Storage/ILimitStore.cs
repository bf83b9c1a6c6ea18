using Carillon.Allowances;

namespace Carillon.Storage;

/// <summary>
/// How much of their limits providers have used, by the windows of the limits. What is granted counts as used from then on, whether it is
/// sent or not, until it is given back: so no crash and no other node makes it more than the limit.
/// </summary>
public interface ILimitStore
{
    /// <summary>Applies the corrections and grants what is left of each request, in their order, in one durable commit.</summary>
    ValueTask<IReadOnlyList<LimitGrant>> ReserveAsync(IReadOnlyList<LimitRequest> requests, CancellationToken cancellationToken = default);

    /// <summary>The latest windows of each kind of these providers, two at most.</summary>
    ValueTask<IReadOnlyList<LimitUse>> UsageAsync(IReadOnlyCollection<Guid> providers, CancellationToken cancellationToken = default);
}

/// <summary>What a node wants of a provider's limits.</summary>
public sealed record LimitRequest
{
    public required Guid ProviderId { get; init; }

    /// <summary>The windows of this moment. Each kind at most once.</summary>
    public required IReadOnlyList<LimitWindow> Windows { get; init; }

    /// <summary>As many messages as all of the windows together still have, at most this many.</summary>
    public long Messages { get; init; }

    /// <summary>As much money as the budget still has, at most this much, in millionths.</summary>
    public long Money { get; init; }

    public IReadOnlyList<LimitCorrection> Corrections { get; init; } = [];
}

/// <summary>What is to be added to a window's use: negative what is given back, positive what was spent beyond what had been granted.</summary>
public readonly record struct LimitCorrection(LimitKind Kind, DateTimeOffset Start, long Amount);

/// <param name="Used">Of the request's windows, in their order, what is granted now included.</param>
public sealed record LimitGrant(long Messages, long Money, IReadOnlyList<long> Used);

public readonly record struct LimitUse(Guid ProviderId, LimitKind Kind, DateTimeOffset Start, long Used);
