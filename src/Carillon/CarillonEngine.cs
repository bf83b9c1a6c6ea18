using System.Text.Json;
using Carillon.Alerts;
using Carillon.Allowances;
using Carillon.Callbacks;
using Carillon.Channels;
using Carillon.Channels.Simulator;
using Carillon.Channels.Simulator.Vendors;
using Carillon.Contacts;
using Carillon.Dispatch;
using Carillon.Dispatch.Maintenance;
using Carillon.Endpoints;
using Carillon.Messages;
using Carillon.Metrics;
using Carillon.Nodes;
using Carillon.Providers;
using Carillon.Quotas;
using Carillon.Routing;
using Carillon.Security;
using Carillon.Senders;
using Carillon.Storage;
using Carillon.Templates;

namespace Carillon;

/// <summary>
/// The whole engine: one instance is one node. Made, started once, used from any thread, disposed (which drains). It knows nothing of HTTP.
/// </summary>
public sealed class CarillonEngine : IAsyncDisposable
{
    /// <summary>Among <see cref="StartNotes"/> when there has never been a provider.</summary>
    public const string NoProviderNote =
        "There is no provider yet: every channel is served by a simulator. Nothing leaves this machine; see /v1/simulator/outbox.";

    private static readonly JsonEncodedText RetryKind = JsonEncodedText.Encode("retried");

    private readonly CarillonOptions _options;
    private readonly TimeProvider _time;
    private readonly IDefectLog _defects;
    private readonly GatewayCatalog _kinds;
    private readonly GatewayServices _gatewayServices;
    private readonly Router _router;
    private readonly RouteView _routes;
    private readonly List<PeriodicService> _upkeep = [];
    private GroupCommitter? _committer;
    private Dispatcher? _dispatcher;
    private LaneScheduler? _lanes;
    private Intake? _intake;
    private ContentReader? _contents;
    private Previewer? _previewer;
    private PlanStepper? _plans;
    private CallbackReader? _callbackReader;
    private CallbackIntake? _callbacks;
    private FigureWriter? _figures;
    private readonly StoreClock? _clock;
    private readonly NodeLease _lease;
    private Task? _stop;

    /// <exception cref="ArgumentException">Options are out of range; the message has all of them.</exception>
    public CarillonEngine(
        IStorage storage, KeyRing keys, CarillonOptions options, TimeProvider time, IDefectLog defects, GatewayCatalog? gateways = null)
    {
        if (options.Check() is { Count: > 0 } faults) throw new ArgumentException(string.Join(Environment.NewLine, faults), nameof(options));
        Storage = storage;
        Keys = keys;
        _options = options;
        // What is due in a store that several nodes share goes by one clock for all.
        _clock = storage.IsShared ? new StoreClock(time) : null;
        _time = time = _clock ?? time;
        _lease = new NodeLease(time, storage.IsShared);
        _defects = defects;
        _kinds = gateways ?? new GatewayCatalog();
        Ids = new IdGenerator(time);
        Secrets = new SecretBox(keys);
        Resealer = new Resealer(storage, keys, Secrets);
        Recipients = new RecipientQuotas(storage.Limits, options, time);
        Outbox = new SimulatorOutbox();
        Templates = new TemplateCatalog(storage.Templates, Ids, options, time);
        Senders = new SenderDirectory(storage.Senders, Secrets, Ids, time);
        Endpoints = new EndpointBook(storage.Nodes, time, defects);
        _gatewayServices = new GatewayServices(time, Outbox)
        {
            Signers = Senders.Find,
            Guard = options.OutgoingGuard,
            CallbackUrl = CallbackUrlOf,
            CallBack = CallBackAsync,
            Endpoints = Endpoints,
        };
        Limits = new LimitKeeper(storage.Limits, time, defects);
        Providers = new ProviderCatalog(storage.Providers, _kinds, _gatewayServices, Secrets, Ids, time, options.Simulate, Limits, options.CredentialsGrace);
        Routing = new RoutingBook(storage.Nodes, time);
        _router = new Router(Providers, Routing);
        _routes = new RouteView(_router, Providers, time);
        Waits = new WaitReader(storage.Log, _routes, time);
        Alerts = new AlertBook(storage.Alerts, () => Intake, time);
        VendorSimulators = new VendorSimulators(_gatewayServices);
        Metrics = new EngineMetrics(this);
        ProviderTests = new ProviderTester(Providers, _kinds, _gatewayServices, Ids, time, defects, options.DefaultRegion);
    }

    public IStorage Storage { get; }

    public KeyRing Keys { get; }

    public SecretBox Secrets { get; }

    /// <summary>Finishes a rotation of the encryption key.</summary>
    public Resealer Resealer { get; }

    /// <summary>How many recipients API keys and tenants may address.</summary>
    public RecipientQuotas Recipients { get; }

    public IdGenerator Ids { get; }

    public TimeProvider Time => _time;

    public GatewayCatalog Gateways => _kinds;

    public SimulatorOutbox Outbox { get; }

    /// <summary>Vendors' APIs to rehearse with, for whoever serves them over HTTP.</summary>
    public VendorSimulators VendorSimulators { get; }

    public TemplateCatalog Templates { get; }

    public ProviderCatalog Providers { get; }

    /// <summary>How messages find their providers, and what is stopped.</summary>
    public RoutingBook Routing { get; }

    /// <summary>How much providers have used of their limits and budgets.</summary>
    public LimitKeeper Limits { get; }

    /// <summary>What operators should know of, and who of them is told.</summary>
    public AlertBook Alerts { get; }

    /// <summary>Null before the start.</summary>
    internal AlertWatch? AlertWatch { get; private set; }

    public ProviderTester ProviderTests { get; }

    public SenderDirectory Senders { get; }

    /// <summary>Endpoints of webhooks that are gone.</summary>
    public EndpointBook Endpoints { get; }

    /// <summary>What it has done and how it is, in figures.</summary>
    public EngineMetrics Metrics { get; }

    /// <summary>The way in. Only after the start.</summary>
    public Intake Intake => _intake ?? throw new InvalidOperationException("The engine has not been started.");

    /// <summary>What a request would come to. Only after the start.</summary>
    public Previewer Previewer => _previewer ?? throw new InvalidOperationException("The engine has not been started.");

    /// <summary>Why messages wait.</summary>
    public WaitReader Waits { get; }

    /// <summary>What messages say. Only after the start.</summary>
    public ContentReader Contents => _contents ?? throw new InvalidOperationException("The engine has not been started.");

    /// <summary>Where vendors' callbacks go in. Only after the start.</summary>
    public CallbackIntake Callbacks => _callbacks ?? throw new InvalidOperationException("The engine has not been started.");

    /// <summary>Whether this node accepts and delivers.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>This node's incarnation; 0 before the start.</summary>
    public long Epoch => _lease.Epoch;

    /// <summary>What the start found to tell the operator: work that was taken back after a crash, providers and signing keys that cannot be used.</summary>
    public IReadOnlyList<string> StartNotes { get; private set; } = [];

    /// <summary>Null while the store takes what is written, else what is wrong; null again a few seconds after the last try.</summary>
    public string? StoreTrouble => _committer?.RecentTrouble;

    /// <summary>Messages under way, or sent and not yet recorded.</summary>
    public int Sending => _lanes?.Sending ?? 0;

    /// <summary>Messages that this node holds in memory.</summary>
    public int InMemory => _lanes?.InMemory ?? 0;

    /// <summary>Opens the store, takes back what a crash left behind, and begins to deliver.</summary>
    /// <exception cref="StorageStartException">The store cannot be used; the message says what to do.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var notes = new List<string>();
        await Storage.OpenAsync(cancellationToken);
        await KeyCheck.VerifyAsync(Storage.Nodes, Keys, cancellationToken);
        var asked = _time.GetTimestamp();
        _lease.Begin(await Storage.Nodes.StartAsync(Environment.MachineName, _time.GetUtcNow(), cancellationToken), asked);
        // Of a store that others use too only what nobody lives to own: those that are gone are noticed in time.
        var rescue = await Storage.Queue.RescueAsync([Epoch], _time.GetUtcNow(), cancellationToken);
        if (rescue.Requeued + rescue.Unknown > 0)
            notes.Add($"The last run ended without warning: {rescue.Requeued} messages go on, {rescue.Unknown} ended as outcome_unknown.");

        notes.AddRange(await Senders.LoadAsync(cancellationToken));
        notes.AddRange(await Providers.LoadAsync(cancellationToken));
        await Routing.LoadAsync(cancellationToken);
        await Endpoints.LoadAsync(cancellationToken);
        if (Providers.IsUntouched && _options.Simulate)
            notes.Add(NoProviderNote);

        Run();
        var membership = new Membership(
            Storage, _lease, _clock, Environment.MachineName, _dispatcher!, RefreshAsync, _time, _defects);
        await membership.BeginAsync(cancellationToken);
        await Limits.StartAsync(cancellationToken);
        var surveyor = new Surveyor(_dispatcher!, _time, _defects);
        await surveyor.SurveyAsync(cancellationToken);
        var rescuer = new CallbackRescuer(Storage.Queue, _callbackReader!, _time, _defects);
        await rescuer.ReadAllAsync(cancellationToken);
        _figures = new FigureWriter(Storage.Figures, Providers, Epoch, _time, _defects);
        _upkeep.AddRange([
            surveyor,
            rescuer,
            new StepTimer(Storage.Queue, _committer!, _plans!, _dispatcher!, _time, _defects),
            membership,
            new Cleaner(Storage, _lease, _options, _time, _defects),
            AlertWatch!,
            _figures,
            new CounterRebuilder(Storage, _lease, _time, _defects),
        ]);
        if (!Storage.IsShared && Keys.Count > 1) _upkeep.Add(new Sealer(Resealer, _time, _defects));
        foreach (var service in _upkeep) service.Start();
        StartNotes = notes;
        IsRunning = true;
    }

    /// <summary>
    /// Cancels what still waits of a notification, in the store or in this node's memory. What is under way is <see cref="CancelState.InFlight"/>;
    /// it is not tried again. Empty when the tenant has no such notification.
    /// </summary>
    public async ValueTask<IReadOnlyList<CancelledMessage>> CancelAsync(TenantId tenant, Guid notificationId, CancellationToken cancellationToken)
    {
        var cancelled = await Storage.Queue.CancelAsync(tenant, notificationId, _time.GetUtcNow(), cancellationToken);
        return TakeOut([notificationId], cancelled);
    }

    /// <summary>
    /// Cancels what still waits of a batch, as it stands now; what of it is accepted later is not. Chunk by chunk, so that nothing else waits
    /// long for the store: a fault of the store leaves the rest, and asking again cancels it. Null when the tenant has no such batch.
    /// </summary>
    public async ValueTask<BatchCancellation?> CancelBatchAsync(TenantId tenant, Guid batchId, CancellationToken cancellationToken)
    {
        const int chunk = 200;
        if (await Storage.Log.GetBatchAsync(tenant, batchId, cancellationToken) is null) return null;
        var total = new BatchCancellation(0, 0, 0);
        Guid? after = null;
        while (await Storage.Log.BatchNotificationsAsync(tenant, batchId, after, chunk, cancellationToken) is { Count: > 0 } ids)
        {
            var cancelled = TakeOut(ids, await Storage.Queue.CancelManyAsync(tenant, ids, _time.GetUtcNow(), cancellationToken));
            total = total.With(cancelled);
            after = ids[^1];
        }

        return total;
    }

    /// <summary>
    /// Begins to make the counters anew from the log, or goes on with that; a node does it beside its work. See <see cref="ICounterStore"/>.
    /// </summary>
    public ValueTask<CounterRebuild> RebuildCountersAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        return Storage.Counters.BeginAsync(now, now - CounterRebuilder.Margin, cancellationToken);
    }

    /// <summary>Puts a message that has failed back into its lane, see <see cref="IQueueStore.RetryAsync"/>.</summary>
    /// <param name="by">Who asks for it, for the message's trace: the id of an API key.</param>
    public async ValueTask<RetryResult> RetryAsync(TenantId tenant, Guid messageId, string by, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var trace = new TraceWriter();
        var line = trace.Begin(now, RetryKind);
        line.WriteString("by", by);
        trace.End();
        var result = await Storage.Queue.RetryAsync(tenant, messageId, now, trace.Take(), cancellationToken);
        if (result is RetryResult.Queued queued) _dispatcher?.Queued(queued.Lane);
        return result;
    }

    /// <summary>Takes what this node has in memory of cancelled notifications, and answers as that leaves it.</summary>
    private IReadOnlyList<CancelledMessage> TakeOut(IReadOnlyCollection<Guid> notificationIds, IReadOnlyList<CancelledMessage> cancelled)
    {
        if (!cancelled.Any(c => c.State == CancelState.InFlight) || _dispatcher is null) return cancelled;
        var taken = _dispatcher.Cancel(notificationIds).Select(m => m.Id).ToHashSet();
        return [.. cancelled.Select(c => taken.Contains(c.Id) ? c with { State = CancelState.Cancelled, Status = MessageStatus.Cancelled } : c)];
    }

    /// <summary>
    /// Drains: refuses new work, lets what is being accepted be stored and sends under way end, hands the rest back, closes the store.
    /// Gateways close before the committer, so that what they still learn is recorded.
    /// </summary>
    public ValueTask DisposeAsync() => new(StopAsync());

    /// <summary>As <see cref="DisposeAsync"/>. However often it is called, it is done once; all wait for its end.</summary>
    public Task StopAsync()
    {
        lock (_upkeep) return _stop ??= DrainAsync();
    }

    private async Task DrainAsync()
    {
        IsRunning = false;
        var deadline = _time.GetUtcNow() + _options.DrainTimeout;
        if (_intake is not null) await _intake.CloseAsync(deadline);
        foreach (var service in _upkeep) await service.DisposeAsync();
        if (_dispatcher is not null) await _dispatcher.DrainAsync(deadline);
        await WriteFiguresAsync();
        await Providers.DisposeAsync();
        await Limits.DisposeAsync();
        await Recipients.DisposeAsync();
        if (_callbackReader is not null) await _callbackReader.DisposeAsync();
        await VendorSimulators.DisposeAsync();
        await _gatewayServices.Rehearsals.DisposeAsync();
        _gatewayServices.HttpConnections.Dispose();
        if (_committer is not null) await _committer.DisposeAsync();
        if (_dispatcher is not null)
        {
            await CloseNodeAsync(_dispatcher);
            await _dispatcher.DisposeAsync();
        }

        Metrics.Dispose();
        Senders.Dispose();
        await Storage.DisposeAsync();
    }

    private void Run()
    {
        _lanes = new LaneScheduler(_options, _router, _lease, _time);
        var plans = _plans = new PlanStepper(Ids, _lanes);
        var renderer = new Renderer(Templates, Secrets);
        var contacts = new ContactDirectory(Storage.Contacts);
        _committer = new GroupCommitter(
            Storage.Queue, _lease, _options.CommitLinger, _time, outcomes => _dispatcher!.Recorded(outcomes));
        _dispatcher = new Dispatcher(_lanes, _committer, Storage, _lease, renderer, _router, _routes, plans, _options, _time, _defects);
        Providers.Changed += LookAgain;
        Routing.Changed += LookAgain;
        Limits.HasRoom = provider => _dispatcher.ProviderHasRoom(provider, ProviderRoom.Changed);
        Limits.Resume = LookAgain;
        _callbackReader = new CallbackReader(Providers, _committer, new EventResolver(Storage.Log, Storage.Contacts, Ids), _time, _defects);
        _callbacks = new CallbackIntake(Providers, _committer, _callbackReader, Ids, Storage.Queue);
        _contents = new ContentReader(Storage.Log, renderer);
        var builder = new NotificationBuilder(contacts, Templates, Storage.Attachments, plans, Secrets, Ids, _time, _options.DefaultRegion);
        _previewer = new Previewer(builder, _lanes, Templates, renderer, _routes);
        _intake = new Intake(
            builder, contacts, Storage.Queue, _committer, _dispatcher, _lanes, _options, _time);
        AlertWatch = WatchOf(_intake);
    }

    private AlertWatch WatchOf(Intake intake)
    {
        var store = Storage.Alerts;
        var raiser = new AlertRaiser(store, Ids);
        var circuits = new CircuitWatch(Providers, raiser, store, _time, _defects);
        Providers.Tripped = circuits.Tripped;
        return new AlertWatch(
            Storage, _lease, circuits, new LimitWatch(Limits, Providers, raiser, store), new DeliveryWatch(Providers, raiser, store),
            new QueueWatch(Routing, raiser, store, Storage.Log), new AlertTeller(store, Storage.Log, intake, _options.IdempotencyRetention, _time, _defects), _time, _defects);
    }

    /// <summary>No lane waits longer for what it was told to wait for.</summary>
    private void LookAgain()
    {
        _lanes!.Resume();
        _dispatcher!.Nudge();
    }

    /// <summary>Another node has changed something that this one remembers.</summary>
    private async Task RefreshAsync(string topic, CancellationToken cancellationToken)
    {
        switch (topic)
        {
            case ChangeTopics.Providers:
                await Providers.RefreshAsync(cancellationToken);
                break;
            case ChangeTopics.Routing:
                await Routing.LoadAsync(cancellationToken);
                break;
            case ChangeTopics.Endpoints:
                await Endpoints.LoadAsync(cancellationToken);
                break;
            case ChangeTopics.Senders:
                await Senders.LoadAsync(cancellationToken);
                break;
            case ChangeTopics.Templates:
                Templates.Forget();
                break;
        }
    }

    private async Task CallBackAsync(Guid provider, CallbackRequest request)
    {
        try
        {
            if (IsRunning) await Callbacks.ReceiveAsync(provider, request, CancellationToken.None);
        }
        catch (StorageUnavailableException)
        {
            // As when a vendor's call finds nobody, and is not repeated.
        }
        catch (Exception e)
        {
            _defects.Report("A simulated callback", e);
        }
    }

    private Uri? CallbackUrlOf(Guid provider) =>
        _options.PublicUrl is { } url ? new Uri($"{url.AbsoluteUri.TrimEnd('/')}/callbacks/{PublicId.Format(PublicId.Provider, provider)}") : null;

    private async Task WriteFiguresAsync()
    {
        try
        {
            if (_figures is not null) await _figures.WriteAsync(CancellationToken.None);
        }
        catch (StorageUnavailableException)
        {
            // They are lost as after a kill.
        }
    }

    private async Task CloseNodeAsync(Dispatcher dispatcher)
    {
        try
        {
            await dispatcher.ReleaseAsync();
            // A node that leaves sends behind has not ended in order: the next start looks after them.
            if (Sending == 0) await Storage.Nodes.StopAsync(Epoch);
        }
        catch (StorageUnavailableException)
        {
            // The next start takes back what this one still owns.
        }
    }
}
