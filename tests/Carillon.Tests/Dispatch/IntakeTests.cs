using System.Text;
using System.Text.Json;
using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Messages;

namespace Carillon.Tests.Dispatch;

/// <summary>What is taken in and what is refused, on a real store.</summary>
public sealed class IntakeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_whose_first_chunk_is_all_refused_keeps_its_good_items()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var batch = harness.Engine.Ids.Next();

        Assert.IsType<AcceptResult.Refused>(Assert.Single(await ChunkAsync(harness, batch, EngineHarness.Mail("bad"))));
        Assert.Null(await harness.Engine.Storage.Log.GetBatchAsync(EngineHarness.Tenant, batch, Cancellation));
        Assert.IsType<AcceptResult.Accepted>(Assert.Single(await ChunkAsync(harness, batch, EngineHarness.Mail())));

        Assert.NotNull(await harness.Engine.Storage.Log.GetBatchAsync(EngineHarness.Tenant, batch, Cancellation));
    }

    [Fact]
    public async Task A_batch_of_keyed_items_alone_is_a_batch()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var batch = harness.Engine.Ids.Next();
        var request = EngineHarness.Mail();
        (request.IdempotencyKey, request.RequestHash) = ("own", new byte[32]);

        Assert.IsType<AcceptResult.Accepted>(Assert.Single(await ChunkAsync(harness, batch, request)));

        Assert.NotNull(await harness.Engine.Storage.Log.GetBatchAsync(EngineHarness.Tenant, batch, Cancellation));
    }

    [Fact]
    public async Task A_late_item_that_fails_takes_no_room_from_those_that_were_committed()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Scripts["one"] = async _ =>
        {
            await gate.Task;
            return SendResult.Accepted();
        };
        var key = new IdempotencyKey("chunk", new byte[32]);
        var batch = harness.Engine.Ids.Next();
        await ChunkAsync(harness, batch, key, EngineHarness.Mail(), EngineHarness.Mail("bad"));
        var inMemory = harness.Engine.InMemory;

        // The second item is good by now, and its answer cannot be written.
        var keyed = EngineHarness.Mail();
        (keyed.IdempotencyKey, keyed.RequestHash) = ("own", new byte[32]);
        var answers = 0;
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await harness.Engine.Intake.AcceptManyAsync(
            EngineHarness.Tenant, [EngineHarness.Mail(), EngineHarness.Mail(), keyed], batch, false, key,
            n => ++answers == 4 ? throw new InvalidOperationException() : Encoding.UTF8.GetBytes($"\"{n.Id}\""), Cancellation));

        Assert.Equal(4, answers);
        Assert.Equal(inMemory + 1, harness.Engine.InMemory);
        gate.SetResult();
    }

    [Fact]
    public async Task A_sender_that_no_mail_can_have_is_refused()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var request = EngineHarness.Mail();
        (request.From, request.ReplyTo) = ("nobody", "a b@c");
        var refused = Assert.IsType<AcceptResult.Refused>(await harness.TryAcceptAsync(request));
        Assert.Equal([("from", "invalid_email"), ("reply_to", "invalid_email")], refused.Faults.Select(f => (f.Field, f.Code)));

        (request.From, request.ReplyTo) = ("Ana <ana@example.net>", "b@example.net");
        Assert.IsType<AcceptResult.Accepted>(await harness.TryAcceptAsync(request));
    }

    [Fact]
    public async Task An_override_that_does_not_compile_is_refused_where_it_stands()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var request = EngineHarness.Mail();
        request.Overrides = new()
        {
            [Channel.Email] = new MessageContent { Html = "{% if %}", Syntax = ContentSyntax.Jinja },
            [Channel.Sms] = new MessageContent { Text = "{{ 1 +", Syntax = ContentSyntax.Jinja },
        };

        var refused = Assert.IsType<AcceptResult.Refused>(await harness.TryAcceptAsync(request));

        Assert.Equal(
            [("overrides.email.html", "template_syntax"), ("overrides.sms.message", "template_syntax")],
            refused.Faults.Select(f => (f.Field, f.Code)).Order());
    }

    [Fact]
    public void What_waits_is_counted_with_all_that_it_holds()
    {
        Notification With(NotificationDetails? details, byte[]? secrets = null) =>
            new() { Tenant = EngineHarness.Tenant, Id = Guid.Empty, CreatedAt = default, Details = details, Secrets = secrets };
        var bare = NotificationSize.Of(With(null));

        Assert.Equal(5000, NotificationSize.Of(With(null, new byte[5000])) - bare);
        Assert.Equal(7000, NotificationSize.OfAttachments(With(new() { Attachments = [new("a", "b", "c", 7000)] })));
        Assert.Equal(600, NotificationSize.Of(With(new() { Overrides = new() { [Channel.Sms] = new() { Text = new string('x', 300) } } })) - bare);
        Assert.Equal(16, NotificationSize.Of(With(new() { Headers = new() { ["name"] = "text" } })) - bare);
        Assert.Equal(14, NotificationSize.Of(With(new() { Metadata = JsonElement.Parse("{\"a\":1}") })) - bare);
    }

    private static Task<IReadOnlyList<AcceptResult>> ChunkAsync(EngineHarness harness, Guid batch, params NotificationRequest[] requests) =>
        ChunkAsync(harness, batch, null, requests);

    private static async Task<IReadOnlyList<AcceptResult>> ChunkAsync(
        EngineHarness harness, Guid batch, IdempotencyKey? key, params NotificationRequest[] requests) =>
        await harness.Engine.Intake.AcceptManyAsync(
            EngineHarness.Tenant, requests, batch, true, key, n => Encoding.UTF8.GetBytes($"\"{n.Id}\""), Cancellation);
}
