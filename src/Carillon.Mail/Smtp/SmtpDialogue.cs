using System.Runtime.CompilerServices;

namespace Carillon.Mail;

/// <summary>Commands out, replies in, over one channel, with one deadline that the transport's sweep watches.</summary>
internal sealed class SmtpDialogue(SmtpChannel channel, SmtpTransport transport, DialogueObserver? observer = null) : IDisposable
{
    public const long NoDeadline = long.MaxValue;

    private readonly ReplyReader _replies = new() { Observer = observer };
    private long _deadline = NoDeadline;

    public SmtpChannel Channel { get; } = channel;

    /// <summary>Null where nobody listens.</summary>
    public DialogueObserver? Observer { get; } = observer;

    /// <summary>What the next <see cref="FlushAsync"/> sends.</summary>
    public PooledBuffer Out { get; } = new();

    public ReplyReader Reply => _replies;

    public int Code => _replies.Code;

    /// <summary>What is being waited for, for the words about a failure.</summary>
    public SmtpStage Stage { get; set; } = SmtpStage.Greeting;

    /// <summary>On the transport's coarse clock, in seconds.</summary>
    public long Deadline
    {
        get => Volatile.Read(ref _deadline);
        private set => Volatile.Write(ref _deadline, value);
    }

    /// <summary>Plus one, since the second that runs now is partly over.</summary>
    public void SetDeadline(TimeSpan timeout) => Deadline = transport.Now + (long)Math.Ceiling(timeout.TotalSeconds) + 1;

    public void ClearDeadline() => Deadline = NoDeadline;

    public ValueTask FlushAsync(TimeSpan timeout)
    {
        if (Out.Length == 0) return default;
        SetDeadline(timeout);
        ValueTask sending = Channel.SendAsync(Out.Written);
        if (!sending.IsCompletedSuccessfully) return FlushSlowlyAsync(sending);
        sending.GetAwaiter().GetResult();
        Out.Clear();
        return default;
    }

    /// <summary>Takes the next reply. 421 means at any place that the server closes (RFC 5321 section 3.8), and ends the connection.</summary>
    public ValueTask ReadAsync(SmtpStage stage, TimeSpan timeout)
    {
        Stage = stage;
        if (!_replies.TryRead(stage)) return ReceiveAsync(stage, timeout);
        RefuseClosing(stage);
        return default;
    }

    /// <summary>One command and its reply, outside the fast path.</summary>
    /// <param name="shown">What an observer hears in place of a command that holds a secret.</param>
    public async ValueTask<SmtpReply> AskAsync(string command, SmtpStage stage, TimeSpan timeout, string? shown = null)
    {
        Observer?.Client(shown ?? command);
        Out.AppendUtf8(command);
        Out.Append("\r\n"u8);
        await FlushAsync(timeout).ConfigureAwait(false);
        await ReadAsync(stage, timeout).ConfigureAwait(false);
        return _replies.ToReply();
    }

    public void Dispose()
    {
        Channel.Dispose();
        Out.Dispose();
    }

    private void RefuseClosing(SmtpStage stage)
    {
        if (_replies.Code != 421) return;
        SmtpReply reply = _replies.ToReply();
        throw new SmtpBrokenException(stage, reply.ToString(), reply);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReceiveAsync(SmtpStage stage, TimeSpan timeout)
    {
        SetDeadline(timeout);
        do
        {
            int count = await Channel.ReceiveAsync(_replies.Free()).ConfigureAwait(false);
            if (count == 0) throw new SmtpBrokenException(stage, "the server closed the connection");
            _replies.Received(count);
        }
        while (!_replies.TryRead(stage));
        RefuseClosing(stage);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FlushSlowlyAsync(ValueTask sending)
    {
        await sending.ConfigureAwait(false);
        Out.Clear();
    }
}
