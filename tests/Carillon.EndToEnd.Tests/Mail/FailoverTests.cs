using System.Globalization;
using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Mail;

public sealed class FailoverTests
{
    private const int Timeout = 120_000;

    [Fact(Timeout = Timeout)]
    public async Task A_server_that_cannot_be_used_hands_its_messages_to_the_next()
    {
        await using var second = new SmtpSink();
        await using var scene = await MailScene.SetAsync(SmtpScripts.At(SmtpMoment.Greeting, new SmtpAct.Say("421 4.3.2 closed")), second: second);

        var message = await scene.SendAsync(onUnknown: "stop");

        Assert.Equal("sent", (string?)message["status"]);
        var attempts = message["attempts"]!.AsArray();
        Assert.Equal(["unavailable", "accepted"], attempts.Select(a => (string)a!["outcome"]!));
        Assert.NotEqual((string?)attempts[0]!["provider"], (string?)attempts[1]!["provider"]);
        Assert.Equal((string?)message["provider_id"], (string?)attempts[1]!["provider"]);
        Assert.Equal(1, second.Count);
    }

    [Fact(Timeout = Timeout)]
    public async Task What_may_have_been_taken_is_not_handed_to_the_next_with_stop()
    {
        await using var second = new SmtpSink();
        await using var scene = await MailScene.SetAsync(SmtpScripts.At(SmtpMoment.FinalDot, new SmtpAct.Drop()), second: second);

        var message = await scene.SendAsync(onUnknown: "stop");

        Assert.Equal(("failed", "outcome_unknown"), ((string?)message["status"], (string?)message["reason"]));
        Assert.Equal((1, 0), (scene.Sink.Count, second.Count));
    }

    [Fact(Timeout = Timeout)]
    public async Task A_server_that_breaks_down_under_way_loses_nothing_to_the_next()
    {
        const int count = 300;
        await using var second = new SmtpSink();
        var broken = false;
        await using var scene = await MailScene.SetAsync(
            s => Volatile.Read(ref broken) && s.Moment != SmtpMoment.FinalDot ? new SmtpAct.Drop() : null, second: second, attempts: 20);
        var batch = new JsonArray();
        for (var i = 0; i < count; i++) batch.Add(Bodies.Mail($"move{i}@mail.example").With("on_unknown", "stop"));

        (await scene.Api.PostAsync("/v1/notifications/batch", batch)).Success();
        await Eventually.TrueAsync(() => scene.Sink.Count > 20, "the first to have taken some");
        Volatile.Write(ref broken, true);
        await scene.Api.WaitUntilEmptyAsync();

        var taken = scene.Sink.Mails.Concat(second.Mails).CountBy(m => m.Recipient, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        Assert.All(taken, recipient => Assert.Equal(1, recipient.Value));
        Assert.All(await scene.Api.MessagesAsync(), m => Assert.Equal("sent", (string?)m["status"]));
        Assert.Equal(count, taken.Count);
    }

    [Fact(Timeout = Timeout)]
    public async Task With_pipelining_only_a_message_whose_final_dot_was_written_becomes_unknown()
    {
        const int count = 60;
        // One connection, and every seventh final dot on it is its end: the envelope of the next has come along with it by then.
        await using var scene = await MailScene.SetAsync(
            s => s is { Moment: SmtpMoment.FinalDot, Message: 7 } ? new SmtpAct.Drop() : null, connections: 1, attempts: 20);
        var batch = new JsonArray();
        for (var i = 0; i < count; i++) batch.Add(Bodies.Mail(string.Create(CultureInfo.InvariantCulture, $"pipe{i}@mail.example")).With("on_unknown", "stop"));

        (await scene.Api.PostAsync("/v1/notifications/batch", batch)).Success();
        await scene.Api.WaitUntilEmptyAsync();

        var messages = await scene.Api.MessagesAsync();
        var unknown = messages.Where(m => (string?)m["status"] == "failed").ToList();
        Assert.All(unknown, m => Assert.Equal("outcome_unknown", (string?)m["reason"]));
        // As many as there were breaks: each broke one connection, and one more was open at the end.
        Assert.Equal(count / 7, unknown.Count);
        Assert.Equal(count, scene.Sink.CountByRecipient().Count);
        Assert.Equal(count, scene.Sink.Count);
    }
}
