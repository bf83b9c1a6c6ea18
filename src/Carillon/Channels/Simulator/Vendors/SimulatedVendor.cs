using System.Collections.Concurrent;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>One vendor, set up: answers requests in its dialect, and calls back as it would. Thread-safe.</summary>
/// <param name="call">Brings a callback to where it leads; answers what came of it, in a few words.</param>
/// <param name="targetOf">Where a callback may lead that a request, or the settings, name; null for nowhere.</param>
internal sealed class SimulatedVendor(
    IVendorDialect dialect, VendorSettings settings, TimeProvider time, Func<VendorCallback, CancellationToken, Task<string>> call, Func<string?, Uri?> targetOf) : ISimulatedVendor
{
    private readonly VendorAccount _account = new(settings);

    // Not disposed of: a request that was under way may still begin a report, which then ends at once.
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, byte> _reporting = new();

    public IReadOnlyList<VendorMessage> Messages => _account.List();

    public Task Reports => Task.WhenAll(_reporting.Keys);

    public async ValueTask<VendorReply> AnswerAsync(VendorRequest request, CancellationToken cancellationToken)
    {
        if (dialect.Read(request, settings.Secret, time.GetUtcNow(), out var refusal) is not { } order) return refusal!;
        var fault = _account.FaultOf(order.To);
        var latency = _account.DrawLatency() + (fault == SimulatorFault.Slow ? SimulatorGateway.SlowLatency : TimeSpan.Zero);
        if (latency > TimeSpan.Zero) await Task.Delay(latency, time, cancellationToken);
        if (fault is SimulatorFault.Rejected or SimulatorFault.Throttled or SimulatorFault.Unavailable) return dialect.Refuse(order, fault, settings.RetryAfter);

        var now = time.GetUtcNow();
        var message = new VendorMessage(dialect.NewId(), order.From, order.To, order.Text, order.Reference, targetOf(order.ReportTo ?? settings.CallbackUrl), now, []);
        _account.Add(message);
        if (message.ReportTo is not null) Begin(ReportAsync(message));
        var accepted = dialect.Accept(order, message.Id, now);
        return fault == SimulatorFault.AnswerLost ? accepted with { IsLost = true } : accepted;
    }

    public async ValueTask<string> ReplyAsync(string from, string to, string text, CancellationToken cancellationToken) =>
        targetOf(settings.CallbackUrl) is { } url
            ? await call(dialect.Reply(dialect.NewId(), from, to, text, url, settings.Secret, time.GetUtcNow()), cancellationToken)
            : "Not sent: callback_url must lead to this installation's public_url.";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Reports;
    }

    private void Begin(Task report)
    {
        if (report.IsCompleted) return;
        _reporting[report] = 0;
        _ = report.ContinueWith(done => _reporting.TryRemove(done, out _), TaskScheduler.Default);
    }

    private async Task ReportAsync(VendorMessage message)
    {
        try
        {
            var last = _account.DrawsUndelivered(message.To) ? VendorStage.Undelivered : VendorStage.Delivered;
            VendorStage[] stages = dialect.ReportsComplaints && VendorAccount.Complains(message.To)
                ? [VendorStage.Sent, VendorStage.Delivered, VendorStage.Complained] : [VendorStage.Sent, last];
            foreach (var stage in stages)
            {
                await Task.Delay(settings.ReportAfter, time, _stop.Token);
                if (dialect.Report(message, stage, message.ReportTo!, settings.Secret, time.GetUtcNow()) is not { } callback) continue;
                _account.Reported(message.Id, $"{stage.ToString().ToLowerInvariant()}: {await call(callback, _stop.Token)}");
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }
}
