using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Carillon.Allowances;
using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Storage;

namespace Carillon.Providers;

/// <summary>
/// The providers of this node, with their gateways made. Routes are snapshots that are replaced whole, so that reading one takes no lock.
/// </summary>
/// <param name="grace">How long replaced credentials still open callbacks; null for <see cref="CarillonOptions.CredentialsGrace"/>'s default.</param>
/// <param name="simulate">Serve channels for which there is no provider at all by built-in simulators, so that a first run needs none.</param>
public sealed class ProviderCatalog(
    IProviderStore store, GatewayCatalog kinds, GatewayServices services, SecretBox secrets, IdGenerator ids, TimeProvider time, bool simulate,
    LimitKeeper? limits = null, TimeSpan? grace = null)
    : IAsyncDisposable
{
    private readonly TimeSpan _grace = grace ?? TimeSpan.FromHours(24);
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly FrozenDictionary<Channel, ProviderRuntime[]> _builtIn = BuiltIn(kinds, services, time, simulate);
    private volatile Snapshot _snapshot = Snapshot.Empty;

    /// <summary>Raised after routes have changed.</summary>
    public event Action? Changed;

    /// <summary>Called when a provider goes to rest after it had been well.</summary>
    internal Action<ProviderRuntime> Tripped { get; set; } = static _ => { };

    public IReadOnlyCollection<ProviderRuntime> All => _snapshot.ById.Values;

    /// <summary>The enabled providers for a tenant's channel, best first; empty when there are none.</summary>
    public ProviderRuntime[] Route(TenantId tenant, Channel channel)
    {
        var snapshot = _snapshot;
        return snapshot.Routes.TryGetValue((tenant, channel), out var own) ? own
            : snapshot.Routes.TryGetValue((TenantId.Installation, channel), out var shared) ? shared
            : _builtIn.TryGetValue(channel, out var simulator) && !snapshot.IsConfigured(tenant, channel) ? simulator
            : [];
    }

    /// <summary>Whether there has never been a provider at all.</summary>
    public bool IsUntouched => _snapshot.Configured.Count == 0;

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
        var all = await store.AllAsync(cancellationToken);
        foreach (var (stored, sealedCredentials) in all.Where(p => p.Provider.DeletedAt is null))
        {
            if (!kinds.TryGet(stored.Kind, out var kind))
            {
                faults.Add($"Provider {stored.Name} is of the unknown kind {stored.Kind}; it is not used.");
                continue;
            }

            try
            {
                var provider = sealedCredentials is null ? stored : stored with { Credentials = Open(stored.Id, sealedCredentials) };
                made.Add(new ProviderRuntime(provider, kind.Create(provider, services), limits) { Previous = PreviousOf(provider, kind), Tripped = OnTripped });
            }
            catch (Exception e) when (e is ArgumentException or SecretUnreadableException)
            {
                // One provider that cannot be used must not keep the others from working.
                faults.Add($"Provider {stored.Name} cannot be used: {e.Message}");
            }
        }

        _snapshot = Snapshot.Of(made, all.Select(p => (p.Provider.Tenant, p.Provider.Channel)));
        return faults;
    }

    /// <summary>Takes up what other nodes have changed: only what has another version than here is made anew.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            foreach (var stored in await store.AllAsync(cancellationToken))
            {
                var isHere = _snapshot.ById.TryGetValue(stored.Provider.Id, out var runtime);
                var isCurrent = isHere ? runtime!.Provider.Version >= stored.Provider.Version : stored.Provider.DeletedAt is not null;
                if (!isCurrent) Apply(Opened(stored).Provider);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Checks and stores a provider, and puts it to work on this node.</summary>
    /// <exception cref="DuplicateKeyException">The tenant has a provider of this name.</exception>
    public Task<ProviderCreation> CreateAsync(TenantId tenant, ProviderDraft draft, CancellationToken cancellationToken) =>
        CreateAsync(tenant, draft, null, cancellationToken);

    /// <inheritdoc cref="CreateAsync(TenantId, ProviderDraft, CancellationToken)"/>
    public async Task<ProviderCreation> CreateAsync(
        TenantId tenant, ProviderDraft draft, KeyedAnswer<Provider>? keyed, CancellationToken cancellationToken)
    {
        var faults = new List<FieldFault>();
        if (draft.Credentials is { } given) draft = draft with { Credentials = CredentialMerge.Apply(given, null, mayStay: true, faults) };
        ProviderCheck.Check(draft, kinds, faults);
        if (faults.Count > 0) return new ProviderCreation.Refused(faults);

        var now = time.GetUtcNow();
        var provider = Made(draft, new Provider
        {
            Tenant = tenant,
            Id = ids.Next(),
            Name = draft.Name,
            Channel = draft.Channel,
            Kind = draft.Kind,
            Settings = draft.Settings,
            CreatedAt = now,
            UpdatedAt = now,
        });

        await _changing.WaitAsync(cancellationToken);
        try
        {
            var existing = await store.CreateAsync(
                provider with { Credentials = null }, Seal(provider), keyed?.RecordOf(provider), cancellationToken);
            if (existing is not null)
                return keyed!.IsRepeated(existing) ? new ProviderCreation.Replayed(existing.Answer) : new ProviderCreation.KeyReused();
            Apply(provider);
            return new ProviderCreation.Created(provider);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>One of the tenant's own as it is stored, its credentials in clear where they can be opened; null when there is none.</summary>
    public async Task<Provider?> GetAsync(TenantId tenant, Guid id, CancellationToken cancellationToken) =>
        await store.GetAsync(tenant, id, cancellationToken) is { } stored ? Opened(stored).Provider : null;

    /// <summary>The tenant's own as they are stored, by id, after one.</summary>
    public async Task<IReadOnlyList<Provider>> ListAsync(
        TenantId tenant, Channel? channel, Guid? after, int limit, CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(tenant, channel, after, limit, cancellationToken)).Select(stored => Opened(stored).Provider)];

    /// <summary>
    /// Replaces all that can be changed. Sends under way end at the gateway that took them; later ones go by the new settings and credentials,
    /// and by no others. Callbacks that are signed with the credentials before them are taken for a while.
    /// </summary>
    /// <param name="versions">Only if it is at one of these; null for any.</param>
    /// <exception cref="DuplicateKeyException">The tenant has another provider of this name.</exception>
    public Task<ProviderChange> ReplaceAsync(
        TenantId tenant, Guid id, ProviderDraft draft, IReadOnlyList<int>? versions, CancellationToken cancellationToken) =>
        ChangeAsync(
            tenant, id, versions, draft.RevokesPrevious ? TimeSpan.Zero : _grace,
            (current, readable, faults) =>
            {
                if (draft.Channel != current.Channel)
                    faults.Add(new("channel", "immutable", $"It stays {current.Channel.Name()}: make another provider for another channel."));
                if (draft.Kind != current.Kind)
                    faults.Add(new("kind", "immutable", $"It stays {current.Kind}: make another provider for another gateway."));
                if (draft.Credentials is null && !readable)
                    faults.Add(new("credentials", "required", "Those that are stored cannot be opened with this encryption key: give them again."));
                // Whoever may change settings may not read secrets, and so may not have them sent to another place.
                var stays = ProviderDestination.IsSame(draft.Settings, current.Settings);
                if (!stays && draft.Credentials is null && current.HasCredentials)
                    faults.Add(new("credentials", "required", "They would go to another place than those that are stored were given for: give them again."));
                var merged = draft with
                {
                    Credentials = draft.Credentials is { } given ? CredentialMerge.Apply(given, current.Credentials, stays, faults) : current.Credentials,
                };
                if (faults.Count == 0) ProviderCheck.Check(merged, kinds, faults);
                return Made(merged, current);
            },
            cancellationToken);

    /// <summary>Lets it serve, or not. Messages that wait for it go to others, or wait on.</summary>
    /// <inheritdoc cref="ReplaceAsync"/>
    public Task<ProviderChange> SetEnabledAsync(
        TenantId tenant, Guid id, bool enabled, IReadOnlyList<int>? versions, CancellationToken cancellationToken) =>
        ChangeAsync(tenant, id, versions, _grace, (current, _, _) => current with { Enabled = enabled }, cancellationToken);

    /// <summary>Removes it with its credentials. Sends under way end; messages that wait go to others, or wait on.</summary>
    /// <inheritdoc cref="ReplaceAsync"/>
    public Task<ProviderChange> DeleteAsync(TenantId tenant, Guid id, IReadOnlyList<int>? versions, CancellationToken cancellationToken) =>
        ChangeAsync(tenant, id, versions, _grace, (current, _, _) => current with { DeletedAt = time.GetUtcNow(), Credentials = null }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var runtime in _snapshot.ById.Values.Concat(_builtIn.Values.Select(b => b[0]))) await runtime.CloseAsync();
        _changing.Dispose();
    }

    /// <param name="graceOfReplaced">How long credentials that the change replaces still count.</param>
    /// <param name="change">Gets the provider as it is, whether its credentials could be opened, and where faults go.</param>
    private async Task<ProviderChange> ChangeAsync(
        TenantId tenant, Guid id, IReadOnlyList<int>? versions, TimeSpan graceOfReplaced, Func<Provider, bool, List<FieldFault>, Provider> change,
        CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                if (await store.GetAsync(tenant, id, cancellationToken) is not { } stored) return new ProviderChange.NotFound();
                var (current, readable) = Opened(stored);
                if (versions is not null && !versions.Contains(current.Version)) return new ProviderChange.Stale(current.Version);
                var faults = new List<FieldFault>();
                var changed = change(current, readable, faults);
                if (faults.Count > 0) return new ProviderChange.Refused(faults);

                var now = time.GetUtcNow();
                changed = CredentialRotation.Apply(current, changed, readable ? stored.SealedCredentials : null, graceOfReplaced, now);
                changed = changed with { Version = current.Version + 1, UpdatedAt = now };
                // What could not be opened stays sealed as it is.
                var kept = !readable && changed.Credentials is null && changed.DeletedAt is null;
                var replaced = await store.ReplaceAsync(
                    changed with { Credentials = null }, kept ? stored.SealedCredentials : Seal(changed), cancellationToken);
                // Another node was faster: what it made of it is looked at anew.
                if (!replaced) continue;
                Apply(changed);
                return new ProviderChange.Changed(changed);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Puts it in the place of what this node had under its id. Nothing is lost: the one before it ends its sends first.</summary>
    private void Apply(Provider provider)
    {
        var before = _snapshot;
        var others = before.ById.Values.Where(p => p.Provider.Id != provider.Id);
        _snapshot = Snapshot.Of(
            provider.DeletedAt is null && Runtime(provider) is { } runtime ? [.. others, runtime] : [.. others],
            [.. before.Configured, (provider.Tenant, provider.Channel)]);
        if (before.ById.TryGetValue(provider.Id, out var old)) old.Retire();
        Changed?.Invoke();
    }

    /// <summary>Null when its kind is unknown or its credentials are not there: it cannot serve.</summary>
    private ProviderRuntime? Runtime(Provider provider)
    {
        if (!kinds.TryGet(provider.Kind, out var kind)) return null;
        try
        {
            var health = _snapshot.ById.TryGetValue(provider.Id, out var before) ? before.Health : null;
            return new ProviderRuntime(provider, kind.Create(provider, services), limits, health) { Previous = PreviousOf(provider, kind), Tripped = OnTripped };
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private void OnTripped(ProviderRuntime provider) => Tripped(provider);

    /// <summary>What checks callbacks by the credentials before these; null where nothing needs that.</summary>
    private IGateway? PreviousOf(Provider provider, GatewayKind kind)
    {
        if (provider.Previous is not { } previous || !previous.Counts(time.GetUtcNow())) return null;
        try
        {
            var gateway = kind.Create(provider with { Credentials = Open(provider.Id, previous.Sealed) }, services);
            if (gateway is ICallbackReceiver) return gateway;
            _ = gateway.DisposeAsync().AsTask();
        }
        catch (Exception e) when (e is ArgumentException or SecretUnreadableException)
        {
            // They do not go with what the settings are now, or their key is gone: then nothing is signed with them that could be checked.
        }

        return null;
    }

    private static Provider Made(ProviderDraft draft, Provider basis) => basis with
    {
        Name = draft.Name,
        Settings = draft.Settings,
        Credentials = draft.Credentials,
        HasCredentials = draft.Credentials is not null,
        Priority = draft.Priority,
        Weight = draft.Weight,
        IsDefault = draft.IsDefault,
        Enabled = draft.Enabled,
        MaxConcurrency = draft.MaxConcurrency,
        Policy = draft.Policy,
    };

    private byte[]? Seal(Provider provider) => provider.Credentials is { } credentials
        ? secrets.Seal(Encoding.UTF8.GetBytes(credentials.GetRawText()), PurposeOf(provider.Id))
        : null;

    private (Provider Provider, bool Readable) Opened((Provider Provider, byte[]? SealedCredentials) stored)
    {
        if (stored.SealedCredentials is null) return (stored.Provider, true);
        try
        {
            return (stored.Provider with { Credentials = Open(stored.Provider.Id, stored.SealedCredentials) }, true);
        }
        catch (SecretUnreadableException)
        {
            return (stored.Provider, false);
        }
    }

    /// <summary>Credentials open only where they belong: the purpose under which a provider's are sealed names it.</summary>
    internal static string PurposeOf(Guid providerId) => PublicId.Format("provider-credentials:", providerId);

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
                Id = BuiltInId(c),
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

    /// <summary>A simulator that stands in where no provider was ever made.</summary>
    public static bool IsBuiltIn(Guid id) => Array.Exists(Enum.GetValues<Channel>(), c => BuiltInId(c) == id);

    private static Guid BuiltInId(Channel channel) => new(0, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, (byte)channel);

    private static JsonElement EmptyObject() => JsonDocument.Parse("{}").RootElement;

    /// <param name="Configured">Where there is a provider, or was one, whether or not it can serve: simulators do not stand in for it.</param>
    private sealed record Snapshot(
        FrozenDictionary<Guid, ProviderRuntime> ById, FrozenDictionary<(TenantId, Channel), ProviderRuntime[]> Routes,
        FrozenSet<(TenantId, Channel)> Configured)
    {
        public static readonly Snapshot Empty = Of([], []);

        public bool IsConfigured(TenantId tenant, Channel channel) =>
            Configured.Contains((tenant, channel)) || Configured.Contains((TenantId.Installation, channel));

        public static Snapshot Of(IReadOnlyList<ProviderRuntime> providers, IEnumerable<(TenantId, Channel)> configured) => new(
            providers.ToFrozenDictionary(p => p.Provider.Id),
            providers.Where(p => p.Provider.Enabled)
                .GroupBy(p => (p.Provider.Tenant, p.Provider.Channel))
                .ToFrozenDictionary(
                    g => g.Key,
                    g => g.OrderByDescending(p => p.Provider.IsDefault).ThenBy(p => p.Provider.Priority)
                        .ThenBy(p => p.Provider.Name, StringComparer.Ordinal).ToArray()),
            configured.ToFrozenSet());
    }
}
