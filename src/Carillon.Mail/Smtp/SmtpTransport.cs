namespace Carillon.Mail;

/// <summary>
/// Sends messages to one server over a pool of connections. Thread-safe: many callers may send at once, and with more messages than
/// connections each connection always has the next envelope under way while it awaits a reply. Connections are opened as messages wait
/// for them, and closed when idle.
/// </summary>
/// <remarks>
/// A message whose connection breaks before its final dot, on a connection that had worked before, is moved once to another connection;
/// it was certainly not sent.
/// </remarks>
public sealed class SmtpTransport : IAsyncDisposable
{
    private const int MaxPooledJobs = 1024;
    private const int OpenPause = 10;

    private readonly Lock _gate = new();
    private readonly SmtpOptions _options;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Func<CancellationToken, Task<SmtpChannel>> _connect;
    private readonly Queue<SmtpJob> _waiting = new();
    private readonly Queue<SmtpJob> _returned = new();
    private readonly Stack<SmtpJob> _spare = new();
    private readonly List<SmtpConnection> _idle = [];
    private readonly List<SmtpConnection> _all = [];
    private readonly ITimer _sweep;
    private long _now;
    private long _noOpenBefore;
    private int _opening;
    private bool _sweeps;
    private bool _closed;

    /// <exception cref="ArgumentException">The options are at fault; all faults are named.</exception>
    public SmtpTransport(SmtpOptions options, TimeProvider? time = null)
        : this(options, time, token => SmtpChannel.ConnectAsync(options, time ?? TimeProvider.System, token))
    {
    }

    internal SmtpTransport(SmtpOptions options, TimeProvider? time, Func<CancellationToken, Task<SmtpChannel>> connect)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _options = options;
        _time = time ?? TimeProvider.System;
        _started = _time.GetTimestamp();
        _connect = connect;
        _sweep = _time.CreateTimer(static state => ((SmtpTransport)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Connections open or being opened.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_gate) return _all.Count;
        }
    }

    internal int IdleCount
    {
        get
        {
            lock (_gate) return _idle.Count;
        }
    }

    /// <summary>Messages that no connection has taken yet.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_gate) return _waiting.Count + _returned.Count;
        }
    }

    /// <summary>Seconds since the start, renewed by the sweep about once a second: reading a clock for each reply would cost more.</summary>
    internal long Now => Volatile.Read(ref _now);

    /// <summary>
    /// Sends one message; completes when its outcome is known. What a server or the network does is an outcome, never an exception.
    /// </summary>
    /// <param name="envelope">From whom, to whom.</param>
    /// <param name="content">
    /// The message as it is transmitted, lines ending with CRLF, not dot-stuffed. Must stay valid and unchanged until the task completes.
    /// Content with a CR or LF alone, a NUL, or a line over 998 octets is <see cref="SmtpOutcome.Rejected"/> and never sent.
    /// </param>
    /// <param name="cancellationToken">
    /// Withdraws the message while no connection has taken it: then the task is cancelled, and the message certainly not sent. Later the
    /// outcome is awaited regardless.
    /// </param>
    /// <exception cref="ObjectDisposedException">The transport is closed.</exception>
    public ValueTask<SmtpDelivery> SendAsync(
        SmtpEnvelope envelope, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        if (envelope.RecipientCount == 0) throw new ArgumentException("An envelope needs a recipient.", nameof(envelope));
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<SmtpDelivery>(cancellationToken);
        ContentFacts facts = ContentFacts.Of(content.Span);
        if (facts.Fault is not null)
            return new(new SmtpDelivery { Outcome = SmtpOutcome.Rejected, Stage = SmtpStage.Queued, Reason = facts.Fault });

        SmtpJob job;
        SmtpConnection? idle = null, opened = null;
        ValueTask<SmtpDelivery> task;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            job = _spare.TryPop(out SmtpJob? spare) ? spare : new SmtpJob(this);
            job.Start(envelope, content, facts, cancellationToken);
            task = job.Task;
            if (_idle.Count > 0)
            {
                idle = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
                job.TryTake();
            }
            else
            {
                _waiting.Enqueue(job);
                opened = AddConnectionIfNeeded();
            }
        }

        if (idle is not null)
        {
            idle.Wake(job);
            return task;
        }

        opened?.Start();
        return cancellationToken.CanBeCanceled ? job.WatchAndAwait(task) : task;
    }

    /// <summary>
    /// Takes no more messages, ends those that wait as <see cref="SmtpOutcome.Unavailable"/>, lets those under way finish for at most
    /// <see cref="SmtpTimeouts.Drain"/>, and closes all connections.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        SmtpConnection[] all, idle;
        SmtpJob[] waiting;
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            all = [.. _all];
            idle = [.. _idle];
            _idle.Clear();
            waiting = TakeAllWaiting();
        }

        Fail(waiting, new SmtpBrokenException(SmtpStage.Queued, "the transport was closed"));
        foreach (SmtpConnection connection in idle) connection.Wake(null);
        foreach (SmtpConnection connection in all.Where(c => c.IsOpening)) connection.Abort();
        Task ended = Task.WhenAll(all.Select(connection => connection.Completion));
        try
        {
            await ended.WaitAsync(_options.Timeouts.Drain, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            foreach (SmtpConnection connection in all) connection.Abort();
            await ended.ConfigureAwait(false);
        }

        await _sweep.DisposeAsync().ConfigureAwait(false);
    }

    internal Task<SmtpChannel> ConnectAsync(CancellationToken cancellationToken) => _connect(cancellationToken);

    internal void Return(SmtpJob job)
    {
        lock (_gate)
        {
            if (_spare.Count < MaxPooledJobs) _spare.Push(job);
        }
    }

    internal SmtpJob? TryTake()
    {
        lock (_gate)
        {
            while (_returned.TryDequeue(out SmtpJob? job) || _waiting.TryDequeue(out job))
            {
                if (job.TryTake()) return job;
            }

            return null;
        }
    }

    /// <summary>Puts a connection among the idle; false when there is work after all.</summary>
    internal bool TryRest(SmtpConnection connection)
    {
        lock (_gate)
        {
            if (_waiting.Count + _returned.Count > 0) return false;
            connection.IdleSince = Now;
            if (_closed) connection.Wake(null);
            else _idle.Add(connection);
            return true;
        }
    }

    internal bool WantsClosed(SmtpConnection connection) =>
        Volatile.Read(ref _closed) || Now - connection.IdleSince >= _options.IdleTimeout.TotalSeconds;

    internal void PutBack(SmtpJob job)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                if (job.TryPutBack()) _returned.Enqueue(job);
                return;
            }
        }

        Fail([job], new SmtpBrokenException(SmtpStage.Queued, "the transport was closed"));
    }

    internal void OnOpened()
    {
        lock (_gate)
        {
            _opening--;
        }
    }

    /// <summary>While others work, theirs are the waiting messages; when this was the last hope, all that wait are told.</summary>
    internal void OnOpenFailed(SmtpConnection connection, SmtpBrokenException fault)
    {
        SmtpJob[] failed = [];
        lock (_gate)
        {
            _opening--;
            _all.Remove(connection);
            if (_all.Count == 0) failed = TakeAllWaiting();
            else _noOpenBefore = Now + OpenPause; // most likely the server's limit of connections
        }

        Fail(failed, fault);
    }

    internal void OnEnded(SmtpConnection connection)
    {
        SmtpConnection? opened;
        lock (_gate)
        {
            _all.Remove(connection);
            opened = _closed ? null : AddConnectionIfNeeded();
        }

        opened?.Start();
    }

    private static void Fail(SmtpJob[] jobs, SmtpBrokenException fault)
    {
        foreach (SmtpJob job in jobs) job.Complete(SmtpConnection.Describe(SmtpOutcome.Unavailable, fault.Stage, fault));
    }

    private SmtpConnection? AddConnectionIfNeeded()
    {
        int waiting = _waiting.Count + _returned.Count;
        if (waiting <= _opening || _all.Count >= _options.MaxConnections) return null;
        if (_all.Count > 0 && Now < _noOpenBefore) return null;
        var connection = new SmtpConnection(this, _options);
        _all.Add(connection);
        _opening++;
        if (!_sweeps) _sweeps = _sweep.Change(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        return connection;
    }

    private SmtpJob[] TakeAllWaiting()
    {
        SmtpJob[] jobs = [.. _returned.Concat(_waiting).Where(job => job.TryTake())];
        _returned.Clear();
        _waiting.Clear();
        return jobs;
    }

    private void Sweep()
    {
        Volatile.Write(ref _now, (long)_time.GetElapsedTime(_started).TotalSeconds);
        List<SmtpConnection>? late = null, wake = null;
        SmtpConnection? opened;
        lock (_gate)
        {
            foreach (SmtpConnection connection in _all)
            {
                if (connection.Deadline <= _now) (late ??= []).Add(connection);
            }

            for (int i = _idle.Count - 1; i >= 0; i--)
            {
                if (!HasErrand(_idle[i])) continue;
                (wake ??= []).Add(_idle[i]);
                _idle.RemoveAt(i);
            }

            opened = _closed ? null : AddConnectionIfNeeded();
        }

        opened?.Start();
        foreach (SmtpConnection connection in late ?? []) connection.TimeOut();
        foreach (SmtpConnection connection in wake ?? []) connection.Wake(null);
    }

    private bool HasErrand(SmtpConnection connection)
    {
        double idle = Now - connection.IdleSince;
        return idle >= _options.IdleTimeout.TotalSeconds || idle >= _options.KeepAlive?.TotalSeconds;
    }
}
