using System.Reflection;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Nodes;
using Carillon.Storage;

namespace Carillon.Tests.Dispatch;

public sealed class GroupCommitterTests
{
    [Fact]
    public async Task What_waits_while_a_commit_runs_shares_the_next_one()
    {
        var store = new GatedStore();
        await using var committer = Committer(store);
        var first = committer.AcceptAsync(Accept());
        await store.CommitBegan();
        var others = Enumerable.Range(0, 10).Select(_ => committer.AcceptAsync(Accept())).ToList();

        store.LetGo();
        await first;
        await store.CommitBegan();
        store.LetGo();
        await Task.WhenAll(others);

        Assert.Equal([1, 10], store.Groups);
    }

    [Fact]
    public async Task What_comes_in_while_the_last_commit_runs_is_committed_too()
    {
        var store = new GatedStore();
        var committer = Committer(store);
        var first = committer.AcceptAsync(Accept());
        await store.CommitBegan();
        var second = committer.AcceptAsync(Accept());
        var stopped = committer.DisposeAsync().AsTask();

        store.LetGo();
        await store.CommitBegan();
        store.LetGo();
        await Task.WhenAll(first, second, stopped).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task After_the_stop_nothing_is_taken_silently()
    {
        var committer = Committer(new GatedStore());
        await committer.DisposeAsync();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => committer.AcceptAsync(Accept()));
    }

    [Fact]
    public async Task A_commit_that_fails_tells_its_callers_and_the_next_is_tried()
    {
        var store = new GatedStore { Failure = new StorageUnavailableException("The disk is full.") };
        await using var committer = Committer(store);
        var refused = committer.AcceptAsync(Accept());
        await store.CommitBegan();
        store.LetGo();
        Assert.Equal("The disk is full.", (await Assert.ThrowsAsync<StorageUnavailableException>(() => refused)).Message);
        Assert.Equal("The disk is full.", committer.Trouble);

        store.Failure = null;
        var taken = committer.AcceptAsync(Accept());
        await store.CommitBegan();
        store.LetGo();
        await taken;
        Assert.Null(committer.Trouble);
    }

    [Fact]
    public async Task An_incarnation_writes_under_its_own_number_and_nothing_of_the_one_before()
    {
        var lease = new NodeLease(TimeProvider.System, isShared: true);
        lease.Begin(7, TimeProvider.System.GetTimestamp());
        var (store, recorded) = (new GatedStore(), new List<OutcomeWrite>());
        await using var committer = new GroupCommitter(store.Store, lease, TimeSpan.Zero, TimeProvider.System, recorded.AddRange);
        var (old, current) = (Message(7), Message(8));

        lease.Begin(8, TimeProvider.System.GetTimestamp());
        var (before, after) = (new SendMark { Message = old, ProviderId = Guid.Empty }, new SendMark { Message = current, ProviderId = Guid.Empty });
        var first = committer.AcceptAsync(Accept());
        await store.CommitBegan();
        committer.Record(Outcome(old));
        committer.Record(Outcome(current));
        var marks = Task.WhenAll(committer.MarkAsync(before), committer.MarkAsync(after));
        store.LetGo();
        await first;
        await store.CommitBegan();
        store.LetGo();
        await marks;

        Assert.Equal([8, 8], store.Epochs);
        Assert.Equal([current.Id, current.Id], store.Written);
        // Both have left memory, the one without a record.
        Assert.Equal([old.Id, current.Id], recorded.Select(o => o.Message.Id));
    }

    private static OutboundMessage Message(long epoch) => new()
    {
        Notification = new Notification { Tenant = new TenantId(1), Id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch), CreatedAt = DateTimeOffset.UnixEpoch },
        Id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch),
        Channel = Channel.Email,
        Address = "ana@example.net",
        CreatedAt = DateTimeOffset.UnixEpoch,
        OwnerEpoch = epoch,
    };

    private static OutcomeWrite Outcome(OutboundMessage message) => new() { Message = message, At = DateTimeOffset.UnixEpoch, Status = MessageStatus.Sent };

    private static GroupCommitter Committer(GatedStore store) =>
        new(store.Store, new NodeLease(TimeProvider.System, isShared: false), TimeSpan.Zero, TimeProvider.System, _ => { });

    private static AcceptWrite Accept() => new() { Tenant = new TenantId(1), At = DateTimeOffset.UnixEpoch, Notifications = [] };

    /// <summary>A queue store of which only commits work, each when the test lets it go.</summary>
    private sealed class GatedStore
    {
        private readonly SemaphoreSlim _began = new(0);
        private readonly SemaphoreSlim _gate = new(0);

        public GatedStore()
        {
            Store = DispatchProxy.Create<IQueueStore, Proxy>();
            ((Proxy)Store).Owner = this;
        }

        public IQueueStore Store { get; }

        public List<int> Groups { get; } = [];

        public List<long> Epochs { get; } = [];

        /// <summary>The messages of the marks and outcomes that came to it.</summary>
        public List<Guid> Written { get; } = [];

        public Exception? Failure { get; set; }

        public async Task CommitBegan() =>
            Assert.True(await _began.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        public void LetGo() => _gate.Release();

        private async ValueTask CommitAsync(WriteGroup group)
        {
            _began.Release();
            await _gate.WaitAsync();
            if (Failure is not null) throw Failure;
            Groups.Add(group.Accepts.Count);
            Epochs.Add(group.Epoch);
            Written.AddRange(group.Marks.Select(m => m.Message.Id).Concat(group.Outcomes.Select(o => o.Message.Id)));
        }

        private class Proxy : DispatchProxy
        {
            public GatedStore Owner { get; set; } = null!;

            protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
            {
                nameof(IQueueStore.CommitAsync) => Owner.CommitAsync((WriteGroup)args![0]!),
                _ => throw new NotSupportedException(targetMethod.Name),
            };
        }
    }
}
