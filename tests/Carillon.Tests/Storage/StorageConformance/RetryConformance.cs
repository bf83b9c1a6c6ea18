using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class RetryConformance(StorageFactory factory) : StorageTest(factory)
{
    private static readonly DateTimeOffset Later = Now.AddDays(3);

    [Theory]
    [InlineData(MessageStatus.Failed)]
    [InlineData(MessageStatus.Bounced)]
    public async Task What_failed_is_queued_again_with_the_age_and_the_attempts_of_a_new_message(MessageStatus status)
    {
        var message = await AcceptOwnedAsync();
        await RecordAsync(new OutcomeWrite { Message = message, At = Now, Status = status, Reason = MessageReasons.Rejected, Attempts = 4, Trace = "{}\n"u8.ToArray() });

        Assert.Equal(new RetryResult.Queued(message.Lane), await RetryAsync(message));

        var stored = await StoredAsync(message);
        Assert.Equal((MessageStatus.Queued, null, 4, Later, Later), (stored.Status, stored.Reason, stored.Attempts, stored.DueAt, stored.RetriedAt));
        Assert.Equal("{}\n{\"k\":\"retried\"}\n"u8.ToArray(), stored.Trace);
        var claimed = Assert.Single((await ClaimAsync(message.Lane, now: Later)).Messages);
        Assert.Equal((message.Id, 4, 4, Later), (claimed.Id, claimed.Attempts, claimed.AttemptsBefore, claimed.RetriedAt));
        Assert.False(new RetryPolicy { MaxAttempts = 1 }.IsTooOld(claimed, Later));
        await RecordAsync(new OutcomeWrite { Message = claimed, At = Later, Status = MessageStatus.Sent, Attempts = 5 });
        Assert.Equal((MessageStatus.Sent, 5), ((await StoredAsync(message)).Status, (await StoredAsync(message)).Attempts));
    }

    [Fact]
    public async Task Each_beginning_and_each_end_is_counted()
    {
        var message = await AcceptOwnedAsync();
        await RecordAsync(message, MessageStatus.Failed);
        await RetryAsync(message);
        await RecordAsync(Assert.Single((await ClaimAsync(message.Lane, now: Later)).Messages), MessageStatus.Sent);

        Assert.Equal(
            [new(Channel.Email, MessageStatus.Queued, 2), new(Channel.Email, MessageStatus.Sent, 1), new StatusSum(Channel.Email, MessageStatus.Failed, 1)],
            await Log.SumsAsync(Cancellation));
    }

    [Fact]
    public async Task Of_two_who_ask_one_is_told_that_it_waits_again()
    {
        var message = await AcceptOwnedAsync();
        await RecordAsync(message, MessageStatus.Failed);

        var results = await Task.WhenAll(RetryAsync(message), RetryAsync(message));

        Assert.Single(results.OfType<RetryResult.Queued>());
        Assert.Equal(new RetryResult.Refused(RetryRefusal.NotFailed, MessageStatus.Queued), Assert.Single(results.OfType<RetryResult.Refused>()));
        Assert.Single((await ClaimAsync(message.Lane, now: Later)).Messages);
    }

    [Theory]
    [InlineData(MessageStatus.Sent)]
    [InlineData(MessageStatus.Delivered)]
    [InlineData(MessageStatus.Suppressed)]
    [InlineData(MessageStatus.Expired)]
    [InlineData(MessageStatus.Cancelled)]
    public async Task What_has_not_failed_stays_as_it_is(MessageStatus status)
    {
        var message = await AcceptOwnedAsync();
        Assert.Equal(new RetryResult.Refused(RetryRefusal.NotFailed, MessageStatus.Sending), await RetryAsync(message));
        await RecordAsync(message, status);

        Assert.Equal(new RetryResult.Refused(RetryRefusal.NotFailed, status), await RetryAsync(message));
        Assert.Equal(status, (await StoredAsync(message)).Status);
        Assert.Empty(await Queue.LanesAsync(Cancellation));
    }

    [Fact]
    public async Task Nobody_retries_what_is_not_his()
    {
        var message = await AcceptOwnedAsync();
        await RecordAsync(message, MessageStatus.Failed);

        Assert.Equal(new RetryResult.NotFound(), await Queue.RetryAsync(Other, message.Id, Later, default, Cancellation));
        Assert.Equal(new RetryResult.NotFound(), await Queue.RetryAsync(Tenant, Ids.Next(), Later, default, Cancellation));
        Assert.Equal(MessageStatus.Failed, (await StoredAsync(message)).Status);
    }

    [Fact]
    public async Task What_was_cancelled_or_has_expired_is_not_sent_again()
    {
        var cancelled = await AcceptOwnedAsync();
        await Queue.CancelAsync(Tenant, cancelled.Notification.Id, Now, Cancellation);
        await RecordAsync(cancelled, MessageStatus.Failed);
        var expired = await AcceptAsync(new Notification { Tenant = Tenant, Id = Ids.Next(), CreatedAt = Now, ExpiresAt = Later });
        await RecordAsync(expired, MessageStatus.Failed);

        await AssertRefusedAsync(RetryRefusal.Cancelled, cancelled);
        await AssertRefusedAsync(RetryRefusal.Expired, expired);
    }

    [Fact]
    public async Task Without_its_secrets_it_cannot_be_sent_again_and_with_them_they_are_kept()
    {
        var message = await AcceptAsync(new Notification
        {
            Tenant = Tenant,
            Id = Ids.Next(),
            CreatedAt = Now,
            Secrets = [1],
            Details = new NotificationDetails { SecretVariables = ["password"] },
        });
        await RecordAsync(new OutcomeWrite { Message = message, At = Now, Status = MessageStatus.Failed, EraseSecretsAt = Now.AddDays(1) });
        Assert.IsType<RetryResult.Queued>(await RetryAsync(message));
        await Queue.CleanAsync(Cleaning(Later, 100), Cancellation);
        var claimed = Assert.Single((await ClaimAsync(message.Lane, now: Later)).Messages);
        Assert.NotNull(claimed.Notification.Secrets);

        await RecordAsync(new OutcomeWrite { Message = claimed, At = Later, Status = MessageStatus.Failed, EraseSecretsAt = Later.AddDays(1) });
        await Queue.CleanAsync(Cleaning(Later.AddDays(2), 100), Cancellation);
        await AssertRefusedAsync(RetryRefusal.SecretsErased, message);
    }

    [Fact]
    public async Task Without_its_content_it_cannot_be_sent_again()
    {
        var templated = await AcceptAsync(new Notification { Tenant = Tenant, Id = Ids.Next(), CreatedAt = Now, TemplateVersionId = Ids.Next() });
        var attached = await AcceptAsync(new Notification
        {
            Tenant = Tenant,
            Id = Ids.Next(),
            CreatedAt = Now,
            Details = new NotificationDetails { Attachments = [new AttachmentReference("a.txt", "text/plain", "gone", 1)] },
        });
        await RecordAsync(templated, MessageStatus.Failed);
        await RecordAsync(attached, MessageStatus.Failed);

        await AssertRefusedAsync(RetryRefusal.ContentGone, templated);
        await AssertRefusedAsync(RetryRefusal.ContentGone, attached);
    }

    [Theory]
    [InlineData(MessageStatus.Queued, null, true)]
    [InlineData(MessageStatus.Sent, null, true)]
    [InlineData(MessageStatus.Failed, MessageReasons.OutcomeUnknown, true)]
    [InlineData(MessageStatus.Failed, MessageReasons.Rejected, false)]
    [InlineData(MessageStatus.Cancelled, null, false)]
    public async Task A_later_step_stands_in_its_way_unless_it_came_to_nothing(MessageStatus status, string? reason, bool isSuperseded)
    {
        var message = await AcceptOwnedAsync();
        var next = MakeMessage(message.Notification, Channel.Sms, "+1", step: 1, owned: true);
        await RecordAsync(message, MessageStatus.Failed, next: new NextStep(1, [next]));
        if (status != MessageStatus.Queued) await RecordAsync(new OutcomeWrite { Message = next, At = Now, Status = status, Reason = reason });

        if (isSuperseded) await AssertRefusedAsync(RetryRefusal.Superseded, message);
        else Assert.IsType<RetryResult.Queued>(await RetryAsync(message));
    }

    [Fact]
    public async Task After_later_steps_that_came_to_nothing_it_has_all_of_its_attempts()
    {
        var plan = new Plan([new PlanStep([new PlanTarget(Channel.Email, "ada@example.org")], TimeSpan.FromMinutes(1)), new PlanStep([new PlanTarget(Channel.Sms, "+1")])]);
        var message = await AcceptOwnedAsync(plan);
        var next = MakeMessage(message.Notification, Channel.Sms, "+1", step: 1, owned: true);
        await RecordAsync(message, MessageStatus.Failed, next: new NextStep(1, [next]));
        await RecordAsync(next, MessageStatus.Failed);
        await RetryAsync(message);
        var claimed = Assert.Single((await ClaimAsync(message.Lane, now: Later)).Messages);
        Assert.Null(claimed.StepDeadline);

        var outcome = await RecordAsync(new OutcomeWrite { Message = claimed, At = Later, Status = MessageStatus.Queued, Reason = MessageReasons.Retry, DueAt = Later.AddMinutes(1), Attempts = 2 });

        Assert.True(outcome.Recorded);
        Assert.Equal(MessageStatus.Queued, (await StoredAsync(message)).Status);
        Assert.Single((await ClaimAsync(message.Lane, now: Later.AddMinutes(1))).Messages);
    }

    private async Task<OutboundMessage> AcceptAsync(Notification notification)
    {
        notification.Messages = [MakeMessage(notification, owned: true)];
        await AcceptAsync(Accepting(notification));
        return notification.Messages[0];
    }

    private async Task<RetryResult> RetryAsync(OutboundMessage message) =>
        await Queue.RetryAsync(Tenant, message.Id, Later, "{\"k\":\"retried\"}\n"u8.ToArray(), Cancellation);

    private async Task AssertRefusedAsync(RetryRefusal why, OutboundMessage message)
    {
        Assert.Equal(new RetryResult.Refused(why, MessageStatus.Failed), await RetryAsync(message));
        Assert.Equal(MessageStatus.Failed, (await StoredAsync(message)).Status);
    }
}
