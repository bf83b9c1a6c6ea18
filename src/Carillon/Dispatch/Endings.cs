using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>Ends messages that will not be sent: of cancelled notifications, and those whose time is over while they wait.</summary>
internal sealed class Endings(LaneScheduler lanes, GroupCommitter committer, DeliveryServices services, RouteView routes)
{
    /// <summary>Takes messages of cancelled notifications out of memory, as far as they are not under way.</summary>
    /// <returns>Those that will not be sent.</returns>
    public List<OutboundMessage> Cancel(IReadOnlyCollection<Guid> notificationIds)
    {
        var ids = notificationIds.ToHashSet();
        var taken = lanes.TakeOut(m => ids.Contains(m.Notification.Id), onlyPaused: false);
        foreach (var message in taken) End(message, new GateAnswer(MessageStatus.Cancelled, MessageReasons.Cancelled), null);
        return taken;
    }

    /// <summary>Ends messages whose time is over while they wait for a provider that does not come back, and says what each of its providers was up to.</summary>
    public void EndOverdue()
    {
        var now = services.Time.GetUtcNow();
        var taken = lanes.TakeOut(m => Check(m).Stop is not null, onlyPaused: true);
        if (taken.Count == 0) return;
        var trace = new DeliveryTrace(services.Router, services.Time);
        foreach (var message in taken)
        {
            var answer = Check(message);
            if (answer.Reason is MessageReasons.RetriesExhausted or MessageReasons.Expired) answer = Explain(message, answer, trace, now);
            End(message, answer, trace.Take());
        }

        GateAnswer Check(OutboundMessage message) => Gate.Check(message, now, services.Options.RetryOf(message.Channel), services.HoldOf);
    }

    /// <summary>Others have taken over what this node owned: what waits in its memory is theirs.</summary>
    public void Forget()
    {
        foreach (var message in lanes.TakeOut(static _ => true, onlyPaused: false)) lanes.Finished(message);
    }

    private GateAnswer Explain(OutboundMessage message, GateAnswer answer, DeliveryTrace trace, DateTimeOffset now)
    {
        var providers = routes.Of(message);
        if (answer.Reason == MessageReasons.RetriesExhausted && !providers.Exists(p => p.IsCandidate)) answer = answer with { Reason = MessageReasons.NoProvider };
        trace.Ended(message, answer, providers, now);
        return answer;
    }

    private void End(OutboundMessage message, GateAnswer answer, byte[]? trace)
    {
        var now = services.Time.GetUtcNow();
        var next = answer.Stop is MessageStatus.Failed || answer.Reason is MessageReasons.Superseded ? services.Plans.NextStep(message, now) : null;
        committer.Record(new OutcomeWrite
        {
            Message = message,
            At = now,
            Status = answer.Stop!.Value,
            Reason = answer.Reason,
            Attempts = message.Attempts,
            Trace = trace,
            Next = next,
            EraseSecretsAt = message.Notification.Secrets is null || next is not null ? null : now,
        });
    }
}
