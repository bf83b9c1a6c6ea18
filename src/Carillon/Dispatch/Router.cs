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

    public Admission Admit(LaneKey lane, DateTimeOffset now)
    {
        var candidates = providers.Route(lane.Tenant, lane.Channel);
        DateTimeOffset? retryAt = null;
        var full = 0;
        foreach (var candidate in candidates)
        {
            switch (candidate.TryEnter(now, out var rested))
            {
                case ProviderStanding.Open:
                    return Admission.Open(candidate);
                case ProviderStanding.Full:
                    full++;
                    break;
                default:
                    if (retryAt is null || rested < retryAt) retryAt = rested;
                    break;
            }
        }

        if (full == 0) return Admission.Down(retryAt ?? now + NoProviderRest);
        return Admission.Waiting(candidates);
    }
}
