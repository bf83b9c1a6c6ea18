using System.Runtime.CompilerServices;

namespace Carillon.Mail;

/// <summary>MAIL, RCPT, DATA or BDAT, and the content, for one message after another on one connection (RFC 5321 section 3.3).</summary>
internal sealed class SmtpTransaction(SmtpDialogue dialogue, SmtpOptions options, SmtpCapabilities server)
{
    private readonly SmtpTimeouts _timeouts = options.Timeouts;
    private readonly bool _pipelining = options.Pipelining && server.Pipelining;
    private readonly bool _chunking = options.Chunking && server.Chunking;
    private readonly ContentSender _content = new(dialogue, options.Timeouts, options.Chunking && server.Chunking);
    private SmtpDelivery? _lastAccepted;
    private bool _mustReset;
    private bool _resetAsked;

    /// <summary>Why this server cannot take the message, so that nothing is sent; null when it can.</summary>
    public SmtpDelivery? WhyImpossible(SmtpJob job)
    {
        string? reason = null;
        if (server.MaxSize is { } max && job.Content.Length > max) reason = $"the message has {job.Content.Length} octets, the server takes {max}";
        else if (!server.SmtpUtf8 && job.NeedsUtf8) reason = "the message needs SMTPUTF8, which the server does not offer";
        else if (!server.EightBitMime && job.Facts.IsEightBit) reason = "the message needs 8BITMIME, which the server does not offer";
        return reason is null ? null : new SmtpDelivery { Outcome = SmtpOutcome.Rejected, Stage = SmtpStage.Queued, Reason = reason };
    }

    /// <summary>Adds the envelope to what goes out next. Without PIPELINING nothing: then each command waits for its turn.</summary>
    public void AppendEnvelope(SmtpJob job)
    {
        if (!_pipelining) return;
        PooledBuffer buffer = dialogue.Out;
        AppendReset();
        int start = buffer.Length;
        EnvelopeCommands.AppendMail(buffer, job, server);
        for (int i = 0; i < job.Envelope.RecipientCount; i++) EnvelopeCommands.AppendRecipient(buffer, job, i, server);
        if (!_chunking) buffer.Append("DATA\r\n"u8);
        Tell(start);
    }

    /// <summary>Null when the server waits for the content, else the outcome.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SmtpDelivery?> AgreeOnEnvelopeAsync(SmtpJob job)
    {
        job.Stage = SmtpStage.MailFrom;
        if (_pipelining) await dialogue.FlushAsync(_timeouts.Block).ConfigureAwait(false);
        else AppendReset();
        if (_resetAsked) await FinishResetAsync().ConfigureAwait(false);

        if (!_pipelining)
        {
            int start = dialogue.Out.Length;
            EnvelopeCommands.AppendMail(dialogue.Out, job, server);
            Tell(start);
        }

        await ExchangeAsync(SmtpStage.MailFrom, _timeouts.Envelope).ConfigureAwait(false);
        SmtpDelivery? refusal = dialogue.Code is >= 200 and < 300 ? null : Refused(SmtpStage.MailFrom);
        bool mailAccepted = refusal is null;
        if (mailAccepted || _pipelining)
        {
            job.Stage = SmtpStage.RecipientTo;
            SmtpDelivery? recipients = job.Envelope.RecipientCount == 1
                ? await AskRecipientAsync(job, 0).ConfigureAwait(false)
                : await AskRecipientsAsync(job, mailAccepted).ConfigureAwait(false);
            refusal ??= recipients;
        }

        if (!_chunking && (refusal is null || _pipelining))
        {
            job.Stage = SmtpStage.Data;
            if (!_pipelining) Say("DATA\r\n"u8);
            await ExchangeAsync(SmtpStage.Data, _timeouts.Data).ConfigureAwait(false);
            if (dialogue.Code == 354 && refusal is not null) await EndEmptyDataAsync().ConfigureAwait(false);
            else if (dialogue.Code != 354) refusal ??= Refused(SmtpStage.Data);
        }

        if (refusal is null)
        {
            RefuseUnasked();
            return null;
        }

        _mustReset = mailAccepted;
        return WithRecipients(refusal, job);
    }

    /// <summary>Sends the content and, behind it, the envelope of the message that follows.</summary>
    public ValueTask SendContentAsync(SmtpJob job, SmtpJob? next)
    {
        job.Stage = SmtpStage.Content;
        if (dialogue.Observer is { } observer) Tell(observer, job);
        return job.Content.Length > ContentSender.Small ? SendLargeAsync(job, next) : SendEndAsync(job, 0, next);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SmtpDelivery> ReadFinalAsync(SmtpJob job)
    {
        await dialogue.ReadAsync(SmtpStage.Content, _timeouts.Final).ConfigureAwait(false);
        ReplyReader reply = dialogue.Reply;
        if (reply.Code is >= 300 and < 400) throw new SmtpBrokenException(SmtpStage.Content, "the server's final reply is no final reply");
        if (reply.Code >= 300) return WithRecipients(Refused(SmtpStage.Content), job);

        // Servers without queue ids answer alike each time.
        if (_lastAccepted?.Reply?.Matches(reply.Code, reply.Text) != true)
            _lastAccepted = new SmtpDelivery { Outcome = SmtpOutcome.Accepted, Stage = SmtpStage.Content, Reply = reply.ToReply() };
        return job.Recipients is null ? _lastAccepted : WithRecipients(_lastAccepted, job);
    }

    private void Say(ReadOnlySpan<byte> command)
    {
        int start = dialogue.Out.Length;
        dialogue.Out.Append(command);
        Tell(start);
    }

    /// <summary>What was added to the next write since then.</summary>
    private void Tell(int start) => dialogue.Observer?.Client(dialogue.Out.Written.Span[start..]);

    private void Tell(DialogueObserver observer, SmtpJob job)
    {
        if (_chunking) observer.Client(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"BDAT {job.Content.Length} LAST"));
        observer.Content(job.Content.Span);
        if (!_chunking) observer.Client(".");
    }

    private static bool IsProviderFault(int code) => code is 503 or 530 or 534 or 535 or 538;

    /// <summary>After a refusal each recipient that was still hoped for shares the message's fate.</summary>
    private static SmtpDelivery WithRecipients(SmtpDelivery delivery, SmtpJob job)
    {
        if (job.Recipients is not { } recipients)
        {
            if (job.Envelope.RecipientCount == 1) return delivery;
            recipients = [.. job.Envelope.Recipients.Select(address => new SmtpRecipientOutcome(address, SmtpOutcome.Accepted, null))];
        }

        for (int i = 0; i < recipients.Length; i++)
        {
            if (recipients[i].Outcome == SmtpOutcome.Accepted)
                recipients[i] = recipients[i] with { Outcome = delivery.Outcome, Reply = delivery.Reply };
        }

        return delivery with { Recipients = recipients };
    }

    private ValueTask ExchangeAsync(SmtpStage stage, TimeSpan timeout)
    {
        // When pipelined the command went out before, and this flush has nothing to do.
        if (dialogue.Out.Length == 0) return dialogue.ReadAsync(stage, timeout);
        return FlushAndReadAsync(stage, timeout);
    }

    private async ValueTask FlushAndReadAsync(SmtpStage stage, TimeSpan timeout)
    {
        await dialogue.FlushAsync(_timeouts.Block).ConfigureAwait(false);
        await dialogue.ReadAsync(stage, timeout).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SmtpDelivery?> AskRecipientAsync(SmtpJob job, int index)
    {
        if (!_pipelining)
        {
            int start = dialogue.Out.Length;
            EnvelopeCommands.AppendRecipient(dialogue.Out, job, index, server);
            Tell(start);
        }

        await ExchangeAsync(SmtpStage.RecipientTo, _timeouts.Envelope).ConfigureAwait(false);
        return dialogue.Code is >= 200 and < 300 ? null : Refused(SmtpStage.RecipientTo);
    }

    /// <summary>Null when at least one is accepted; else the mildest refusal, since a deferred recipient is worth another attempt.</summary>
    private async ValueTask<SmtpDelivery?> AskRecipientsAsync(SmtpJob job, bool mailAccepted)
    {
        var outcomes = new SmtpRecipientOutcome[job.Envelope.RecipientCount];
        SmtpDelivery? refusal = null;
        bool accepted = false;
        for (int i = 0; i < outcomes.Length; i++)
        {
            SmtpDelivery? refused = await AskRecipientAsync(job, i).ConfigureAwait(false);
            accepted |= refused is null;
            outcomes[i] = new SmtpRecipientOutcome(job.Envelope.Recipient(i), refused?.Outcome ?? SmtpOutcome.Accepted, refused?.Reply);
            if (refused is not null && (refusal is null || refused.Outcome == SmtpOutcome.Deferred)) refusal = refused;
        }

        // What RCPT is answered after a refused MAIL says nothing about the recipients.
        if (mailAccepted) job.Recipients = outcomes;
        return accepted ? null : refusal;
    }

    /// <summary>
    /// With the content not yet sent no reply can be outstanding. One that is there all the same would later be taken for the answer to
    /// the content, and a lost message for an accepted one.
    /// </summary>
    private void RefuseUnasked()
    {
        if (dialogue.Reply.HasUnread) throw new SmtpBrokenException(SmtpStage.Data, "the server answered more than it was asked");
    }

    private SmtpDelivery Refused(SmtpStage stage)
    {
        SmtpReply reply = dialogue.Reply.ToReply();
        if (reply.Code < 400) throw new SmtpBrokenException(stage, "the server's answer does not fit the command: " + reply, null);
        SmtpOutcome outcome = reply.IsTransient ? SmtpOutcome.Deferred
            : stage != SmtpStage.Content && IsProviderFault(reply.Code) ? SmtpOutcome.Unavailable
            : SmtpOutcome.Rejected;
        return new SmtpDelivery { Outcome = outcome, Stage = stage, Reply = reply };
    }

    private void AppendReset()
    {
        // After a failed BDAT the server waits for RSET (RFC 3030 section 4.2), and the next envelope leaves before that is known.
        if (!_mustReset && !_chunking) return;
        Say("RSET\r\n"u8);
        _mustReset = false;
        _resetAsked = true;
    }

    private async ValueTask FinishResetAsync()
    {
        _resetAsked = false;
        await ExchangeAsync(SmtpStage.MailFrom, _timeouts.Envelope).ConfigureAwait(false);
        if (dialogue.Code is not (>= 200 and < 300)) throw new SmtpBrokenException(SmtpStage.MailFrom, "the server refuses RSET");
    }

    /// <summary>DATA was accepted though no recipient was (RFC 2920 section 3.1): the dot alone, whose reply is of no interest.</summary>
    private async ValueTask EndEmptyDataAsync()
    {
        Say(".\r\n"u8);
        await FlushAndReadAsync(SmtpStage.Data, _timeouts.Final).ConfigureAwait(false);
    }

    private async ValueTask SendLargeAsync(SmtpJob job, SmtpJob? next)
    {
        int sent = await _content.SendStartAsync(job).ConfigureAwait(false);
        await SendEndAsync(job, sent, next).ConfigureAwait(false);
    }

    /// <summary>The end of the content, the dot and the next envelope in one write. From here on the message may be sent.</summary>
    private ValueTask SendEndAsync(SmtpJob job, int offset, SmtpJob? next)
    {
        _content.AppendEnd(job, offset);
        if (next is not null) AppendEnvelope(next);
        job.MayBeSent = true;
        return dialogue.FlushAsync(_timeouts.Block);
    }
}
