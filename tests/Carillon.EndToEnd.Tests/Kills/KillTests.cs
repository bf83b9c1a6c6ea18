using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Kills;

/// <summary>What holds after many kills: see <see cref="KillRun"/>.</summary>
public sealed class KillTests(KillRun run)
{
    private const int Timeout = 30 * 60_000;

    [Fact(Timeout = Timeout)]
    public async Task Every_notification_that_was_acknowledged_reaches_the_sink()
    {
        await run.CompletedAsync();
        var reached = run.Delivered.Select(m => m.Recipient).ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(run.Accepted);
        Assert.DoesNotContain(run.Accepted.Keys, r => !LoadClient.IsStop(r) && !reached.Contains(r));
        Assert.All(run.Accepted.Where(a => !LoadClient.IsStop(a.Key)), a => Assert.Equal("sent", (string?)run.Log[a.Key].Single()["status"]));
    }

    [Fact(Timeout = Timeout)]
    public async Task A_kill_doubles_no_more_messages_than_may_be_unrecorded()
    {
        await run.CompletedAsync();
        var again = run.Delivered.GroupBy(m => m.Recipient, StringComparer.Ordinal)
            .SelectMany(g => g.Select(m => m.Life).Order().SkipLast(1))
            .GroupBy(life => life).ToDictionary(g => g.Key, g => g.Count());
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Sent again after a kill: {again.Values.Sum()} in all, {again.Values.DefaultIfEmpty().Max()} at most");

        // What was delivered in one life and once more later was unrecorded when that life ended.
        Assert.All(again, life => Assert.InRange(life.Value, 0, KillRun.MaxUnrecorded));
        // Nothing but a kill doubles: never twice in one life.
        Assert.DoesNotContain(run.Delivered.CountBy(m => (m.Recipient, m.Life)), count => count.Value > 1);
    }

    [Fact(Timeout = Timeout)]
    public async Task With_stop_nothing_is_ever_sent_twice_and_what_nobody_knows_says_so()
    {
        await run.CompletedAsync();
        var taken = run.Delivered.CountBy(m => m.Recipient, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

        foreach (var (recipient, _) in run.Accepted.Where(a => LoadClient.IsStop(a.Key)))
        {
            var message = run.Log[recipient].Single();
            var times = taken.GetValueOrDefault(recipient);
            if ((string?)message["status"] == "sent") Assert.Equal(1, times);
            else Assert.Equal(("failed", "outcome_unknown", true), ((string?)message["status"], (string?)message["reason"], times <= 1));
        }

        var unknown = run.Log.Sum(g => g.Count(m => (string?)m["reason"] == "outcome_unknown"));
        Assert.InRange(unknown, 0, run.Kills * KillRun.MaxUnrecorded);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_request_that_is_repeated_since_its_answer_was_lost_adds_only_what_is_missing()
    {
        await run.CompletedAsync();

        Assert.Empty(run.Surprises);
        Assert.All(run.Log, recipient => Assert.Single(recipient));
        // Nothing is in the log or left the house that nobody was promised.
        Assert.Equal(run.Accepted.Keys.Order(StringComparer.Ordinal), run.Log.Select(g => g.Key).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(run.Delivered, m => !run.Accepted.ContainsKey(m.Recipient));
        Assert.All(run.Accepted, a => Assert.Equal(a.Value, (string?)run.Log[a.Key].Single()["id"]));
    }
}
