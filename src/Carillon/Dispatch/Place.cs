using Carillon.Channels;
using Carillon.Providers;

namespace Carillon.Dispatch;

/// <summary>The place that a message has among a provider's sends: given back once, to the provider that gave it.</summary>
internal sealed class Place(DeliveryServices services, ProviderRuntime provider)
{
    private bool _isHeld = true;

    public ProviderRuntime Provider { get; private set; } = provider;

    /// <summary>Gives the place back after a send.</summary>
    public void Leave(SendResult result, DateTimeOffset now)
    {
        _isHeld = false;
        services.ProviderHasRoom(Provider, Provider.Exit(result, now));
    }

    /// <summary>Takes a place at another provider; false when it has none.</summary>
    public bool MoveTo(ProviderRuntime other)
    {
        LeaveUnused();
        if (other.TryEnter(services.Time.GetUtcNow(), out _) != ProviderStanding.Open) return false;
        Provider = other;
        _isHeld = true;
        return true;
    }

    /// <summary>Gives the place back if nothing was sent with it.</summary>
    public void LeaveUnused()
    {
        if (!_isHeld) return;
        _isHeld = false;
        Provider.Leave();
        services.ProviderHasRoom(Provider, ProviderRoom.OnePlace);
    }
}
