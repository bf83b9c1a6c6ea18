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

    public Admission Admit(LaneKey lane, DateTimeOffset now, out DateTimeOffset retryAt)
    {
        var candidates = providers.Route(lane.Tenant, lane.Channel);
        retryAt = DateTimeOffset.MaxValue;
        var anyFull = false;
        for (var i = 0; i < candidates.Length; i++)
        {
            switch (candidates[i].Standing(now, out var rested))
            {
                case ProviderStanding.Open:
                    return Admission.Open;
                case ProviderStanding.Full:
                    anyFull = true;
                    break;
                default:
                    if (rested < retryAt) retryAt = rested;
                    break;
            }
        }

        if (anyFull) return Admission.Full;
        if (candidates.Length == 0) retryAt = now + NoProviderRest;
        return Admission.Down;
    }
}
