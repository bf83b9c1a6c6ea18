using Carillon.Messages;
using Carillon.Nodes;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>
/// Turns everything that waits to be written (accepts, marks, outcomes) into one durable commit after the other. While one commit
/// runs, the next group gathers: one fsync per group, however many callers wait for it.
/// </summary>
internal sealed class GroupCommitter : IAsyncDisposable
{
    /// <summary>A group at least this large says that there is traffic, so that waiting a moment will bring company.</summary>
    private const int BusyGroup = 16;
    private const int FullGroup = 2048;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a failure says something of the present. Longer than <see cref="LongestBackoff"/>: what is tried again fails within it.</summary>
    private static readonly TimeSpan TroubleMemory = TimeSpan.FromSeconds(5);

    private readonly IQueueStore _store;
    private readonly NodeLease _lease;
    private readonly TimeSpan _linger;
    private readonly TimeProvider _time;
    private readonly Action<IReadOnlyList<OutcomeWrite>> _recorded;
    private readonly Lock _lock = new();
    private readonly AsyncSignal _signal = new();
    private readonly Task _loop;
    private PendingGroup _pending;
    private bool _stopping;
    private bool _closed;
    private long _troubleAt;

    /// <param name="recorded">Called after a commit with the outcomes that it held, each with its verdict. Must not throw.</param>
    public GroupCommitter(
        IQueueStore store, NodeLease lease, TimeSpan linger, TimeProvider time, Action<IReadOnlyList<OutcomeWrite>> recorded)
    {
        _store = store;
        _lease = lease;
        _linger = linger;
        _time = time;
        _recorded = recorded;
        _pending = new PendingGroup();
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Null while commits succeed, else why the last one failed.</summary>
    public string? Trouble { get; private set; }

    /// <summary>
    /// Like <see cref="Trouble"/>, but null again when nothing was tried for a while: then nobody knows, and the next to try finds out.
    /// </summary>
    public string? RecentTrouble => Trouble is { } trouble && _time.GetElapsedTime(Volatile.Read(ref _troubleAt)) < TroubleMemory ? trouble : null;

    /// <summary>Completes when the writes are durable or recognised as repeated; throws <see cref="StorageUnavailableException"/> when nothing was stored.</summary>
    public Task AcceptAsync(IReadOnlyList<AcceptWrite> writes)
    {
        lock (_lock)
        {
            if (_closed) return Closed();
            var group = _pending;
            group.Writes.Accepts.AddRange(writes);
            _signal.Set();
            return group.Committed.Task;
        }
    }

    public Task AcceptAsync(AcceptWrite write) => JoinAsync(static group => group.Accepts, write);

    /// <summary>Completes when the mark is durable, with its verdict set; throws like <see cref="AcceptAsync(AcceptWrite)"/>.</summary>
    public Task MarkAsync(SendMark mark) => JoinAsync(static group => group.Marks, mark);

    /// <summary>Completes when the callback is durable or recognised as repeated; throws likewise.</summary>
    public Task KeepAsync(CallbackWrite callback) => JoinAsync(static group => group.Callbacks, callback);

    /// <summary>Completes when the events are recorded, each with its verdict; throws likewise.</summary>
    public Task RecordAsync(ReadingWrite reading) => JoinAsync(static group => group.Readings, reading);

    /// <summary>Completes when the step has its verdict; throws likewise.</summary>
    public Task DecideAsync(StepWrite step) => JoinAsync(static group => group.Steps, step);

    /// <summary>Takes charge of an outcome: it is written, and tried again until it is.</summary>
    public void Record(OutcomeWrite outcome)
    {
        lock (_lock)
        {
            _pending.Writes.Outcomes.Add(outcome);
            _signal.Set();
        }
    }

    /// <summary>Writes what waits, then stops. What cannot be written by then stays unrecorded: its owner's end will be noticed.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock) _stopping = true;
        _signal.Set();
        await _loop;
        lock (_lock)
        {
            _closed = true;
            // Nobody commits it any more: whoever waits for it must know.
            Fail(_pending, new StorageUnavailableException("The engine has stopped; nothing was stored."));
        }
    }

    private Task JoinAsync<T>(Func<WriteGroup, List<T>> list, T write)
    {
        lock (_lock)
        {
            if (_closed) return Closed();
            var group = _pending;
            list(group.Writes).Add(write);
            _signal.Set();
            return group.Committed.Task;
        }
    }

    private async Task RunAsync()
    {
        var backoff = FirstBackoff;
        var busy = false;
        while (true)
        {
            await _signal.WaitAsync();
            if (busy && _linger > TimeSpan.Zero && !IsFull()) await Task.Delay(_linger, _time);

            PendingGroup group;
            bool stopping;
            lock (_lock)
            {
                group = _pending;
                stopping = _stopping;
                if (group.Writes.IsEmpty)
                {
                    if (stopping) return;
                    continue;
                }

                _pending = new PendingGroup();
            }

            busy = group.Count >= BusyGroup;
            Own(group.Writes, _lease.Epoch);
            if (await TryCommitAsync(group))
            {
                backoff = FirstBackoff;
                // What came in the meantime may have shared its signal with the stop.
                if (stopping) _signal.Set();
                continue;
            }

            if (stopping) return;
            lock (_lock)
            {
                // Outcomes keep their order: those that failed go before those that came since.
                group.Writes.Outcomes.AddRange(_pending.Writes.Outcomes);
                _pending.Writes.Outcomes.Clear();
                _pending.Writes.Outcomes.AddRange(group.Writes.Outcomes);
            }

            await Task.Delay(backoff, _time);
            backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
            _signal.Set();
        }
    }

    /// <summary>
    /// A group is written by the incarnation of now, not by that of when it began to gather, which may have ended meanwhile. What belongs
    /// to an ended one is not written: others have it, or this node has it anew.
    /// </summary>
    private void Own(WriteGroup writes, long epoch)
    {
        writes.Epoch = epoch;
        foreach (var accept in writes.Accepts)
        {
            foreach (var notification in accept.Notifications) Own(notification.Messages, epoch);
        }

        foreach (var step in writes.Steps) Own(step.Next.Messages, epoch);
        // Its caller finds that it is not owned.
        writes.Marks.RemoveAll(m => m.Message.OwnerEpoch != epoch);
        var lost = writes.Outcomes.FindAll(o => o.Message.OwnerEpoch != epoch);
        if (lost.Count > 0)
        {
            writes.Outcomes.RemoveAll(o => o.Message.OwnerEpoch != epoch);
            foreach (var outcome in lost) (outcome.Recorded, outcome.NextBegun, outcome.Cancelled) = (false, false, false);
            _recorded(lost);
        }

        foreach (var outcome in writes.Outcomes)
        {
            if (outcome.Next is { } next) Own(next.Messages, epoch);
        }
    }

    private static void Own(IReadOnlyList<OutboundMessage> messages, long epoch)
    {
        foreach (var message in messages) message.OwnerEpoch = epoch;
    }

    private bool IsFull()
    {
        lock (_lock) return _stopping || _pending.Count >= FullGroup;
    }

    private async Task<bool> TryCommitAsync(PendingGroup group)
    {
        try
        {
            await _store.CommitAsync(group.Writes);
        }
        catch (Exception e)
        {
            // Whatever it was, nothing of the group is stored. Callers are told; outcomes are kept.
            Volatile.Write(ref _troubleAt, _time.GetTimestamp());
            Trouble = e.Message;
            Fail(group, e as StorageUnavailableException ?? new StorageUnavailableException(e.Message, e));
            return false;
        }

        Trouble = null;
        group.Committed.SetResult();
        if (group.Writes.Outcomes.Count > 0) _recorded(group.Writes.Outcomes);
        return true;
    }

    private static Task Closed() =>
        Task.FromException(new StorageUnavailableException("The engine has stopped; nothing was stored."));

    private static void Fail(PendingGroup group, StorageUnavailableException why)
    {
        group.Committed.TrySetException(why);
        // Observed here, since a group of outcomes alone has nobody who waits for it.
        _ = group.Committed.Task.Exception;
    }

    private sealed class PendingGroup
    {
        public WriteGroup Writes { get; } = new() { Epoch = 0 };

        public TaskCompletionSource Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count => Writes.Count;
    }
}
