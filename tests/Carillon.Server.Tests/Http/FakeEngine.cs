using System.Collections.Concurrent;
using System.Text;
using Carillon.Contacts;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Quotas;
using Carillon.Security;
using Carillon.Senders;
using Carillon.Server.Api;
using Carillon.Storage;
using Carillon.Templates;

namespace Carillon.Server.Tests.Http;

/// <summary>An intake that takes everything, and keeps what it took; a test may put another answer in its place.</summary>
internal sealed class FakeIntake(IdGenerator ids, FakeStorage storage) : INotificationIntake
{
    private readonly ConcurrentDictionary<string, List<byte[]>> _kept = new();

    public List<(string? Recipient, string? Variables)> Taken { get; } = [];

    public List<(int Count, Guid Batch, bool NewBatch, IdempotencyKey? Key)> Chunks { get; } = [];

    public Func<NotificationRequest, AcceptResult?> Answer { get; set; } = _ => null;

    public Func<NotificationRequest, IReadOnlyList<FieldFault>> Faults { get; set; } = _ => [];

    public ValueTask<AcceptResult> AcceptAsync(
        TenantId tenant, NotificationRequest request, IdempotencyKey? idempotency, Func<Notification, byte[]> writeAnswer, RecipientQuota? quota,
        CancellationToken cancellationToken) =>
        new(Accept(tenant, [request], null, idempotency, writeAnswer)[0]);

    public ValueTask<IReadOnlyList<AcceptResult>> AcceptManyAsync(
        TenantId tenant, IReadOnlyList<NotificationRequest> requests, Guid batchId, bool newBatch, IdempotencyKey? idempotency,
        Func<Notification, byte[]> writeAnswer, RecipientQuota? quota, CancellationToken cancellationToken)
    {
        Chunks.Add((requests.Count, batchId, newBatch, idempotency));
        return new(Accept(tenant, requests, batchId, idempotency, writeAnswer));
    }

    public ValueTask<IReadOnlyList<FieldFault>> CheckAsync(TenantId tenant, NotificationRequest request, CancellationToken cancellationToken) => new(Faults(request));

    private List<AcceptResult> Accept(
        TenantId tenant, IReadOnlyList<NotificationRequest> requests, Guid? batch, IdempotencyKey? key, Func<Notification, byte[]> writeAnswer)
    {
        var name = key is { } given ? given.Key + Convert.ToHexString(given.RequestHash) : null;
        if (name is not null && _kept.TryGetValue(name, out var kept)) return kept.ConvertAll<AcceptResult>(answer => new AcceptResult.Replayed(answer));
        var results = requests.Select(r => Answer(r) ?? new AcceptResult.Accepted(Make(tenant, r, batch))).ToList();
        if (name is not null && results.TrueForAll(r => r is AcceptResult.Accepted))
            _kept[name] = results.ConvertAll(r => writeAnswer(((AcceptResult.Accepted)r).Notification));
        return results;
    }

    private Notification Make(TenantId tenant, NotificationRequest request, Guid? batch)
    {
        lock (Taken) Taken.Add((request.RecipientId, request.TemplateVariables.IsEmpty ? null : Encoding.UTF8.GetString(request.TemplateVariables.Span)));
        var notification = new Notification
        {
            Tenant = tenant,
            Id = ids.Next(),
            CreatedAt = DateTimeOffset.UnixEpoch,
            ContactId = request.RecipientId,
            BatchId = batch,
        };
        notification.Messages =
        [
            new OutboundMessage { Notification = notification, Id = ids.Next(), Channel = Channel.Email, Address = "ana@example.net", CreatedAt = notification.CreatedAt },
        ];
        storage.Notifications[notification.Id] = notification;
        return notification;
    }
}

/// <summary>A store in memory, as far as the API reads it.</summary>
internal sealed class FakeStorage : IStorage, IQueueStore, IMessageLog, ISenderStore, ITenantStore, INodeStore, ILimitStore
{
    public ConcurrentDictionary<Guid, Notification> Notifications { get; } = new();

    public List<StoredMessage> Messages { get; } = [];

    public List<ApiKey> Keys { get; } = [];

    public int KeyReads { get; private set; }

    public int SumReads { get; private set; }

    public Exception? Failure { get; set; }

    public IQueueStore Queue => this;

    public IMessageLog Log => this;

    public IContactStore Contacts => throw new NotSupportedException();

    public ITemplateStore Templates { get; } = EmptyStore.Of<ITemplateStore>();

    public IProviderStore Providers { get; } = EmptyStore.Of<IProviderStore>();

    public IAlertStore Alerts { get; } = EmptyStore.Of<IAlertStore>();

    public ILimitStore Limits => this;

    public IFigureStore Figures { get; } = EmptyStore.Of<IFigureStore>();

    public ICounterStore Counters { get; } = EmptyStore.Of<ICounterStore>();

    public ISenderStore Senders => this;

    public ISealedStore Sealed { get; } = EmptyStore.Of<ISealedStore>();

    public IAttachmentStore Attachments => throw new NotSupportedException();

    public ITenantStore Tenants => this;

    public INodeStore Nodes => this;

    public bool IsShared => false;

    public string Description => "a store in memory";

    public Task OpenAsync(CancellationToken cancellationToken = default) => Failure is null ? Task.CompletedTask : Task.FromException(Failure);

    public ValueTask DisposeAsync() => default;

    public ValueTask<ApiKey?> FindKeyAsync(byte[] hash, CancellationToken cancellationToken = default)
    {
        KeyReads++;
        return new(Keys.Find(k => k.Hash.AsSpan().SequenceEqual(hash)));
    }

    public ValueTask<bool> AnyKeyAsync(CancellationToken cancellationToken = default) =>
        Failure is null ? new(Keys.Count > 0) : ValueTask.FromException<bool>(Failure);

    public ValueTask<IReadOnlyList<ApiKey>> ListKeysAsync(TenantId tenant, CancellationToken cancellationToken = default) =>
        new(Keys.Where(k => k.Tenant == tenant).ToList());

    public ValueTask<bool> RevokeKeyAsync(TenantId tenant, Guid id, DateTimeOffset at, CancellationToken cancellationToken = default)
    {
        var index = Keys.FindIndex(k => k.Tenant == tenant && k.Id == id);
        if (index >= 0) Keys[index] = Keys[index] with { RevokedAt = at };
        return new(index >= 0);
    }

    public ValueTask<ApiKey?> GetKeyAsync(Guid id, CancellationToken cancellationToken = default) => new(Keys.Find(k => k.Id == id));

    public ValueTask<bool> ReplaceKeyAsync(ApiKey key, CancellationToken cancellationToken = default)
    {
        var index = Keys.FindIndex(k => k.Id == key.Id && k.Version == key.Version - 1);
        if (index >= 0) Keys[index] = key;
        return new(index >= 0);
    }

    public ValueTask<IReadOnlyDictionary<string, IdempotencyRecord>> FindKeysAsync(
        TenantId tenant, IReadOnlyCollection<string> keys, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask CreateKeyAsync(ApiKey key, CancellationToken cancellationToken = default)
    {
        Keys.Add(key);
        return default;
    }

    public ValueTask<StoredNotification?> GetNotificationAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        new(Notifications.TryGetValue(id, out var found) && found.Tenant == tenant ? new StoredNotification(found, []) : null);

    public ValueTask<StoredMessage?> GetMessageAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        Failure is null ? new(Messages.Find(m => m.Tenant == tenant && m.Id == id)) : ValueTask.FromException<StoredMessage?>(Failure);

    public MessageQuery? LastQuery { get; private set; }

    /// <summary>They stand in the order in which a test added them.</summary>
    public ValueTask<LogPage<StoredMessage>> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default)
    {
        LastQuery = query;
        var end = (int)Math.Min(Messages.Count, query.After ?? long.MaxValue);
        var start = Math.Max(0, end - query.Limit);
        return new(new LogPage<StoredMessage>([.. Messages[start..end].Where(m => m.Tenant == query.Tenant).Reverse()], start > 0 ? start : null));
    }

    public ValueTask<LogPage<StoredNotification>> ListNotificationsAsync(NotificationQuery query, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<BatchSummary>> ListBatchesAsync(TenantId tenant, Guid? before, int limit, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Guid>> BatchNotificationsAsync(
        TenantId tenant, Guid batch, Guid? after, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<CancelledMessage>> CancelManyAsync(
        TenantId tenant, IReadOnlyList<Guid> notificationIds, DateTimeOffset now, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public RetryResult Retry { get; set; } = new RetryResult.NotFound();

    public ValueTask<RetryResult> RetryAsync(
        TenantId tenant, Guid messageId, DateTimeOffset now, ReadOnlyMemory<byte> trace, CancellationToken cancellationToken = default) => new(Retry);

    public ValueTask<IReadOnlyList<QueueDepth>> DepthAsync(TenantId? tenant, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        new([new QueueDepth(MessageStatus.Queued, Channel.Email, Priority.Normal, 3, now.AddSeconds(-2))]);

    public ValueTask<IReadOnlyList<StatusSum>> SumsAsync(CancellationToken cancellationToken = default)
    {
        SumReads++;
        return new([new StatusSum(Channel.Email, MessageStatus.Sent, 11)]);
    }

    public ValueTask<IReadOnlyList<CancelledMessage>> CancelAsync(TenantId tenant, Guid notificationId, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        new([]);

    public ValueTask<BatchCounts?> GetBatchAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) => new((BatchCounts?)null);

    ValueTask<IReadOnlyList<Tenant>> ITenantStore.AllAsync(CancellationToken cancellationToken) => new([new Tenant(new TenantId(1), "acme", "Acme")]);

    ValueTask<Tenant> ITenantStore.CreateAsync(string key, string name, Func<TenantId, ApiKey> firstKey, CancellationToken cancellationToken)
    {
        var tenant = new Tenant(new TenantId(2), key, name);
        Keys.Add(firstKey(tenant.Id));
        return new(tenant);
    }

    public ConcurrentDictionary<string, byte[]> Settings { get; } = new();

    public int SettingReads { get; private set; }

    public ValueTask<IReadOnlyList<LimitGrant>> ReserveAsync(IReadOnlyList<LimitRequest> requests, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<LimitUse>> UsageAsync(IReadOnlyCollection<Guid> providers, CancellationToken cancellationToken = default) => new([]);

    public ValueTask<IReadOnlyList<KeyValuePair<string, byte[]>>> ListSettingsAsync(string prefix, CancellationToken cancellationToken = default) => new([]);

    public ValueTask<byte[]?> GetSettingAsync(string name, CancellationToken cancellationToken = default)
    {
        SettingReads++;
        return Failure is null ? new(Settings.GetValueOrDefault(name)) : ValueTask.FromException<byte[]?>(Failure);
    }

    public ValueTask PutSettingAsync(string name, byte[] value, CancellationToken cancellationToken = default)
    {
        Settings[name] = value;
        return default;
    }

    // What no test of the API comes to.
    ValueTask<byte[]> INodeStore.AddSettingAsync(string name, byte[] value, CancellationToken cancellationToken) => throw new NotSupportedException();

    ValueTask<long> INodeStore.StartAsync(string name, DateTimeOffset now, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Pulse?> HeartbeatAsync(long epoch, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    ValueTask<bool> INodeStore.EndAsync(long epoch, DateTimeOffset heard, CancellationToken cancellationToken) => throw new NotSupportedException();

    ValueTask<IReadOnlyList<StoredNode>> INodeStore.ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<long?> TakeLeaseAsync(string name, long epoch, TimeSpan duration, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public IAsyncDisposable? Listen(Action<string> changed) => throw new NotSupportedException();

    public ValueTask TellAsync(string topic, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    ValueTask INodeStore.StopAsync(long epoch, CancellationToken cancellationToken) => throw new NotSupportedException();

    ValueTask<Tenant> ITenantStore.CreateAsync(string key, string name, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<CounterRow>> CountersAsync(TenantId? tenant, DateTimeOffset since, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask CommitAsync(WriteGroup group, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<Claim> ClaimAsync(LaneKey lane, long epoch, DateTimeOffset now, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<LaneDue>> LanesAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<Rescue> RescueAsync(IReadOnlyCollection<long> liveEpochs, DateTimeOffset now, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask ReleaseAsync(long epoch, IReadOnlyList<OutboundMessage> messages, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<DueStep>> DueStepsAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<StoredCallback>> UnreadCallbacksAsync(DateTimeOffset receivedBefore, int limit, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<StoredEvent>> EventsAsync(TenantId tenant, Guid messageId, CancellationToken cancellationToken = default) => new([]);

    public ValueTask<IReadOnlyList<StoredMessage>> NewestToAsync(
        Guid providerId, Channel channel, string address, DateTimeOffset createdAfter, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<KeptCallback?> GetCallbackAsync(Guid id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<KeptCallback>> FaultyCallbacksAsync(
        Guid providerId, Guid? before, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<StoredCallback?> ReopenCallbackAsync(Guid id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<Guid?> FindByExternalAsync(Guid providerId, string externalId, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<int> CleanAsync(CleaningOrder order, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<byte[]?> GetBlobAsync(TenantId tenant, string hash, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    ValueTask ISenderStore.CreateAsync(SenderDomain sender, byte[] sealedKey, CancellationToken cancellationToken) => throw new NotSupportedException();

    ValueTask<IReadOnlyList<(SenderDomain Sender, byte[] SealedKey)>> ISenderStore.AllAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    ValueTask<IReadOnlyList<SenderDomain>> ISenderStore.ListAsync(TenantId tenant, CancellationToken cancellationToken) => throw new NotSupportedException();

    ValueTask<bool> ISenderStore.DeleteAsync(TenantId tenant, Guid id, CancellationToken cancellationToken) => throw new NotSupportedException();

}

/// <summary>A store that holds nothing and takes nothing.</summary>
internal class EmptyStore : System.Reflection.DispatchProxy
{
    public static T Of<T>() where T : class => Create<T, EmptyStore>();

    protected override object? Invoke(System.Reflection.MethodInfo? targetMethod, object?[]? args)
    {
        var name = targetMethod!.Name;
        if (!name.StartsWith("Get", StringComparison.Ordinal) && !name.StartsWith("List", StringComparison.Ordinal) && !name.StartsWith("All", StringComparison.Ordinal))
            throw new NotSupportedException(name);
        var answer = targetMethod.ReturnType.GetGenericArguments()[0];
        var value = answer.IsGenericType && answer.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? Array.CreateInstance(answer.GetGenericArguments()[0], 0)
            : null;
        return value is null ? Activator.CreateInstance(targetMethod.ReturnType) : Activator.CreateInstance(targetMethod.ReturnType, value);
    }
}
