using Carillon.Allowances;
using Carillon.Channels;
using Carillon.Providers;

namespace Carillon.Dispatch;

/// <summary>The place that a message has among a provider's sends: given back once, to the provider that gave it.</summary>
internal sealed class Place(DeliveryServices services, ProviderRuntime provider, Ticket ticket)
{
    /// <summary>How often the next portion is waited for: others may be quicker to take it.</summary>
    private const int Patience = 5;

    private Ticket _ticket = ticket;
    private bool _isHeld = true;

    public ProviderRuntime Provider { get; private set; } = provider;

    /// <summary>Gives the place back after a send.</summary>
    public void Leave(SendResult result, TimeSpan took, DateTimeOffset now)
    {
        _isHeld = false;
        services.ProviderHasRoom(Provider, Provider.Exit(_ticket, result, took, now));
    }

    /// <summary>Takes a place at another provider; <see cref="ProviderStanding.Open"/> when it has one.</summary>
    public async ValueTask<ProviderEntry> MoveToAsync(ProviderRuntime other, Price? price)
    {
        LeaveUnused();
        for (var tries = 1; ; tries++)
        {
            var entry = other.TryEnter(services.Time.GetUtcNow(), price);
            if (entry.Standing == ProviderStanding.Refilling && tries < Patience)
            {
                await other.Allowance!.AnsweredAsync();
                continue;
            }

            if (entry.Standing != ProviderStanding.Open) return entry;
            Provider = other;
            _ticket = entry.Ticket;
            _isHeld = true;
            return entry;
        }
    }

    /// <summary>
    /// Makes sure, now that the message is made, that the provider's limits and budget have room for it: the window may have ended since it got its
    /// place, and its parts are only counted now.
    /// </summary>
    /// <returns>Null when it may be sent, else what is used up.</returns>
    public async ValueTask<LimitEnd?> SecureAsync(Price? price, int segments)
    {
        if (Provider.Allowance is not { } allowance) return null;
        for (var tries = 1; ; tries++)
        {
            var now = services.Time.GetUtcNow();
            switch (allowance.TrySecure(now, price, segments, ref _ticket, out var end))
            {
                case AllowanceAnswer.Taken:
                    return null;
                case AllowanceAnswer.Over:
                    return end;
                case AllowanceAnswer.Asked when tries < Patience:
                    await allowance.AnsweredAsync();
                    break;
                default:
                    // The store does not answer: nothing may be sent that is not reserved.
                    return new LimitEnd(LimitKind.Second, now + TimeSpan.FromSeconds(1));
            }
        }
    }

    /// <summary>Gives the place back if nothing was sent with it.</summary>
    public void LeaveUnused()
    {
        if (!_isHeld) return;
        _isHeld = false;
        Provider.Leave(_ticket, services.Time.GetUtcNow());
        services.ProviderHasRoom(Provider, ProviderRoom.OnePlace);
    }
}
