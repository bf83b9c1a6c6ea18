using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

/// <summary>What the tests of every storage engine stand on: an open store, a clock, and short ways to fill it.</summary>
public abstract class StorageTest : IAsyncLifetime
{
    protected static readonly TenantId Tenant = new(1);
    protected static readonly TenantId Other = new(2);
    protected static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 7, 30, TimeSpan.Zero);

    private readonly StorageFactory _factory;

    protected StorageTest(StorageFactory factory)
    {
        _factory = factory;
        Ids = new IdGenerator(Clock);
    }

    protected ManualTime Clock { get; } = new(Now);

    protected IdGenerator Ids { get; }

    protected IStorage Store { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected IQueueStore Queue => Store.Queue;

    protected IMessageLog Log => Store.Log;

    public virtual async ValueTask InitializeAsync()
    {
        await _factory.PrepareAsync();
        Store = _factory.Create(Clock);
        await Store.OpenAsync(Cancellation);
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (Store is not null) await Store.DisposeAsync();
        await _factory.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the store and opens it again, as a restart does.</summary>
    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = _factory.Create(Clock);
        await Store.OpenAsync(Cancellation);
    }

    /// <summary>A notification by e-mail with one message, unless said otherwise.</summary>
    protected Notification MakeNotification(
        TenantId? tenant = null,
        string address = "ada@example.org",
        DateTimeOffset? due = null,
        bool owned = false,
        Priority priority = Priority.Normal,
        string? contact = null,
        byte[]? secrets = null,
        Plan? plan = null,
        Guid? batch = null,
        Channel channel = Channel.Email,
        int messages = 1)
    {
        var notification = new Notification
        {
            Tenant = tenant ?? Tenant,
            Id = Ids.Next(),
            CreatedAt = Now,
            ContactId = contact,
            Priority = priority,
            ScheduledAt = due,
            Secrets = secrets,
            Plan = plan,
            BatchId = batch,
        };
        notification.Messages = [.. Enumerable.Range(0, messages).Select(_ => MakeMessage(notification, channel, address, due: due, owned: owned))];
        return notification;
    }

    protected OutboundMessage MakeMessage(
        Notification notification, Channel channel = Channel.Email, string address = "ada@example.org", int step = 0,
        DateTimeOffset? due = null, bool owned = false) => new()
        {
            Notification = notification,
            Id = Ids.Next(),
            Channel = channel,
            Address = address,
            Step = step,
            CreatedAt = Now,
            DueAt = due ?? Now,
            IsOwned = owned,
        };

    protected static AcceptWrite Accepting(params IReadOnlyList<Notification> notifications) => new()
    {
        Tenant = notifications.Count > 0 ? notifications[0].Tenant : Tenant,
        At = Now,
        Notifications = notifications,
    };

    protected async Task<AcceptWrite> AcceptAsync(AcceptWrite write, long epoch = 1)
    {
        var group = new WriteGroup { Epoch = epoch };
        group.Accepts.Add(write);
        await Queue.CommitAsync(group, Cancellation);
        return write;
    }

    protected Task AcceptAsync(params IReadOnlyList<Notification> notifications) => AcceptAsync(Accepting(notifications));

    protected async Task<OutboundMessage> AcceptOwnedAsync(Plan? plan = null, byte[]? secrets = null, long epoch = 1)
    {
        var notification = MakeNotification(owned: true, plan: plan, secrets: secrets);
        await AcceptAsync(Accepting(notification), epoch);
        return notification.Messages[0];
    }

    protected async Task<OutcomeWrite> RecordAsync(OutcomeWrite outcome, long epoch = 1)
    {
        var group = new WriteGroup { Epoch = epoch };
        group.Outcomes.Add(outcome);
        await Queue.CommitAsync(group, Cancellation);
        return outcome;
    }

    protected Task<OutcomeWrite> RecordAsync(OutboundMessage message, MessageStatus status, long epoch = 1, NextStep? next = null) =>
        RecordAsync(new OutcomeWrite { Message = message, At = Now, Status = status, Attempts = message.Attempts + 1, Next = next }, epoch);

    protected async Task<SendMark> MarkAsync(OutboundMessage message, Guid provider, long epoch = 1)
    {
        var mark = new SendMark { Message = message, ProviderId = provider };
        var group = new WriteGroup { Epoch = epoch };
        group.Marks.Add(mark);
        await Queue.CommitAsync(group, Cancellation);
        return mark;
    }

    protected async Task<Claim> ClaimAsync(LaneKey lane, long epoch = 1, DateTimeOffset? now = null, int limit = 100) =>
        await Queue.ClaimAsync(lane, epoch, now ?? Now, limit, Cancellation);

    /// <summary>An order that leaves what it does not name.</summary>
    protected static CleaningOrder Cleaning(
        DateTimeOffset now, int limit, DateTimeOffset? idempotencyBefore = null, DateTimeOffset? callbacksBefore = null, DateTimeOffset? earlyBefore = null) =>
        new(now, idempotencyBefore ?? DateTimeOffset.MinValue, callbacksBefore ?? DateTimeOffset.MinValue, earlyBefore ?? DateTimeOffset.MinValue, limit);

    protected async Task<ReadingWrite> RecordAsync(ReadingWrite reading)
    {
        var group = new WriteGroup { Epoch = 1 };
        group.Readings.Add(reading);
        await Queue.CommitAsync(group, Cancellation);
        return reading;
    }

    protected async Task<StepVerdict> DecideAsync(DueStep due, NextStep next, DateTimeOffset? at = null)
    {
        var write = new StepWrite { Due = due, At = at ?? due.Due, Next = next };
        var group = new WriteGroup { Epoch = 1 };
        group.Steps.Add(write);
        await Queue.CommitAsync(group, Cancellation);
        Assert.Null(write.Failure);
        return write.Verdict;
    }

    protected async Task<StoredMessage> StoredAsync(OutboundMessage message) =>
        Assert.IsType<StoredMessage>(await Log.GetMessageAsync(message.Notification.Tenant, message.Id, Cancellation));

    protected async Task<Notification> StoredAsync(Notification notification) =>
        Assert.IsType<StoredNotification>(await Log.GetNotificationAsync(notification.Tenant, notification.Id, Cancellation)).Notification;
}

/// <summary>Makes stores over one and the same data; disposing it removes the data.</summary>
public abstract class StorageFactory : IAsyncDisposable
{
    /// <summary>What is to be there before the first store is made. Called once; skips the test where it cannot be had.</summary>
    public virtual ValueTask PrepareAsync() => ValueTask.CompletedTask;

    public abstract IStorage Create(TimeProvider time);

    /// <summary>Runs SQL beside the store, which must be closed.</summary>
    public virtual Task ExecuteAsync(string sql) => throw new NotSupportedException();

    public abstract ValueTask DisposeAsync();
}

/// <summary>A clock that stands until it is moved.</summary>
public sealed class ManualTime(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
