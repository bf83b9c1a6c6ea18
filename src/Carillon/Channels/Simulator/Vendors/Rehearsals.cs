using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>The simulated vendors of this process's providers. Those of a provider that was changed report what they took before. Thread-safe.</summary>
internal sealed class Rehearsals : IAsyncDisposable
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly VendorHost _host = new();

    // While a provider changes there are two, and the later one counts; while one is tested, too.
    private readonly ConcurrentDictionary<Guid, ImmutableList<ISimulatedVendor>> _current = new();
    private readonly ConcurrentDictionary<ISimulatedVendor, byte> _all = new();

    /// <summary>The vendor of a provider; null where there is none.</summary>
    public ISimulatedVendor? Find(Guid provider) => _current.TryGetValue(provider, out var vendors) ? vendors.LastOrDefault() : null;

    /// <summary>With what the provider's vendor signs: the same while this process lives, and nobody's to guess.</summary>
    public string SecretOf(Guid provider) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, provider.ToByteArray()))[..32];

    /// <summary>A vendor that speaks HTTP.</summary>
    /// <param name="address">Where it is reached.</param>
    /// <returns>Takes it away again.</returns>
    public IAsyncDisposable Host(Guid provider, SimulatedVendor vendor, out Uri address)
    {
        var at = address = _host.Add(vendor);
        return new Stay(this, provider, vendor, () => _host.Remove(at));
    }

    /// <summary>A vendor that is reached in a way of its own.</summary>
    public IAsyncDisposable Add(Guid provider, ISimulatedVendor vendor) => new Stay(this, provider, vendor, static () => { });

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        foreach (var vendor in _all.Keys)
        {
            if (_all.TryRemove(vendor, out _)) await vendor.DisposeAsync();
        }
    }

    private async Task EndAsync(ISimulatedVendor vendor)
    {
        await vendor.Reports;
        if (_all.TryRemove(vendor, out _)) await vendor.DisposeAsync();
    }

    private sealed class Stay : IAsyncDisposable
    {
        private readonly Rehearsals _rehearsals;
        private readonly Guid _provider;
        private readonly ISimulatedVendor _vendor;
        private readonly Action _leave;

        public Stay(Rehearsals rehearsals, Guid provider, ISimulatedVendor vendor, Action leave)
        {
            (_rehearsals, _provider, _vendor, _leave) = (rehearsals, provider, vendor, leave);
            rehearsals._all[vendor] = 0;
            rehearsals._current.AddOrUpdate(provider, static (_, vendor) => [vendor], static (_, all, vendor) => all.Add(vendor), vendor);
        }

        public ValueTask DisposeAsync()
        {
            _leave();
            _rehearsals._current.AddOrUpdate(_provider, static (_, _) => [], static (_, all, vendor) => all.Remove(vendor), _vendor);
            _ = _rehearsals.EndAsync(_vendor);
            return ValueTask.CompletedTask;
        }
    }
}
