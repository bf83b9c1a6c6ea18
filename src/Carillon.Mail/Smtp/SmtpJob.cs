using System.Threading.Tasks.Sources;

namespace Carillon.Mail;

/// <summary>
/// One message on its way through the transport, and the awaitable its sender holds. Pooled: a job returns to the pool once its result
/// was taken, except a cancelled one, which the queue may still hold.
/// </summary>
internal sealed class SmtpJob(SmtpTransport owner) : IValueTaskSource<SmtpDelivery>
{
    private const int Queued = 0;
    private const int Taken = 1;
    private const int Cancelled = 2;

    private ManualResetValueTaskSourceCore<SmtpDelivery> _result = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private int _state;

    public SmtpEnvelope Envelope { get; private set; }

    public ContentFacts Facts { get; private set; }

    public ReadOnlyMemory<byte> Content { get; private set; }

    /// <summary>Only SMTPUTF8 can carry its addresses or headers.</summary>
    public bool NeedsUtf8 { get; private set; }

    /// <summary>What RCPT was answered, when there are several recipients.</summary>
    public SmtpRecipientOutcome[]? Recipients { get; set; }

    /// <summary>It was moved once from a connection that broke before the final dot; it is not moved again.</summary>
    public bool WasMoved { get; set; }

    /// <summary>From here on the server may have the whole message.</summary>
    public bool MayBeSent { get; set; }

    public SmtpStage Stage { get; set; }

    public ValueTask<SmtpDelivery> Task => new(this, _result.Version);

    public void Start(in SmtpEnvelope envelope, ReadOnlyMemory<byte> content, in ContentFacts facts, CancellationToken cancellationToken)
    {
        Envelope = envelope;
        Content = content;
        Facts = facts;
        NeedsUtf8 = envelope.RequiresUtf8 || envelope.HasUtf8Address();
        _cancellation = cancellationToken;
        _state = Queued;
    }

    /// <summary>After it was queued, since the callback may run at once.</summary>
    public ValueTask<SmtpDelivery> WatchAndAwait(ValueTask<SmtpDelivery> task)
    {
        _registration = _cancellation.UnsafeRegister(static job => ((SmtpJob)job!).Cancel(), this);
        return task;
    }

    /// <summary>False when it was cancelled while it waited.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Queued) == Queued;

    /// <summary>Back among the waiting; false when it was cancelled meanwhile, and is done.</summary>
    public bool TryPutBack()
    {
        WasMoved = true;
        Recipients = null;
        Stage = SmtpStage.Queued;
        Volatile.Write(ref _state, Queued);
        if (!_cancellation.IsCancellationRequested) return true;
        Cancel();
        return false;
    }

    public void Complete(SmtpDelivery delivery) => _result.SetResult(delivery);

    public SmtpDelivery GetResult(short token)
    {
        bool reusable = _result.GetStatus(token) == ValueTaskSourceStatus.Succeeded;
        try
        {
            return _result.GetResult(token);
        }
        finally
        {
            // Waits for a callback that runs right now, so that none of this message can cancel the next one.
            _registration.Dispose();
            if (reusable) Reset();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _result.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _result.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        if (Interlocked.CompareExchange(ref _state, Cancelled, Queued) == Queued)
            _result.SetException(new OperationCanceledException(_cancellation));
    }

    private void Reset()
    {
        _result.Reset();
        _registration = default;
        _cancellation = default;
        Envelope = default;
        Content = default;
        Recipients = null;
        WasMoved = false;
        MayBeSent = false;
        Stage = SmtpStage.Queued;
        owner.Return(this);
    }
}
