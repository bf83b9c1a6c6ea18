using Carillon.Allowances;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Dispatch;

/// <summary>What the scheduler asks of the router before it gives out a message.</summary>
internal interface ILaneRoutes
{
    /// <summary>Takes a place at the best provider that has one for this message, or says what to wait for.</summary>
    Admission Admit(OutboundMessage message, DateTimeOffset now);
}

/// <summary>Whether a lane's next message may go.</summary>
/// <param name="Provider">The provider at which a place was taken; null when there was none.</param>
/// <param name="RetryAt">No provider can serve before this time; null when places are what is missing.</param>
/// <param name="Full">The providers of which one having room again is to be waited for.</param>
/// <param name="Ticket">What was taken of the provider's limits.</param>
internal readonly record struct Admission(ProviderRuntime? Provider, DateTimeOffset? RetryAt, IReadOnlyList<ProviderRuntime> Full, Ticket Ticket = default)
{
    /// <summary>The providers that may serve it, in the order in which they are tried.</summary>
    public ProviderRuntime[] Order { get; init; } = [];

    /// <summary>Other messages of the lane have other providers: they need not wait for this one.</summary>
    public bool IsOfMessage { get; init; }

    public static Admission Open(ProviderRuntime provider, Ticket ticket = default) => new(provider, null, [], ticket);

    public static Admission Down(DateTimeOffset retryAt) => new(null, retryAt, []);

    public static Admission Waiting(IReadOnlyList<ProviderRuntime> full) => new(null, null, full);
}

/// <summary>A message that may go, and the provider at which it has a place.</summary>
/// <param name="Order">The providers that may serve it, in the order in which they are tried.</param>
internal readonly record struct Departure(OutboundMessage Message, ProviderRuntime Provider, Ticket Ticket, ProviderRuntime[] Order);
