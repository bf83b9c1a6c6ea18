using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

/// <summary>Does to a store what an engine, vendors and people might, in any order, while time passes.</summary>
internal sealed class RandomHistory(IQueueStore queue, IdGenerator ids, ManualTime clock, int seed)
{
    private static readonly Guid[] Providers = [new("0192aaaa-0000-7000-8000-000000000001"), new("0192aaaa-0000-7000-8000-000000000002")];
    private static readonly MessageEventKind[] Kinds =
    [
        MessageEventKind.Delivered, MessageEventKind.Delivered, MessageEventKind.Read, MessageEventKind.Failed, MessageEventKind.Bounced,
        MessageEventKind.Bounced, MessageEventKind.Sent, MessageEventKind.Deferred, MessageEventKind.Opened,
    ];

    private readonly Random _random = new(seed);
    private readonly List<OutboundMessage> _known = [];
    private readonly List<(OutboundMessage Message, long Epoch)> _owned = [];
    private long _epoch = 1;
    private int _inbound;

    public int Retries { get; private set; }

    public int Steps { get; private set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DateTimeOffset Now => clock.Now;

    public async Task RunAsync(int deeds)
    {
        for (var i = 0; i < deeds; i++)
        {
            // Now and then nothing passes: what happens within one millisecond is counted as well.
            if (_random.Next(4) > 0) clock.Now += TimeSpan.FromSeconds(_random.Next(900));
            await (_random.Next(14) switch
            {
                0 or 1 or 2 => AcceptAsync(),
                3 => ClaimAsync(),
                4 or 5 or 6 => RecordAsync(),
                7 or 8 => HappenAsync(),
                9 => ReceiveAsync(),
                10 => RetryAsync(),
                11 => CancelAsync(),
                12 => DecideAsync(),
                _ => DieAsync(),
            });
        }
    }

    private async Task AcceptAsync()
    {
        DateTimeOffset? due = _random.Next(4) == 0 ? Now.AddMinutes(_random.Next(200)) : null;
        var notification = new Notification
        {
            Tenant = new TenantId(1 + _random.Next(2)),
            Id = ids.Next(),
            CreatedAt = Now,
            ScheduledAt = due,
            Plan = _random.Next(2) == 0 ? null : new Plan([
                new PlanStep([new PlanTarget(Channel.Email, "ada@example.org")], TimeSpan.FromHours(2), (Until)_random.Next(3)), new PlanStep([new PlanTarget(Channel.Sms, "+15550001")])]),
        };
        notification.Messages = [.. Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => Make(notification, Channel.Email, 0, due ?? Now, due is null))];
        var group = new WriteGroup { Epoch = _epoch };
        group.Accepts.Add(new AcceptWrite { Tenant = notification.Tenant, At = Now, Notifications = [notification] });
        await CommitAsync(group);
        Begun(notification.Messages);
    }

    private async Task ClaimAsync()
    {
        foreach (var lane in await queue.LanesAsync(Cancellation))
            _owned.AddRange((await queue.ClaimAsync(lane.Lane, _epoch, Now, 100, Cancellation)).Messages.Select(m => (m, _epoch)));
    }

    private async Task RecordAsync()
    {
        if (_owned.Count == 0) return;
        var at = _random.Next(_owned.Count);
        var (message, epoch) = _owned[at];
        _owned.RemoveAt(at);
        var status = _random.Next(10) switch
        {
            < 4 => MessageStatus.Sent,
            < 7 => MessageStatus.Failed,
            7 => MessageStatus.Queued,
            8 => MessageStatus.Expired,
            _ => MessageStatus.Suppressed,
        };
        var next = status == MessageStatus.Failed && message is { Step: 0, Notification.Plan: not null } ? NextOf(message.Notification) : null;
        var outcome = new OutcomeWrite
        {
            Message = message,
            At = Now,
            Status = status,
            Reason = status == MessageStatus.Failed ? _random.Next(2) == 0 ? MessageReasons.OutcomeUnknown : MessageReasons.Rejected : null,
            DueAt = status == MessageStatus.Queued ? Now.AddMinutes(_random.Next(60)) : null,
            Attempts = message.Attempts + 1,
            ProviderId = _random.Next(4) == 0 && status != MessageStatus.Sent ? null : Any(Providers),
            Next = next,
        };
        var group = new WriteGroup { Epoch = epoch };
        group.Outcomes.Add(outcome);
        await CommitAsync(group);
        if (!outcome.NextBegun) return;
        Begun(next!.Messages);
        Steps++;
    }

    private async Task HappenAsync()
    {
        if (_known.Count == 0) return;
        var events = Enumerable.Range(0, 1 + _random.Next(3)).Select(_ => new EventWrite
        {
            ProviderId = Any(Providers),
            MessageId = Any(_known).Id,
            Kind = Any(Kinds),
            At = Now.AddSeconds(-_random.Next(60)),
        });
        await ReadAsync(new ReadingWrite { At = Now, Events = [.. events] });
    }

    private Task ReceiveAsync()
    {
        var notification = new Notification { Tenant = new TenantId(1), Id = ids.Next(), CreatedAt = Now.AddMinutes(-_random.Next(100)) };
        notification.Messages = [Make(notification, Channel.Sms, 0, notification.CreatedAt, owned: false)];
        var inbound = new InboundWrite { Notification = notification, ProviderId = Any(Providers), ExternalId = $"in-{_inbound += _random.Next(2)}" };
        return ReadAsync(new ReadingWrite { At = Now, Inbound = [inbound] });
    }

    private async Task RetryAsync()
    {
        foreach (var message in _known.Where(_ => _random.Next(3) == 0))
        {
            if (await queue.RetryAsync(message.Notification.Tenant, message.Id, Now, default, Cancellation) is RetryResult.Queued) Retries++;
        }
    }

    private async Task CancelAsync()
    {
        if (_known.Count == 0 || _random.Next(2) == 0) return;
        var notification = Any(_known).Notification;
        await queue.CancelAsync(notification.Tenant, notification.Id, Now, Cancellation);
    }

    private async Task DecideAsync()
    {
        foreach (var due in await queue.DueStepsAsync(Now, 100, Cancellation))
        {
            var write = new StepWrite { Due = due, At = Now, Next = NextOf(due.Notification) };
            var group = new WriteGroup { Epoch = _epoch };
            group.Steps.Add(write);
            await CommitAsync(group);
            if (write.Verdict != StepVerdict.Begun) continue;
            Begun(write.Next.Messages);
            Steps++;
        }
    }

    /// <summary>A node hands its work back, or is lost with it: of some nobody knows whether it was sent.</summary>
    private async Task DieAsync()
    {
        if (_random.Next(3) > 0) return;
        if (_random.Next(2) == 0)
        {
            await queue.ReleaseAsync(_epoch, [.. _owned.Where(o => o.Epoch == _epoch).Select(o => o.Message)], Cancellation);
        }
        else
        {
            foreach (var (message, epoch) in _owned.Where(_ => _random.Next(2) == 0))
            {
                var group = new WriteGroup { Epoch = epoch };
                group.Marks.Add(new SendMark { Message = message, ProviderId = Any(Providers) });
                await CommitAsync(group);
            }

            await queue.RescueAsync([++_epoch], Now, Cancellation);
        }

        _owned.Clear();
    }

    private NextStep NextOf(Notification notification) => new(1, [Make(notification, Channel.Sms, 1, Now, owned: _random.Next(2) == 0)]);

    private OutboundMessage Make(Notification notification, Channel channel, int step, DateTimeOffset due, bool owned) => new()
    {
        Notification = notification,
        Id = ids.Next(),
        Channel = channel,
        Address = channel == Channel.Email ? "ada@example.org" : "+15550001",
        Step = step,
        CreatedAt = step == 0 ? notification.CreatedAt : Now,
        DueAt = due,
        IsOwned = owned,
    };

    private void Begun(IReadOnlyList<OutboundMessage> messages)
    {
        _known.AddRange(messages);
        _owned.AddRange(messages.Where(m => m.IsOwned).Select(m => (m, _epoch)));
    }

    private async Task ReadAsync(ReadingWrite reading)
    {
        var group = new WriteGroup { Epoch = _epoch };
        group.Readings.Add(reading);
        await CommitAsync(group);
    }

    private async Task CommitAsync(WriteGroup group)
    {
        await queue.CommitAsync(group, Cancellation);
        Assert.DoesNotContain(
            group.Accepts.Select(a => a.Failure).Concat(group.Outcomes.Select(o => o.Failure)).Concat(group.Readings.Select(r => r.Failure))
                .Concat(group.Steps.Select(s => s.Failure)),
            failure => failure is not null);
    }

    private T Any<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];
}
