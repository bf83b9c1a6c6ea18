using System.Text;
using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Mail;

/// <summary>What a message comes to when the mail server misbehaves, as the API tells it.</summary>
public sealed class MisbehavingServerTests
{
    private const int Timeout = 120_000;
    private const int Attempts = 3;

    public static TheoryData<string> Refusals => ["MailFrom", "RecipientTo", "Data", "FinalDot"];

    [Theory(Timeout = Timeout)]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_for_good_ends_the_message_at_once(string moment)
    {
        await using var scene = await MailScene.SetAsync(At(moment, new SmtpAct.Say("550 5.1.1 nobody lives here")));

        var message = await scene.SendAsync();

        AssertEnd(message, "failed", "rejected", attempts: 1, "rejected");
        Assert.Contains("nobody lives here", (string?)message["attempts"]![0]!["answer"], StringComparison.Ordinal);
        Assert.Equal(0, scene.Sink.Count);
    }

    [Theory(Timeout = Timeout)]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_for_now_is_tried_again_until_it_is_taken(string moment)
    {
        await using var scene = await MailScene.SetAsync(SmtpScripts.Once(Enum.Parse<SmtpMoment>(moment), new SmtpAct.Say("451 4.3.0 come again")));

        var message = await scene.SendAsync();

        AssertEnd(message, "sent", null, attempts: 2, "retry_after", "accepted");
        Assert.Equal(1, scene.Sink.Count);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_refusal_for_now_that_never_ends_uses_up_the_attempts()
    {
        await using var scene = await MailScene.SetAsync(At("RecipientTo", new SmtpAct.Say("452 4.2.2 mailbox full")), attempts: Attempts);

        var message = await scene.SendAsync();

        AssertEnd(message, "failed", "retries_exhausted", Attempts, "retry_after", "retry_after", "retry_after");
    }

    [Theory(Timeout = Timeout)]
    [InlineData("Greeting", "554 5.3.2 no service here")]
    [InlineData("Greeting", "421 4.3.2 too busy")]
    [InlineData("Hello", "550 5.7.1 not you")]
    public async Task A_server_that_turns_everybody_away_is_unavailable(string moment, string reply)
    {
        await using var scene = await MailScene.SetAsync(At(moment, new SmtpAct.Say(reply)), attempts: Attempts);

        var message = await scene.SendAsync();

        AssertEnd(message, "failed", "retries_exhausted", Attempts, "unavailable", "unavailable", "unavailable");
    }

    [Theory(Timeout = Timeout)]
    [InlineData("Greeting")]
    [InlineData("Hello")]
    [InlineData("MailFrom")]
    [InlineData("Data")]
    public async Task A_break_before_the_final_dot_is_certainly_no_delivery(string moment)
    {
        await using var scene = await MailScene.SetAsync(SmtpScripts.Once(Enum.Parse<SmtpMoment>(moment), new SmtpAct.Drop()));

        // Stop: whoever took this for unknown would not try again.
        var message = await scene.SendAsync(onUnknown: "stop");

        Assert.Equal("sent", (string?)message["status"]);
        Assert.Equal(1, scene.Sink.Count);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_break_within_a_long_content_is_certainly_no_delivery()
    {
        await using var scene = await MailScene.SetAsync(SmtpScripts.Once(SmtpMoment.Content, new SmtpAct.Drop()));
        // More than the system takes for a connection that nobody reads: the final dot cannot have been written.
        var attachment = new JsonObject { ["filename"] = "bells.bin", ["content"] = Convert.ToBase64String(new byte[15 << 20]) };

        var message = await scene.EndAsync(
            await scene.Api.SendAsync(Bodies.Mail("long@mail.example").With("on_unknown", "stop").With("attachments", new JsonArray(attachment))));

        Assert.True((string?)message["status"] == "sent", message.ToJsonString());
        Assert.Equal(1, scene.Sink.Count);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_break_after_the_final_dot_is_sent_again_with_resend()
    {
        await using var scene = await MailScene.SetAsync(SmtpScripts.Once(SmtpMoment.FinalDot, new SmtpAct.Drop()));

        var message = await scene.SendAsync(onUnknown: "resend");

        AssertEnd(message, "sent", null, attempts: 2, "unknown", "accepted");
        Assert.Equal(2, scene.Sink.Count);
        Assert.Single(scene.Sink.Mails.Select(m => m.MessageId).Distinct(StringComparer.Ordinal));
    }

    [Theory(Timeout = Timeout)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_the_final_dot_no_answer_is_the_end_with_stop(bool hangs)
    {
        await using var scene = await MailScene.SetAsync(At("FinalDot", hangs ? new SmtpAct.Hang() : new SmtpAct.Drop()));

        var message = await scene.SendAsync(onUnknown: "stop");

        AssertEnd(message, "failed", "outcome_unknown", attempts: 1, "unknown");
        Assert.Equal(1, scene.Sink.Count);
    }

    [Theory(Timeout = Timeout)]
    [InlineData("Greeting")]
    [InlineData("Hello")]
    [InlineData("RecipientTo")]
    public async Task A_server_that_hangs_is_left_after_its_time(string moment)
    {
        await using var scene = await MailScene.SetAsync(SmtpScripts.Once(Enum.Parse<SmtpMoment>(moment), new SmtpAct.Hang()));

        var message = await scene.SendAsync(onUnknown: "stop");

        Assert.Equal("sent", (string?)message["status"]);
        Assert.Equal(1, scene.Sink.Count);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_server_that_takes_its_time_is_waited_for()
    {
        await using var scene = await MailScene.SetAsync(_ => new SmtpAct.Wait(TimeSpan.FromMilliseconds(300)));

        var message = await scene.SendAsync();

        AssertEnd(message, "sent", null, attempts: 1, "accepted");
    }

    [Theory(Timeout = Timeout)]
    [InlineData("Greeting", "Unavailable")]
    [InlineData("Hello", "Unavailable")]
    [InlineData("RecipientTo", "Unavailable")]
    [InlineData("FinalDot", "Unknown")]
    public async Task Garbage_is_no_answer(string moment, string outcome)
    {
        var garbage = new byte[2000];
        new Random(1).NextBytes(garbage);
        garbage[0] = (byte)'7';
        garbage[^1] = (byte)'\n';
        await using var scene = await MailScene.SetAsync(At(moment, new SmtpAct.Say(garbage)), attempts: 1);

        var message = await scene.SendAsync(onUnknown: "stop");

        Assert.Equal("failed", (string?)message["status"]);
        Assert.Equal(outcome == "Unknown" ? "outcome_unknown" : "retries_exhausted", (string?)message["reason"]);
    }

    [Fact(Timeout = Timeout)]
    public async Task Lines_of_a_megabyte_do_not_fill_the_memory()
    {
        var lines = new StringBuilder();
        for (var i = 0; i < 4; i++) lines.Append("250-").Append('x', 1 << 20).Append("\r\n");
        var flood = new SmtpAct.Say(Encoding.ASCII.GetBytes(lines.ToString()));
        await using var scene = await MailScene.SetAsync(
            s => s is { Moment: SmtpMoment.RecipientTo, Recipient: not "warm-up@mail.example" } ? flood : null, attempts: 2, connections: 16);
        await scene.SendAsync("warm-up@mail.example");
        var before = scene.Server.PeakMemory();

        // All at once: each connection has its flood before the provider is left alone for a while.
        var batch = new JsonArray([.. Enumerable.Range(0, 64).Select(i => Bodies.Mail($"flood{i}@mail.example"))]);
        (await scene.Api.PostAsync("/v1/notifications/batch", batch)).Success();
        List<JsonNode> tried = [];
        await Eventually.TrueAsync(
            async () => (tried = [.. (await scene.Api.MessagesAsync()).Where(m => (int)m["attempt_count"]! > 0 && (string?)m["status"] != "sent")]).Count >= 16, "sixteen floods to be over");

        foreach (var id in tried.Select(m => (string)m["id"]!))
        {
            var message = await scene.Api.MessageAsync(id);
            Assert.Equal("unavailable", (string?)message["attempts"]![0]!["outcome"]);
            Assert.All(message["attempts"]!.AsArray(), a => Assert.InRange(((string?)a!["answer"])!.Length, 1, 4096));
        }

        // 64 MB came in at least; what was kept of it must not be near that.
        Assert.InRange(scene.Server.PeakMemory() - before, 0, 40L << 20);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_server_that_offers_nothing_gets_its_mail()
    {
        await using var sink = new SmtpSink(keepContent: true) { Extensions = null };
        await using var scene = await MailScene.SetAsync(null, sink);

        var message = await scene.SendAsync();

        AssertEnd(message, "sent", null, attempts: 1, "accepted");
        Assert.Equal(1, sink.Count);
    }

    private static SmtpScript At(string moment, SmtpAct act) => SmtpScripts.At(Enum.Parse<SmtpMoment>(moment), act);

    private static void AssertEnd(JsonNode message, string status, string? reason, int attempts, params string[] outcomes)
    {
        Assert.Equal((status, reason, attempts), ((string?)message["status"], (string?)message["reason"], (int)message["attempt_count"]!));
        Assert.Equal(outcomes, message["attempts"]!.AsArray().Select(a => (string)a!["outcome"]!));
    }
}
