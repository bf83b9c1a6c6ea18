using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Channels.Simulator;

/// <summary>
/// A gateway that reaches nobody: it puts what it takes into the <see cref="SimulatorOutbox"/> and fails as it is told, by its
/// settings or by the address. It serves every channel.
/// </summary>
internal sealed class SimulatorGateway : IGateway, ICallbackReceiver
{
    public static readonly GatewayKind Kind = new()
    {
        Name = "simulator",
        Label = "Simulator",
        Channels = Enum.GetValues<Channel>(),
        SettingsSchema = SimulatorSettings.Schema,
        Check = Check,
        Create = Create,
    };

    /// <summary>How much longer a slow address takes.</summary>
    internal static readonly TimeSpan SlowLatency = TimeSpan.FromSeconds(2);

    private readonly SimulatorSettings _settings;
    private readonly SimulatorOutbox _outbox;
    private readonly TimeProvider _time;
    private readonly ulong _seed;
    private readonly bool _draws;
    private readonly SimulatorReceipts? _receipts;

    // (second of the clock << 32) | sends within it.
    private long _window;

    private SimulatorGateway(Provider provider, SimulatorSettings settings, GatewayServices services)
    {
        _settings = settings;
        _outbox = services.Outbox;
        _time = services.Time;
        // Two simulators must not fail for the same messages, or a failover would never help.
        _seed = _settings.Seed is { } seed ? (ulong)seed : new SimulatorDraw(provider.Id, 0, 0).Next();
        var receipts = new SimulatorReceipts(provider, _settings, services);
        _receipts = receipts.IsOn ? receipts : null;
        _draws = _receipts is not null || _settings.FailureRate + _settings.RejectRate + _settings.ThrottleRate + _settings.LostAnswerRate > 0
            || _settings.LongestLatency > TimeSpan.Zero;
    }

    public ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken)
    {
        var draw = _draws ? new SimulatorDraw(message.Message.Id, message.Attempt, _seed) : default;
        var fault = SimulatorAddress.FaultOf(message.Message.Address);
        if (fault == SimulatorFault.None && _draws) fault = Draw(ref draw);
        var latency = _settings.LongestLatency == TimeSpan.Zero
            ? TimeSpan.Zero
            : _settings.ShortestLatency + ((_settings.LongestLatency - _settings.ShortestLatency) * draw.NextDouble());
        if (fault == SimulatorFault.Slow) latency += SlowLatency;

        return latency == TimeSpan.Zero
            ? new ValueTask<SendResult>(Answer(message, fault, ref draw))
            : AnswerLaterAsync(message, fault, latency, draw, cancellationToken);
    }

    public ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken) =>
        new(_receipts?.Verify(request) ?? new CallbackVerdict.Refused("This simulator reports nothing."));

    public IReadOnlyList<CallbackEvent> Read(CallbackRequest request) => SimulatorReceipts.Read(request);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static IGateway Create(Provider provider, GatewayServices services)
    {
        var faults = new List<SettingsFault>();
        var settings = SimulatorSettings.Read(new ProviderSettings(provider.Channel, provider.Settings, provider.Credentials), faults);
        if (faults.Count > 0) throw new ArgumentException("The settings were not checked.", nameof(provider));
        return settings.Vendor is { } vendor
            ? Vendors.Rehearsal.Create(vendor, provider, settings, services)
            : new SimulatorGateway(provider, settings, services);
    }

    private static IReadOnlyList<SettingsFault> Check(ProviderSettings settings)
    {
        var faults = new List<SettingsFault>();
        SimulatorSettings.Read(settings, faults);
        return faults;
    }

    private async ValueTask<SendResult> AnswerLaterAsync(
        GatewayMessage message, SimulatorFault fault, TimeSpan latency, SimulatorDraw draw, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(latency, _time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Nothing is taken before the latency has passed.
            return SendResult.Unavailable("Simulated: given up by the sender before it was taken.");
        }

        return Answer(message, fault, ref draw);
    }

    private SimulatorFault Draw(ref SimulatorDraw draw)
    {
        var at = draw.NextDouble();
        if ((at -= _settings.FailureRate) < 0) return SimulatorFault.Unavailable;
        if ((at -= _settings.RejectRate) < 0) return SimulatorFault.Rejected;
        if ((at -= _settings.ThrottleRate) < 0) return SimulatorFault.Throttled;
        return at < _settings.LostAnswerRate ? SimulatorFault.AnswerLost : SimulatorFault.None;
    }

    private SendResult Answer(GatewayMessage message, SimulatorFault fault, ref SimulatorDraw draw)
    {
        if (_settings.Outage) return SendResult.Unavailable("Simulated outage.");
        var now = _time.GetUtcNow();
        if (_settings.PerSecond is { } limit && !IsWithin(limit, now, out var wait))
            return SendResult.Throttled("Simulated limit per second.", wait);

        switch (fault)
        {
            case SimulatorFault.Unavailable:
            case SimulatorFault.Flaky when message.Attempt <= 1:
                return SendResult.Unavailable("Simulated failure.");
            case SimulatorFault.Rejected:
                return SendResult.Rejected("Simulated rejection.");
            case SimulatorFault.Throttled:
                return SendResult.RetryAfter("Simulated throttling.", _settings.RetryAfter);
            case SimulatorFault.AnswerLost:
                _outbox.Add(message, SendOutcome.Unknown, null, ExternalId(message), now);
                return SendResult.Unknown("Simulated loss of the answer.");
            default:
                const string answer = "Simulated: taken.";
                var id = ExternalId(message);
                _outbox.Add(message, SendOutcome.Accepted, answer, id, now);
                _receipts?.Follow(id, ref draw);
                return SendResult.Accepted(answer, id, _settings.Cost, _settings.Currency);
        }
    }

    /// <summary>Attempts have ids of their own, as at a vendor: <c>sim_</c>, the message's 26 digits, and from the second on its number.</summary>
    private static string ExternalId(GatewayMessage message)
    {
        var id = PublicId.Format("sim_", message.Message.Id);
        return message.Attempt <= 1 ? id : $"{id}_{message.Attempt}";
    }

    private bool IsWithin(long limit, DateTimeOffset now, out TimeSpan wait)
    {
        var second = now.ToUnixTimeSeconds();
        wait = DateTimeOffset.FromUnixTimeSeconds(second + 1) - now;
        long last, next;
        do
        {
            last = Volatile.Read(ref _window);
            next = last >> 32 == second ? last + 1 : (second << 32) + 1;
            if ((next & uint.MaxValue) > limit) return false;
        }
        while (Interlocked.CompareExchange(ref _window, next, last) != last);
        return true;
    }
}
