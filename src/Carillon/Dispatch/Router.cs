using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Dispatch;

/// <summary>
/// Which providers may serve a message, in the order in which they are tried: the tenant's own, else the installation's; by
/// priority, then the default one, then by name.
/// </summary>
internal sealed class Router(ProviderCatalog providers) : ILaneRoutes
{
    /// <summary>How long a lane without any provider rests before it looks again; a change of providers wakes it at once.</summary>
    private static readonly TimeSpan NoProviderRest = TimeSpan.FromSeconds(5);

    public IReadOnlyList<ProviderRuntime> Candidates(LaneKey lane) => providers.Route(lane.Tenant, lane.Channel);

    /// <summary>The end of the last window in which a provider of this lane had nothing left; null for never.</summary>
    public DateTimeOffset? LimitedUntil(LaneKey lane)
    {
        DateTimeOffset? last = null;
        foreach (var candidate in Candidates(lane))
        {
            if (candidate.Allowance?.LastOver is { } until && (last is null || until > last)) last = until;
        }

        return last;
    }

    public Admission Admit(LaneKey lane, DateTimeOffset now)
    {
        var candidates = providers.Route(lane.Tenant, lane.Channel);
        DateTimeOffset? retryAt = null;
        var full = 0;
        foreach (var candidate in candidates)
        {
            var entry = candidate.TryEnter(now);
            switch (entry.Standing)
            {
                case ProviderStanding.Open:
                    return Admission.Open(candidate, entry.Ticket);
                case ProviderStanding.Full:
                    full++;
                    break;
                case ProviderStanding.Refilling:
                    // It has room in a moment: nothing goes to a worse one for that.
                    return Admission.Waiting(candidates);
                default:
                    if (retryAt is null || entry.RetryAt < retryAt) retryAt = entry.RetryAt;
                    break;
            }
        }

        if (full == 0) return Admission.Down(retryAt ?? now + NoProviderRest);
        return Admission.Waiting(candidates);
    }
}
