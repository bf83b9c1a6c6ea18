using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Carillon.Callbacks;
using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Security;
using Carillon.Storage;
using Carillon.Tests.Storage.Sqlite;
using Carillon.Tests.Storage.StorageConformance;

namespace Carillon.Tests.Dispatch;

/// <summary>A whole engine on a store of its own, with gateways that do what a test says.</summary>
internal sealed class EngineHarness : IAsyncDisposable
{
    public static readonly TenantId Tenant = new(1);

    private readonly StorageFactory _storage;
    private readonly CarillonOptions _options;

    private readonly TimeProvider _time;

    private EngineHarness(StorageFactory storage, CarillonOptions options, TimeProvider time) => (_storage, _options, _time) = (storage, options, time);

    public CarillonEngine Engine { get; private set; } = null!;

    /// <summary>Makes stores over the same data, for other nodes.</summary>
    public StorageFactory Storage => _storage;

    /// <summary>The encryption keys that count from the next start on.</summary>
    public string Keys { get; set; } = "a key that is only for tests";

    public ConcurrentQueue<string> Defects { get; } = new();

    /// <summary>By the provider's name: what it answers to each message.</summary>
    public ConcurrentDictionary<string, Func<GatewayMessage, ValueTask<SendResult>>> Scripts { get; } = new();

    /// <summary>What callbacks to the scripted gateways say; the body is the key.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<CallbackEvent>> CallbackEvents { get; } = new();

    /// <summary>Every send, in order: the provider and the text.</summary>
    public ConcurrentQueue<(string Provider, string Address, string Subject, string Text)> Sends { get; } = new();

    /// <summary>Gateways that were disposed: the provider's name and version.</summary>
    public ConcurrentQueue<(string Provider, int Version)> Closed { get; } = new();

    /// <summary>On SQLite.</summary>
    public static Task<EngineHarness> StartAsync(CarillonOptions? options = null, params string[] providers) =>
        StartOnAsync(new SqliteFactory(), options, providers);

    /// <summary>By a clock of the test's.</summary>
    public static Task<EngineHarness> StartAtAsync(TimeProvider time) => StartAsync(new SqliteFactory(), time, null, []);

    /// <param name="storage">The harness disposes of it.</param>
    public static Task<EngineHarness> StartOnAsync(StorageFactory storage, CarillonOptions? options = null, params string[] providers) =>
        StartAsync(storage, TimeProvider.System, options, providers);

    private static async Task<EngineHarness> StartAsync(StorageFactory storage, TimeProvider time, CarillonOptions? options, string[] providers)
    {
        await storage.PrepareAsync();
        var harness = new EngineHarness(storage, options ?? new CarillonOptions { Retry = new RetryPolicy { BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(5) } }, time);
        await harness.OpenAsync();
        var order = 0;
        foreach (var name in providers) await harness.AddAsync(name, ++order);
        return harness;
    }

    public async Task<Provider> AddAsync(
        string name, int priority = 100, ProviderPolicy? policy = null, Channel channel = Channel.Email, bool isDefault = false, int weight = 1)
    {
        var draft = new ProviderDraft
        {
            Name = name,
            Channel = channel,
            Kind = "scripted",
            Settings = JsonDocument.Parse("{}").RootElement,
            Priority = priority,
            Policy = policy ?? ProviderPolicy.None,
            IsDefault = isDefault,
            Weight = weight,
        };
        return Assert.IsType<ProviderCreation.Created>(await Engine.Providers.CreateAsync(Tenant, draft, TestContext.Current.CancellationToken)).Provider;
    }

    /// <summary>Ends the engine as a crash would, as far as one process can: nothing is drained, recorded or released.</summary>
    public async Task RestartAsync()
    {
        await Engine.DisposeAsync();
        await OpenAsync();
    }

    public static NotificationRequest Mail(string address = "ana@example.net", string message = "Hello") => new()
    {
        Recipient = new RecipientRequest { Email = address },
        Channels = [Channel.Email],
        Subject = "Subject",
        Message = message,
    };

    public ValueTask<AcceptResult> TryAcceptAsync(NotificationRequest request, IdempotencyKey? key = null) =>
        Engine.Intake.AcceptAsync(Tenant, request, key, n => Encoding.UTF8.GetBytes($"\"{n.Id}\""), TestContext.Current.CancellationToken);

    public async Task<Notification> AcceptAsync(NotificationRequest request) =>
        Assert.IsType<AcceptResult.Accepted>(await TryAcceptAsync(request)).Notification;

    /// <summary>The message once it is final (or whatever else is asked for).</summary>
    public async Task<StoredMessage> UntilAsync(Guid message, Func<StoredMessage, bool>? condition = null)
    {
        condition ??= m => m.Status.IsFinal();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        StoredMessage? stored = null;
        for (var i = 0; i < 4000; i++)
        {
            stored = await Engine.Storage.Log.GetMessageAsync(Tenant, message, TestContext.Current.CancellationToken);
            if (stored is not null && condition(stored)) return stored;
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        throw new TimeoutException(
            $"The message did not come to what was awaited: it is {stored?.Status}, {stored?.Reason}, after {stored?.Attempts} attempts. {Encoding.UTF8.GetString(stored?.Trace ?? [])}");
    }

    /// <summary>For what must not happen: comes back once the engine's own clock is past a time, and it has looked at what was due by then.</summary>
    public async Task PassedAsync(DateTimeOffset time)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (Engine.Time.GetUtcNow() < time || (await Engine.Storage.Queue.DueStepsAsync(time, 1, TestContext.Current.CancellationToken)).Count > 0)
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
    }

    public async Task<StoredMessage> DeliverAsync(NotificationRequest request) => await UntilAsync((await AcceptAsync(request)).Messages[0].Id);

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _storage.DisposeAsync();
        Assert.Empty(Defects);
    }

    /// <param name="by">What it is signed with, for a provider that has a <c>sign</c> among its credentials.</param>
    public ValueTask<CallbackAnswer> CallBackAsync(string provider, string body, bool signed = true, string by = "yes") => Engine.Callbacks.ReceiveAsync(
        Engine.Providers.List(Tenant).Single(p => p.Provider.Name == provider).Provider.Id,
        new CallbackRequest
        {
            Method = "POST",
            Url = new Uri("https://example.net/callbacks/x"),
            Headers = signed ? new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["x-signed"] = by } : [],
            Body = Encoding.UTF8.GetBytes(body),
            ReceivedAt = Engine.Time.GetUtcNow(),
        },
        TestContext.Current.CancellationToken);

    private async Task OpenAsync()
    {
        Assert.True(KeyRing.TryParse(Keys, out var ring, out _));
        Engine = new CarillonEngine(
            _storage.Create(_time), ring, _options,
            _time, new DefectList(Defects), new GatewayCatalog([Kind()]));
        await Engine.StartAsync(TestContext.Current.CancellationToken);
    }

    private GatewayKind Kind() => new()
    {
        Name = "scripted",
        Label = "Scripted",
        Channels = Enum.GetValues<Channel>(),
        SettingsSchema = "{}",
        Check = _ => [],
        Create = (provider, _) => new ScriptedGateway(
            this, provider.Name, provider.Version,
            provider.Credentials is { } credentials && credentials.TryGetProperty("sign", out var sign) ? sign.GetString() : null),
    };

    private sealed class ScriptedGateway(EngineHarness harness, string name, int version, string? sign) : IGateway, ICallbackReceiver
    {
        private int _underWay;
        private bool _isClosed;

        public ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken) =>
            new(request.Header("X-Signed") is not { } signature || (sign is not null && signature != sign) ? new CallbackVerdict.Refused("no signature") : new CallbackVerdict.Genuine());

        public IReadOnlyList<CallbackEvent> Read(CallbackRequest request) =>
            harness.CallbackEvents.TryGetValue(Encoding.UTF8.GetString(request.Body.Span), out var events)
                ? events
                : throw new FormatException("Nobody knows what this says.");

        public ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken)
        {
            harness.Sends.Enqueue((name, message.Message.Address, Encoding.UTF8.GetString(message.Content.Subject.Span), Encoding.UTF8.GetString(message.Content.Text.Span)));
            if (_isClosed) harness.Defects.Enqueue($"{name} was asked to send after it was closed.");
            return harness.Scripts.TryGetValue(name, out var script) ? RunAsync(script, message) : new(SendResult.Accepted("ok"));
        }

        public ValueTask DisposeAsync()
        {
            _isClosed = true;
            if (Volatile.Read(ref _underWay) > 0) harness.Defects.Enqueue($"{name} was closed under a send.");
            harness.Closed.Enqueue((name, version));
            return ValueTask.CompletedTask;
        }

        private async ValueTask<SendResult> RunAsync(Func<GatewayMessage, ValueTask<SendResult>> script, GatewayMessage message)
        {
            Interlocked.Increment(ref _underWay);
            try
            {
                return await script(message);
            }
            finally
            {
                Interlocked.Decrement(ref _underWay);
            }
        }
    }

    private sealed class DefectList(ConcurrentQueue<string> defects) : IDefectLog
    {
        public void Report(string where, Exception exception) => defects.Enqueue($"{where}: {exception}");
    }
}
