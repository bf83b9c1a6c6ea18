using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Threading.Tasks.Sources;

namespace Carillon.Mail;

/// <summary>
/// One connection's life: opened, serving one message after another, closed. While a message's final reply is awaited the next one's
/// envelope is already on its way, in the same write as the content:
/// <code>
/// C: [content of 1, dot] [MAIL RCPT DATA of 2]          one write
/// S: [250 for 1] [250 250 354 for 2]                    usually one read
/// </code>
/// </summary>
internal sealed class SmtpConnection(SmtpTransport transport, SmtpOptions options) : IValueTaskSource<SmtpJob?>
{
    // Never disposed, since the sweep may cancel it at any time; it holds neither timer nor handle.
    private readonly CancellationTokenSource _abort = new();
    private ManualResetValueTaskSourceCore<SmtpJob?> _wake = new() { RunContinuationsAsynchronously = true };
    private readonly DialogueObserver? _observer = DialogueObserver.Of(options);
    private SmtpChannel? _channel;
    private SmtpDialogue? _dialogue;
    private SmtpTransaction? _transaction;
    private SmtpJob? _current;
    private SmtpJob? _next;
    private long _openDeadline;
    private int _taken;
    private volatile bool _timedOut;

    // It has served a message or waited for one: when it breaks now, another connection may well work.
    private bool _proven;

    public long IdleSince { get; set; }

    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>It cannot have a message yet.</summary>
    public bool IsOpening => Volatile.Read(ref _transaction) is null;

    /// <summary>On the transport's coarse clock, in seconds.</summary>
    public long Deadline => _dialogue?.Deadline ?? Volatile.Read(ref _openDeadline);

    public void Start()
    {
        Volatile.Write(ref _openDeadline, transport.Now + (long)Math.Ceiling(options.Timeouts.Connect.TotalSeconds) + 1);
        // The connection outlives the call that opened it, and must not carry that call's context (its trace, say) along.
        bool flows = !ExecutionContext.IsFlowSuppressed();
        if (flows) ExecutionContext.SuppressFlow();
        Completion = Task.Run(RunAsync);
        if (flows) ExecutionContext.RestoreFlow();
    }

    /// <summary>Ends the wait of an idle connection: with a message, or with null to look what the transport wants.</summary>
    public void Wake(SmtpJob? job) => _wake.SetResult(job);

    public void TimeOut()
    {
        _timedOut = true;
        Abort();
    }

    public void Abort()
    {
        _abort.Cancel();
        Volatile.Read(ref _channel)?.Abort();
    }

    SmtpJob? IValueTaskSource<SmtpJob?>.GetResult(short token) => _wake.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<SmtpJob?>.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource<SmtpJob?>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wake.OnCompleted(continuation, state, token, flags);

    private async Task RunAsync()
    {
        try
        {
            await OpenAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Close();
            SmtpBrokenException fault = Explain(e, _dialogue?.Stage ?? SmtpStage.Connect);
            Tell(fault);
            transport.OnOpenFailed(this, fault);
            return;
        }

        transport.OnOpened();
        try
        {
            await ServeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            SmtpBrokenException fault = Explain(e, _current?.Stage ?? SmtpStage.Queued);
            Tell(fault);
            GiveUp(fault);
        }
        finally
        {
            Close();
            transport.OnEnded(this);
        }
    }

    private async Task OpenAsync()
    {
        _observer?.Note($"connecting to {options}");
        _channel = await transport.ConnectAsync(_abort.Token).ConfigureAwait(false);
        _observer?.Note("connected");
        _dialogue = new SmtpDialogue(_channel, transport, _observer);
        _dialogue.SetDeadline(options.Timeouts.Greeting);
        SmtpCapabilities server = await new SmtpHandshake(_dialogue, options, _abort.Token).RunAsync().ConfigureAwait(false);
        _dialogue.ClearDeadline();
        _transaction = new SmtpTransaction(_dialogue, options, server);
    }

    private async Task ServeAsync()
    {
        SmtpTransaction transaction = _transaction!;
        while (_taken < options.MaxMessagesPerConnection && await WaitForWorkAsync().ConfigureAwait(false))
        {
            transaction.AppendEnvelope(_next!);
            while (_next is not null)
            {
                _current = _next;
                _next = null;
                if (await transaction.AgreeOnEnvelopeAsync(_current).ConfigureAwait(false) is { } refusal)
                {
                    Finish(refusal);
                    TakeNext();
                    continue;
                }

                _next = Take();
                await transaction.SendContentAsync(_current, _next).ConfigureAwait(false);
                Finish(await transaction.ReadFinalAsync(_current).ConfigureAwait(false));
                if (_next is null) TakeNext();
            }
        }

        await SayGoodbyeAsync().ConfigureAwait(false);
    }

    private void Finish(SmtpDelivery delivery)
    {
        _proven = true;
        SmtpJob job = _current!;
        _current = null;
        job.Complete(delivery);
    }

    private void TakeNext()
    {
        _next = Take();
        if (_next is not null) _transaction!.AppendEnvelope(_next);
    }

    /// <summary>A waiting message that this server can take; those it cannot take are told so.</summary>
    private SmtpJob? Take()
    {
        while (_taken < options.MaxMessagesPerConnection && transport.TryTake() is { } job)
        {
            if (Accepts(job)) return job;
        }

        return null;
    }

    private bool Accepts(SmtpJob job)
    {
        if (_transaction!.WhyImpossible(job) is { } refusal)
        {
            job.Complete(refusal);
            return false;
        }

        _taken++;
        return true;
    }

    /// <summary>Sets <see cref="_next"/>; false when the connection is to be closed.</summary>
    private async ValueTask<bool> WaitForWorkAsync()
    {
        while (true)
        {
            _next = Take();
            if (_next is not null) return true;
            if (_taken >= options.MaxMessagesPerConnection) return false;
            if (_dialogue!.Reply.HasUnread) throw new SmtpBrokenException(SmtpStage.Queued, "the server answered more than it was asked");
            _dialogue.ClearDeadline();
            _wake.Reset();
            if (!transport.TryRest(this)) continue;
            _proven = true;
            SmtpJob? job = await new ValueTask<SmtpJob?>(this, _wake.Version).ConfigureAwait(false);
            if (job is null)
            {
                if (transport.WantsClosed(this)) return false;
                await KeepAliveAsync().ConfigureAwait(false);
                continue;
            }

            if (!Accepts(job)) continue;
            _next = job;
            if (_dialogue.Channel.HasNews) throw new SmtpBrokenException(SmtpStage.Queued, "the server closed the idle connection");
            return true;
        }
    }

    private async ValueTask KeepAliveAsync()
    {
        SmtpReply reply = await _dialogue!.AskAsync("NOOP", SmtpStage.Queued, options.Timeouts.Greeting).ConfigureAwait(false);
        if (!reply.IsPositive) throw new SmtpBrokenException(SmtpStage.Queued, reply.ToString(), reply);
    }

    private async ValueTask SayGoodbyeAsync()
    {
        try
        {
            await _dialogue!.AskAsync("QUIT", SmtpStage.Queued, TimeSpan.FromSeconds(5)).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // All messages have their outcome; how the connection ends is of no interest.
        }
    }

    /// <summary>The messages that this connection still had: unknown where the dot went out, else moved or told.</summary>
    private void GiveUp(SmtpBrokenException fault)
    {
        if (_current is { } current)
        {
            // A 421 in place of the final reply is an answer: the message was not taken.
            if (fault.Reply is not null) current.MayBeSent = false;
            if (current.MayBeSent) current.Complete(Describe(SmtpOutcome.Unknown, SmtpStage.Content, fault));
            else MoveOrFail(current, fault);
        }

        if (_next is { } next) MoveOrFail(next, fault);
        _current = _next = null;
    }

    private void MoveOrFail(SmtpJob job, SmtpBrokenException fault)
    {
        if (_proven && !job.WasMoved) transport.PutBack(job);
        else job.Complete(Describe(SmtpOutcome.Unavailable, fault.Stage, fault));
    }

    internal static SmtpDelivery Describe(SmtpOutcome outcome, SmtpStage stage, SmtpBrokenException fault) =>
        new() { Outcome = outcome, Stage = stage, Reply = fault.Reply, Reason = OneLine(fault.Message) };

    private static string OneLine(string text) =>
        (text.Length <= SmtpReply.MaxText ? text : text[..SmtpReply.MaxText]).ReplaceLineEndings(" ");

    private SmtpBrokenException Explain(Exception e, SmtpStage stage)
    {
        if (_timedOut) return new SmtpBrokenException(stage, "the server did not answer in time", null, e);
        return e switch
        {
            SmtpBrokenException broken => broken,
            SocketException socket => new SmtpBrokenException(stage, $"the connection failed: {socket.SocketErrorCode}", null, e),
            AuthenticationException => new SmtpBrokenException(SmtpStage.StartTls, "the TLS handshake failed: " + e.Message, null, e),
            IOException { InnerException: SocketException inner } =>
                new SmtpBrokenException(stage, $"the connection failed: {inner.SocketErrorCode}", null, e),
            ObjectDisposedException or OperationCanceledException => new SmtpBrokenException(stage, "the transport was closed", null, e),
            _ => new SmtpBrokenException(stage, e.Message, null, e),
        };
    }

    /// <summary>What the server said has been told as it came.</summary>
    private void Tell(SmtpBrokenException fault)
    {
        if (fault.Reply is null) _observer?.Note(fault.Message);
    }

    private void Close()
    {
        _dialogue?.Dispose();
        _channel?.Dispose();
    }
}
