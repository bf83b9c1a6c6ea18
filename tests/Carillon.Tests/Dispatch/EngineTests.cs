using System.Security.Cryptography;
using System.Text;
using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Storage;
using Carillon.Tests.Storage.PostgreSql;
using Carillon.Tests.Storage.Sqlite;
using Carillon.Tests.Storage.StorageConformance;

namespace Carillon.Tests.Dispatch;

public sealed class SqliteEngineTests() : EngineTests(new SqliteFactory());

public sealed class PostgreSqlEngineTests() : EngineTests(new PostgreSqlFactory());

/// <summary>The life of a message through the whole engine, on a real store.</summary>
public abstract class EngineTests(StorageFactory storage)
{
    private Task<EngineHarness> StartAsync(CarillonOptions? options = null, params string[] providers) =>
        EngineHarness.StartOnAsync(storage, options, providers);

    [Fact]
    public async Task An_accepted_notification_is_sent_and_its_trace_says_how()
    {
        await using var harness = await StartAsync(null, "one");

        var message = await harness.DeliverAsync(EngineHarness.Mail());

        Assert.Equal(MessageStatus.Sent, message.Status);
        Assert.Equal(1, message.Attempts);
        var trace = Encoding.UTF8.GetString(message.Trace!);
        Assert.Contains("\"k\":\"route\"", trace, StringComparison.Ordinal);
        Assert.Contains("\"outcome\":\"accepted\"", trace, StringComparison.Ordinal);
        Assert.Equal(("one", "ana@example.net", "Subject", "Hello"), Assert.Single(harness.Sends));
    }

    [Fact]
    public async Task A_provider_that_cannot_now_is_passed_over_within_the_same_attempt()
    {
        await using var harness = await StartAsync(null, "one", "two");
        harness.Scripts["one"] = _ => new(SendResult.Unavailable("out of order"));

        var message = await harness.DeliverAsync(EngineHarness.Mail());

        Assert.Equal(MessageStatus.Sent, message.Status);
        Assert.Equal(2, message.Attempts);
        Assert.Equal(["one", "two"], harness.Sends.Select(s => s.Provider));
    }

    [Fact]
    public async Task A_rejected_message_is_not_tried_elsewhere()
    {
        await using var harness = await StartAsync(null, "one", "two");
        harness.Scripts["one"] = _ => new(SendResult.Rejected("no such user"));

        var message = await harness.DeliverAsync(EngineHarness.Mail());

        Assert.Equal((MessageStatus.Failed, MessageReasons.Rejected), (message.Status, message.Reason));
        Assert.Single(harness.Sends);
    }

    [Fact]
    public async Task What_is_asked_to_wait_is_tried_again()
    {
        await using var harness = await StartAsync(null, "one");
        var asked = 0;
        harness.Scripts["one"] = _ => new(Interlocked.Increment(ref asked) < 4 ? SendResult.RetryAfter("busy", TimeSpan.FromMilliseconds(2)) : SendResult.Accepted());

        var message = await harness.DeliverAsync(EngineHarness.Mail());

        Assert.Equal((MessageStatus.Sent, 4), (message.Status, message.Attempts));
    }

    [Fact]
    public async Task Attempts_come_to_an_end()
    {
        var options = new CarillonOptions { Retry = new RetryPolicy { MaxAttempts = 3, BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(2) } };
        await using var harness = await StartAsync(options, "one");
        harness.Scripts["one"] = _ => new(SendResult.RetryAfter("busy"));

        var message = await harness.DeliverAsync(EngineHarness.Mail());

        Assert.Equal((MessageStatus.Failed, MessageReasons.RetriesExhausted, 3), (message.Status, message.Reason, message.Attempts));
    }

    [Fact]
    public async Task What_came_to_its_end_is_sent_again_by_hand_with_new_attempts()
    {
        var options = new CarillonOptions { Retry = new RetryPolicy { MaxAttempts = 2, BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(2) } };
        await using var harness = await StartAsync(options, "one");
        var asked = 0;
        harness.Scripts["one"] = _ => new(Interlocked.Increment(ref asked) <= 3 ? SendResult.RetryAfter("busy") : SendResult.Accepted());
        var failed = await harness.DeliverAsync(EngineHarness.Mail());
        Assert.Equal((MessageStatus.Failed, 2), (failed.Status, failed.Attempts));

        Assert.IsType<RetryResult.Queued>(await harness.Engine.RetryAsync(EngineHarness.Tenant, failed.Id, "key_1", TestContext.Current.CancellationToken));
        var sent = await harness.UntilAsync(failed.Id);

        Assert.Equal((MessageStatus.Sent, 4), (sent.Status, sent.Attempts));
        Assert.Contains("\"k\":\"retried\",\"by\":\"key_1\"", Encoding.UTF8.GetString(sent.Trace!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OnUnknown.Stop, 1)]
    [InlineData(OnUnknown.Resend, 2)]
    public async Task On_unknown_decides_whether_a_duplicate_is_risked(OnUnknown onUnknown, int sends)
    {
        await using var harness = await StartAsync(null, "one", "two");
        var asked = 0;
        harness.Scripts["one"] = _ => new(Interlocked.Increment(ref asked) == 1 ? SendResult.Unknown("the line broke") : SendResult.Accepted());
        var request = EngineHarness.Mail();
        request.OnUnknown = onUnknown;

        var message = await harness.DeliverAsync(request);

        Assert.Equal(sends, harness.Sends.Count);
        Assert.Equal(onUnknown == OnUnknown.Stop ? MessageStatus.Failed : MessageStatus.Sent, message.Status);
        Assert.Equal(onUnknown == OnUnknown.Stop ? MessageReasons.OutcomeUnknown : null, message.Reason);
        Assert.All(harness.Sends, s => Assert.Equal("one", s.Provider));
    }

    [Fact]
    public async Task A_scheduled_message_waits_for_its_time_and_survives_a_restart()
    {
        await using var harness = await StartAsync(null, "one");
        var request = EngineHarness.Mail();
        request.ScheduledAt = TimeProvider.System.GetUtcNow().AddSeconds(1.5);
        var notification = await harness.AcceptAsync(request);
        var id = notification.Messages[0].Id;
        Assert.Equal(MessageStatus.Scheduled, (await harness.UntilAsync(id, _ => true)).Status);

        await harness.RestartAsync();
        var message = await harness.UntilAsync(id);

        Assert.Equal(MessageStatus.Sent, message.Status);
        Assert.True(message.SentAt >= request.ScheduledAt);
    }

    [Fact]
    public async Task A_message_that_expires_before_its_turn_is_not_sent()
    {
        await using var harness = await StartAsync(null, "one");
        var asked = 0;
        harness.Scripts["one"] = _ => new(Interlocked.Increment(ref asked) == 1 ? SendResult.RetryAfter("busy", TimeSpan.FromMilliseconds(800)) : SendResult.Accepted());
        var request = EngineHarness.Mail();
        request.ExpiresAt = TimeProvider.System.GetUtcNow().AddMilliseconds(500);

        var message = await harness.DeliverAsync(request);

        Assert.Equal((MessageStatus.Expired, MessageReasons.Expired), (message.Status, message.Reason));
        Assert.Single(harness.Sends);
    }

    [Fact]
    public async Task A_failed_step_begins_the_next_one()
    {
        await using var harness = await StartAsync(null, "one");
        harness.Scripts["one"] = _ => new(SendResult.Rejected("no"));
        var request = EngineHarness.Mail();
        request.Recipient!.Phone = "+52 (155) 1234-5678";
        request.Channels = [Channel.Email, Channel.Sms];
        request.Delivery = DeliveryMode.Fallback;

        var notification = await harness.AcceptAsync(request);
        Assert.Single(notification.Messages);
        await harness.UntilAsync(notification.Messages[0].Id);

        var stored = await harness.Engine.Storage.Log.GetNotificationAsync(EngineHarness.Tenant, notification.Id, TestContext.Current.CancellationToken);
        var next = Assert.Single(stored!.Messages, m => m.Step == 1);
        Assert.Equal((Channel.Sms, "+525512345678"), (next.Channel, next.Address));
        // No SMS provider was made: the built-in simulator takes it.
        Assert.Equal(MessageStatus.Sent, (await harness.UntilAsync(next.Id)).Status);
    }

    [Fact]
    public async Task The_same_idempotency_key_gives_the_same_answer_once_and_another_body_is_refused()
    {
        await using var harness = await StartAsync(null, "one");
        var key = new IdempotencyKey("k1", SHA256.HashData("body"u8));
        var first = Assert.IsType<AcceptResult.Accepted>(await harness.TryAcceptAsync(EngineHarness.Mail(), key));

        var second = Assert.IsType<AcceptResult.Replayed>(await harness.TryAcceptAsync(EngineHarness.Mail(), key));
        Assert.Equal($"\"{first.Notification.Id}\"", Encoding.UTF8.GetString(second.Answer.Span));
        Assert.IsType<AcceptResult.KeyReused>(await harness.TryAcceptAsync(EngineHarness.Mail(), key with { RequestHash = SHA256.HashData("other"u8) }));
        await harness.UntilAsync(first.Notification.Messages[0].Id);
        Assert.Single(harness.Sends);
    }

    [Fact]
    public async Task In_a_batch_the_good_go_and_the_bad_say_why()
    {
        await using var harness = await StartAsync(null, "one");
        NotificationRequest[] requests = [EngineHarness.Mail("a@example.net"), EngineHarness.Mail("not an address"), EngineHarness.Mail("b@example.net")];

        var results = await harness.Engine.Intake.AcceptManyAsync(
            EngineHarness.Tenant, requests, harness.Engine.Ids.Next(), true, null, _ => [], TestContext.Current.CancellationToken);

        Assert.IsType<AcceptResult.Accepted>(results[0]);
        var fault = Assert.Single(Assert.IsType<AcceptResult.Refused>(results[1]).Faults);
        Assert.Equal(("recipient.email", "invalid_email"), (fault.Field, fault.Code));
        await harness.UntilAsync(Assert.IsType<AcceptResult.Accepted>(results[2]).Notification.Messages[0].Id);
    }

    [Fact]
    public async Task A_repeated_chunk_of_a_batch_adds_nothing_and_answers_alike()
    {
        await using var harness = await StartAsync(null, "one");
        NotificationRequest[] requests = [EngineHarness.Mail("a@example.net"), EngineHarness.Mail("bad"), EngineHarness.Mail("b@example.net")];
        var key = new IdempotencyKey("batch:0", SHA256.HashData("chunk"u8));
        ValueTask<IReadOnlyList<AcceptResult>> Send() => harness.Engine.Intake.AcceptManyAsync(
            EngineHarness.Tenant, requests, harness.Engine.Ids.Next(), true, key, n => Encoding.UTF8.GetBytes($"\"{n.Id}\""), TestContext.Current.CancellationToken);

        var first = await Send();
        var second = await Send();

        var accepted = Assert.IsType<AcceptResult.Accepted>(first[2]).Notification;
        Assert.Equal($"\"{accepted.Id}\"", Encoding.UTF8.GetString(Assert.IsType<AcceptResult.Replayed>(second[2]).Answer.Span));
        Assert.IsType<AcceptResult.Refused>(second[1]);
        await harness.UntilAsync(accepted.Messages[0].Id);
        Assert.Equal(2, harness.Sends.Count);
    }

    [Fact]
    public async Task What_does_not_fit_the_window_is_claimed_from_the_store_and_all_is_sent_once()
    {
        var options = new CarillonOptions { Window = 64, ClaimBatch = 20, MaxUnrecorded = 32, CriticalReserve = 4 };
        await using var harness = await StartAsync(options, "one");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Scripts["one"] = async _ =>
        {
            await gate.Task;
            return SendResult.Accepted();
        };
        var notifications = new List<Notification>();
        for (var i = 0; i < 500; i++) notifications.Add(await harness.AcceptAsync(EngineHarness.Mail($"user{i}@example.net")));
        Assert.True(harness.Engine.InMemory <= 64);

        gate.SetResult();
        foreach (var notification in notifications)
            Assert.Equal(MessageStatus.Sent, (await harness.UntilAsync(notification.Messages[0].Id)).Status);

        Assert.Equal(500, harness.Sends.Select(s => s.Address).Distinct().Count());
        Assert.Equal(500, harness.Sends.Count);
    }

    [Fact]
    public async Task Unrecorded_sends_are_bounded()
    {
        var options = new CarillonOptions { MaxUnrecorded = 16, CriticalReserve = 0 };
        await using var harness = await StartAsync(options, "one");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var underWay = new SemaphoreSlim(0);
        harness.Scripts["one"] = async _ =>
        {
            underWay.Release();
            await gate.Task;
            return SendResult.Accepted();
        };
        var last = default(Notification);
        for (var i = 0; i < 40; i++) last = await harness.AcceptAsync(EngineHarness.Mail($"user{i}@example.net"));
        for (var i = 0; i < 16; i++) Assert.True(await underWay.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));

        Assert.Equal(16, harness.Engine.Sending);
        Assert.Equal(16, harness.Sends.Count);
        gate.SetResult();
        await harness.UntilAsync(last!.Messages[0].Id);
    }

    [Fact]
    public async Task Draining_hands_back_what_was_not_begun_and_loses_nothing()
    {
        var options = new CarillonOptions { MaxUnrecorded = 16, CriticalReserve = 0 };
        await using var harness = await StartAsync(options, "one");
        var started = new SemaphoreSlim(0);
        harness.Scripts["one"] = async _ =>
        {
            started.Release();
            await Task.Yield();
            return SendResult.Accepted();
        };
        var notifications = new List<Notification>();
        for (var i = 0; i < 200; i++) notifications.Add(await harness.AcceptAsync(EngineHarness.Mail($"user{i}@example.net")));

        await harness.RestartAsync();

        foreach (var notification in notifications)
            Assert.Equal(MessageStatus.Sent, (await harness.UntilAsync(notification.Messages[0].Id)).Status);
        Assert.Equal(200, harness.Sends.Count);
    }

    [Fact]
    public async Task Every_fault_of_a_request_is_reported_at_once()
    {
        await using var harness = await StartAsync(null, "one");
        var request = EngineHarness.Mail("nonsense");
        request.Recipient!.Phone = "12";
        request.TemplateId = "absent";
        request.ExpiresAt = TimeProvider.System.GetUtcNow().AddDays(-1);

        var refused = Assert.IsType<AcceptResult.Refused>(await harness.TryAcceptAsync(request));

        Assert.Equal(["recipient.email", "recipient.phone", "template_id", "expires_at"], refused.Faults.Select(f => f.Field));
    }

    [Fact]
    public async Task A_closed_engine_refuses_with_a_time_to_come_back()
    {
        await using var harness = await StartAsync(null, "one");
        await harness.Engine.Intake.CloseAsync(TimeProvider.System.GetUtcNow());

        Assert.IsType<AcceptResult.Unavailable>(await harness.TryAcceptAsync(EngineHarness.Mail()));
    }
}
