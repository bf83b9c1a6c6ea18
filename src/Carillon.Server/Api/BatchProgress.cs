using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary>How far a batch has come.</summary>
/// <param name="Part">From 0 to 1.</param>
/// <param name="ExpectedEnd">
/// Where its rate so far leads: 250 of 1,000 messages in 10 s leave 750 for 30 s more. Null when nothing is finished yet, nothing is left, or
/// something waits for a time of its own, since then the rate says nothing.
/// </param>
internal readonly record struct BatchProgress(long Total, long Finished, double Part, DateTimeOffset? ExpectedEnd)
{
    public static BatchProgress Of(BatchCounts counts, DateTimeOffset now)
    {
        var total = counts.ByStatus.Values.Sum();
        var finished = counts.ByStatus.Where(s => s.Key.IsFinal()).Sum(s => s.Value);
        var waits = counts.ByStatus.GetValueOrDefault(MessageStatus.Scheduled) + counts.ByStatus.GetValueOrDefault(MessageStatus.Held);
        var isKnown = finished > 0 && finished < total && waits == 0 && now > counts.CreatedAt;
        return new BatchProgress(
            total, finished, total == 0 ? 1 : (double)finished / total, isKnown ? now + ((now - counts.CreatedAt) * ((double)(total - finished) / finished)) : null);
    }
}
