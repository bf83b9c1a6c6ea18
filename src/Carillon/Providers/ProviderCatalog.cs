using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Storage;

namespace Carillon.Providers;

/// <summary>
/// The providers of this node, with their gateways made. Routes are snapshots that are replaced whole, so that reading one takes no lock.
/// </summary>
/// <param name="simulate">Serve channels for which there is no provider at all by built-in simulators, so that a first run needs none.</param>
public sealed class ProviderCatalog(
    IProviderStore store, GatewayCatalog kinds, GatewayServices services, SecretBox secrets, IdGenerator ids, TimeProvider time, bool simulate)
    : IAsyncDisposable
{
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly FrozenDictionary<Channel, ProviderRuntime[]> _builtIn = BuiltIn(kinds, services, time, simulate);
    private volatile Snapshot _snapshot = Snapshot.Empty;

    /// <summary>Raised after routes have changed.</summary>
    public event Action? Changed;

    public IReadOnlyCollection<ProviderRuntime> All => _snapshot.ById.Values;

    /// <summary>The enabled providers for a tenant's channel, best first; empty when there are none.</summary>
    public ProviderRuntime[] Route(TenantId tenant, Channel channel)
    {
        var snapshot = _snapshot;
        return snapshot.Routes.TryGetValue((tenant, channel), out var own) ? own
            : snapshot.Routes.TryGetValue((TenantId.Installation, channel), out var shared) ? shared
            : _builtIn.TryGetValue(channel, out var simulator) ? simulator
            : [];
    }

    /// <summary>A provider that the tenant may see: its own, or the installation's.</summary>
    public ProviderRuntime? Find(TenantId tenant, Guid id) => List(tenant).FirstOrDefault(p => p.Provider.Id == id);

    /// <summary>A provider of whichever tenant, built-in simulators included.</summary>
    public ProviderRuntime? Find(Guid id) =>
        _snapshot.ById.TryGetValue(id, out var found) ? found : _builtIn.Values.FirstOrDefault(b => b[0].Provider.Id == id)?[0];

    /// <summary>Those that the tenant may see; built-in simulators among them where they are what serves a channel.</summary>
    public IReadOnlyList<ProviderRuntime> List(TenantId tenant) =>
        [.. _snapshot.ById.Values.Where(p => p.Provider.Tenant == tenant || p.Provider.Tenant == TenantId.Installation)
            .Concat(_builtIn.Where(b => ReferenceEquals(Route(tenant, b.Key), b.Value)).Select(b => b.Value[0]))
            .OrderBy(p => p.Provider.Channel).ThenBy(p => p.Provider.Priority).ThenBy(p => p.Provider.Name, StringComparer.Ordinal)];

    /// <summary>Reads every provider from the store, once, at the start. Those that cannot be made (an unknown kind) are left out and returned with the reason.</summary>
    public async Task<IReadOnlyList<string>> LoadAsync(CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        var made = new List<ProviderRuntime>();
        foreach (var (stored, sealedCredentials) in await store.AllAsync(cancellationToken))
        {
            if (!kinds.TryGet(stored.Kind, out var kind))
            {
                faults.Add($"Provider {stored.Name} is of the unknown kind {stored.Kind}; it is not used.");
                continue;
            }

            try
            {
                var provider = sealedCredentials is null ? stored : stored with { Credentials = Open(stored.Id, sealedCredentials) };
                made.Add(new ProviderRuntime(provider, kind.Create(provider, services)));
            }
            catch (Exception e) when (e is ArgumentException or SecretUnreadableException)
            {
                // One provider that cannot be used must not keep the others from working.
                faults.Add($"Provider {stored.Name} cannot be used: {e.Message}");
            }
        }

        _snapshot = Snapshot.Of(made);
        return faults;
    }

    /// <summary>Checks and stores a provider, and puts it to work on this node.</summary>
    /// <exception cref="DuplicateKeyException">The tenant has a provider of this name.</exception>
    public async Task<ProviderCreation> CreateAsync(TenantId tenant, ProviderDraft draft, CancellationToken cancellationToken)
    {
        var faults = Check(draft, out var kind);
        if (faults.Count > 0) return new ProviderCreation.Refused(faults);

        var now = time.GetUtcNow();
        var provider = new Provider
        {
            Tenant = tenant,
            Id = ids.Next(),
            Name = draft.Name,
            Channel = draft.Channel,
            Kind = kind!.Name,
            Settings = draft.Settings,
            Credentials = draft.Credentials,
            Priority = draft.Priority,
            Weight = draft.Weight,
            IsDefault = draft.IsDefault,
            Enabled = draft.Enabled,
            MaxConcurrency = draft.MaxConcurrency,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var sealedCredentials = provider.Credentials is { } credentials
            ? secrets.Seal(Encoding.UTF8.GetBytes(credentials.GetRawText()), PurposeOf(provider.Id))
            : null;

        await _changing.WaitAsync(cancellationToken);
        try
        {
            await store.CreateAsync(provider with { Credentials = null }, sealedCredentials, cancellationToken);
            var runtime = new ProviderRuntime(provider, kind.Create(provider, services));
            _snapshot = Snapshot.Of([.. _snapshot.ById.Values, runtime]);
            Changed?.Invoke();
            return new ProviderCreation.Created(provider);
        }
        finally
        {
            _changing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var runtime in _snapshot.ById.Values.Concat(_builtIn.Values.Select(b => b[0]))) await runtime.Gateway.DisposeAsync();
        _changing.Dispose();
    }

    private List<FieldFault> Check(ProviderDraft draft, out GatewayKind? kind)
    {
        var faults = new List<FieldFault>();
        kind = null;
        if (string.IsNullOrWhiteSpace(draft.Name)) faults.Add(new("name", "required", "Give the provider a name."));
        else if (draft.Name.Length > 200) faults.Add(new("name", "too_long", "A name has at most 200 characters."));
        if (draft.Priority is < 0 or > 1_000_000) faults.Add(new("priority", "out_of_range", "A priority lies between 0 (tried first) and 1,000,000."));
        if (draft.MaxConcurrency is < 1 or > 10_000) faults.Add(new("max_concurrency", "out_of_range", "It lies between 1 and 10,000."));
        if (draft.Weight is < 0 or > 1_000_000) faults.Add(new("weight", "out_of_range", "A weight lies between 0 and 1,000,000."));
        if (!kinds.TryGet(draft.Kind, out kind))
        {
            var known = string.Join(", ", kinds.Kinds.Select(k => k.Name).Order(StringComparer.Ordinal));
            faults.Add(new("kind", "unknown", $"There is no kind of gateway '{draft.Kind}'; there are {known}."));
            return faults;
        }

        if (!kind.Channels.Contains(draft.Channel))
        {
            var served = string.Join(", ", kind.Channels.Select(c => c.Name()));
            faults.Add(new("kind", "wrong_channel", $"{kind.Name} does not serve {draft.Channel.Name()}; it serves {served}."));
        }

        foreach (var fault in kind.Check(new ProviderSettings(draft.Channel, draft.Settings, draft.Credentials)))
            faults.Add(new(fault.Field, fault.Code, fault.Message));
        return faults;
    }

    /// <summary>Credentials open only where they belong: the purpose under which a provider's are sealed names it.</summary>
    private static string PurposeOf(Guid providerId) => PublicId.Format("provider-credentials:", providerId);

    private JsonElement Open(Guid providerId, byte[] sealedCredentials) =>
        JsonDocument.Parse(secrets.Open(sealedCredentials, PurposeOf(providerId))).RootElement;

    private static FrozenDictionary<Channel, ProviderRuntime[]> BuiltIn(
        GatewayCatalog kinds, GatewayServices services, TimeProvider time, bool simulate)
    {
        if (!simulate || !kinds.TryGet("simulator", out var kind)) return FrozenDictionary<Channel, ProviderRuntime[]>.Empty;
        var now = time.GetUtcNow();
        return Enum.GetValues<Channel>().ToFrozenDictionary(c => c, c =>
        {
            var provider = new Provider
            {
                Tenant = TenantId.Installation,
                // The same on every start, so that what was sent yesterday still names its provider.
                Id = new Guid(0, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, (byte)c),
                Name = $"simulator-{c.Name()}",
                Channel = c,
                Kind = kind.Name,
                Settings = EmptyObject(),
                CreatedAt = now,
                UpdatedAt = now,
            };
            return new[] { new ProviderRuntime(provider, kind.Create(provider, services)) };
        });
    }

    private static JsonElement EmptyObject() => JsonDocument.Parse("{}").RootElement;

    private sealed record Snapshot(
        FrozenDictionary<Guid, ProviderRuntime> ById, FrozenDictionary<(TenantId, Channel), ProviderRuntime[]> Routes)
    {
        public static readonly Snapshot Empty = Of([]);

        public static Snapshot Of(IReadOnlyList<ProviderRuntime> providers) => new(
            providers.ToFrozenDictionary(p => p.Provider.Id),
            providers.Where(p => p.Provider.Enabled)
                .GroupBy(p => (p.Provider.Tenant, p.Provider.Channel))
                .ToFrozenDictionary(
                    g => g.Key,
                    g => g.OrderBy(p => p.Provider.Priority).ThenByDescending(p => p.Provider.IsDefault)
                        .ThenBy(p => p.Provider.Name, StringComparer.Ordinal).ToArray()));
    }
}
