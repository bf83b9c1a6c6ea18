using System.Collections.Concurrent;
using System.Text.Json;
using Carillon.Channels.Http;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>
/// Vendors' HTTP APIs, simulated: a gateway whose <c>base_url</c> leads here speaks as with its vendor, and gets reports and replies as
/// from it. Each answers only once it has been set up. In memory of one node, gone with it. Thread-safe.
/// </summary>
public sealed class VendorSimulators : IAsyncDisposable
{
    /// <summary>Credentials that no simulated vendor takes.</summary>
    internal const string WrongSecret = "wrong";

    /// <summary>The last messages of each vendor that are kept.</summary>
    internal const int Kept = 1000;

    private readonly GatewayServices _services;
    private readonly FrozenVendors _vendors;
    private readonly SesDialect _ses;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, byte> _reporting = new();

    internal VendorSimulators(GatewayServices services)
    {
        _services = services;
        _ses = new SesDialect();
        _vendors = new FrozenVendors([new TwilioDialect(), new VonageDialect(), new AfricasTalkingDialect(), new MessageBirdDialect(), new SendGridDialect(), new MailgunDialect(), _ses]);
    }

    public IReadOnlyCollection<string> Names => _vendors.Names;

    /// <summary>Sets a vendor up anew, without its messages. Its faults; empty when the settings are good; null when there is no such vendor.</summary>
    public IReadOnlyList<SettingsFault>? SetUp(string vendor, JsonElement settings)
    {
        if (_vendors.Find(vendor) is not { } found) return null;
        var faults = new List<SettingsFault>();
        if (VendorSettings.Read(settings, faults) is { } read) found.SetUp(read);
        return faults;
    }

    /// <summary>The messages that a vendor took, newest first; null when it was not set up.</summary>
    public IReadOnlyList<VendorMessage>? Messages(string vendor) => _vendors.Find(vendor)?.Account?.List();

    /// <summary>What a vendor answers; null when it was not set up.</summary>
    public async ValueTask<VendorReply?> AnswerAsync(string vendor, VendorRequest request, CancellationToken cancellationToken)
    {
        if (_vendors.Find(vendor) is not { Account: { } account, Dialect: var dialect }) return null;
        if (dialect.Read(request, account.Settings.Secret, _services.Time.GetUtcNow(), out var refusal) is not { } order) return refusal;
        var settings = account.Settings;
        var fault = SimulatorAddress.FaultOf(order.To);
        if (settings.Outage) fault = SimulatorFault.Unavailable;
        else if (fault == SimulatorFault.None) fault = account.Draw();
        var latency = settings.Latency + (fault == SimulatorFault.Slow ? SimulatorGateway.SlowLatency : TimeSpan.Zero);
        if (latency > TimeSpan.Zero) await Task.Delay(latency, _services.Time, cancellationToken);
        if (fault is SimulatorFault.Rejected or SimulatorFault.Throttled or SimulatorFault.Unavailable) return dialect.Refuse(order, fault, settings.RetryAfter);

        var now = _services.Time.GetUtcNow();
        var message = new VendorMessage(dialect.NewId(), order.From, order.To, order.Text, order.Reference, TargetOf(order.ReportTo ?? settings.CallbackUrl), now, []);
        account.Add(message);
        if (message.ReportTo is not null) Begin(ReportAsync(dialect, account, message));
        var accepted = dialect.Accept(order, message.Id, now);
        return fault == SimulatorFault.AnswerLost ? accepted with { IsLost = true } : accepted;
    }

    /// <summary>
    /// Has a person write to one of the account's numbers. What the callback was answered (<c>HTTP 200</c>), or why there was none; null
    /// when the vendor was not set up.
    /// </summary>
    public async ValueTask<string?> ReplyAsync(string vendor, string from, string to, string text, CancellationToken cancellationToken)
    {
        if (_vendors.Find(vendor) is not { Account: { } account, Dialect: var dialect }) return null;
        return TargetOf(account.Settings.CallbackUrl) is { } url
            ? await CallAsync(dialect.Reply(dialect.NewId(), from, to, text, url, account.Settings.Secret, _services.Time.GetUtcNow()), cancellationToken)
            : "Not sent: callback_url must lead to this installation's public_url.";
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_reporting.Keys);
        _stop.Dispose();
        _ses.Dispose();
    }

    private void Begin(Task report)
    {
        if (report.IsCompleted) return;
        _reporting[report] = 0;
        _ = report.ContinueWith(done => _reporting.TryRemove(done, out _), TaskScheduler.Default);
    }

    private async Task ReportAsync(IVendorDialect dialect, VendorAccount account, VendorMessage message)
    {
        try
        {
            var last = account.DrawsUndelivered(message.To) ? VendorStage.Undelivered : VendorStage.Delivered;
            VendorStage[] stages = dialect.ReportsComplaints && VendorAccount.Complains(message.To)
                ? [VendorStage.Sent, VendorStage.Delivered, VendorStage.Complained] : [VendorStage.Sent, last];
            foreach (var stage in stages)
            {
                await Task.Delay(account.Settings.ReportAfter, _services.Time, _stop.Token);
                if (dialect.Report(message, stage, message.ReportTo!, account.Settings.Secret, _services.Time.GetUtcNow()) is not { } callback) continue;
                account.Reported(message.Id, $"{stage.ToString().ToLowerInvariant()}: {await CallAsync(callback, _stop.Token)}");
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private async Task<string> CallAsync(VendorCallback callback, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(callback.Method, callback.Url);
        if (callback.ContentType is { } type)
        {
            request.Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(callback.Body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        foreach (var (name, value) in callback.Headers) request.Headers.TryAddWithoutValidation(name, value);

        // Only to this installation itself, wherever that is.
        using var answer = await _services.HttpConnections.Of(AddressGuard.Anywhere).SendAsync(request, GatewayHttp.DefaultTimeout, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return answer.Failure is { } failure ? failure.Answer! : HttpOutcomes.Text(answer).TrimEnd('.');
    }

    /// <summary>Whoever knows the address of a simulated vendor could have it call anybody: it calls this installation alone.</summary>
    private Uri? TargetOf(string? url) =>
        url is not null && Uri.TryCreate(url, UriKind.Absolute, out var target)
        && _services.CallbackUrl(Guid.Empty)?.GetLeftPart(UriPartial.Authority) == target.GetLeftPart(UriPartial.Authority) ? target : null;

    private sealed class FrozenVendors(IReadOnlyList<IVendorDialect> dialects)
    {
        private readonly Vendor[] _all = [.. dialects.Select(d => new Vendor(d))];

        public IReadOnlyCollection<string> Names => [.. _all.Select(v => v.Dialect.Name)];

        public Vendor? Find(string name) => Array.Find(_all, v => v.Dialect.Name == name);
    }

    private sealed class Vendor(IVendorDialect dialect)
    {
        private VendorAccount? _account;

        public IVendorDialect Dialect => dialect;

        public VendorAccount? Account => Volatile.Read(ref _account);

        public void SetUp(VendorSettings settings) => Volatile.Write(ref _account, new VendorAccount(settings));
    }
}
