using System.Text;
using Carillon.Messages;
using Carillon.Storage;
using Carillon.Storage.PostgreSql;
using Carillon.Tests.Storage.StorageConformance;

namespace Carillon.Tests.Storage.PostgreSql;

/// <summary>One row that is wrong harms itself alone.</summary>
public sealed class PostgreSqlRowFaultTests : StorageTest
{
    private readonly PostgreSqlFactory _factory;

    public PostgreSqlRowFaultTests() : this(new PostgreSqlFactory())
    {
    }

    private PostgreSqlRowFaultTests(PostgreSqlFactory factory) : base(factory) => _factory = factory;

    [Fact]
    public async Task A_message_that_cannot_be_read_back_fails_alone_and_its_lane_goes_on()
    {
        var (bad, good) = (MakeNotification(), MakeNotification());
        await AcceptAsync(bad, good);
        await ExecuteAsync($"UPDATE notification SET details = '{{\"content\":7' WHERE id = '{bad.Id}'");

        var claim = await ClaimAsync(good.Messages[0].Lane);

        Assert.Equal(good.Messages[0].Id, Assert.Single(claim.Messages).Id);
        Assert.Null(claim.NextDue);
        var stored = await StoredAsync(bad.Messages[0]);
        Assert.Equal((MessageStatus.Failed, MessageReasons.ContentError), (stored.Status, stored.Reason));
        Assert.Contains("\"reason\":\"content_error\"", Encoding.UTF8.GetString(stored.Trace!), StringComparison.Ordinal);
        Assert.Equal(1, (await Log.CountersAsync(Tenant, Now, Cancellation)).Single(c => c.Status == MessageStatus.Failed).Count);
    }

    [Fact]
    public async Task A_step_whose_notification_cannot_be_read_back_does_not_hold_up_the_others()
    {
        var plan = StepConformance.PlanOf(Until.Delivered);
        OutboundMessage[] messages = [await AcceptOwnedAsync(plan), await AcceptOwnedAsync(plan)];
        await ExecuteAsync($"UPDATE notification SET details = '{{\"content\":7' WHERE id = '{messages[0].Notification.Id}'");

        Assert.Equal(messages[1].Notification.Id, Assert.Single(await Queue.DueStepsAsync(Now.AddDays(1), 1, Cancellation)).Notification.Id);
        Assert.Equal(messages[1].Notification.Id, Assert.Single(await Queue.DueStepsAsync(Now.AddDays(1), 10, Cancellation)).Notification.Id);
    }

    [Fact]
    public async Task Of_many_writes_those_that_cannot_be_stored_fail_alone()
    {
        var group = new WriteGroup { Epoch = 1 };
        // A zero is no character of PostgreSQL's texts.
        foreach (var i in Enumerable.Range(0, 40)) group.Accepts.Add(Accepting(MakeNotification(address: i is 7 or 31 ? "a\0b" : "ada@example.org")));

        await Queue.CommitAsync(group, Cancellation);

        Assert.Equal([7, 31], Enumerable.Range(0, 40).Where(i => group.Accepts[i].Failure is not null));
        Assert.Equal(38, (await ClaimAsync(new LaneKey(Tenant, Channel.Email, Priority.Normal))).Messages.Count);
        Assert.Equal(38, (await Log.SumsAsync(Cancellation)).Single().Count);
    }

    [Fact]
    public async Task An_outcome_that_cannot_be_stored_fails_alone()
    {
        var (bad, good) = (await AcceptOwnedAsync(), await AcceptOwnedAsync());
        var group = new WriteGroup { Epoch = 1 };
        group.Outcomes.Add(new OutcomeWrite { Message = bad, At = Now, Status = MessageStatus.Sent, ExternalId = "\0", ProviderId = Ids.Next() });
        group.Outcomes.Add(new OutcomeWrite { Message = good, At = Now, Status = MessageStatus.Sent });

        await Queue.CommitAsync(group, Cancellation);

        Assert.Equal([false, true], group.Outcomes.Select(o => o.Recorded));
        Assert.NotNull(group.Outcomes[0].Failure);
        Assert.Equal(MessageStatus.Sending, (await StoredAsync(bad)).Status);
    }

    [Fact]
    public async Task Secrets_of_a_message_that_was_lost_are_kept_as_long_as_the_options_say()
    {
        var message = await AcceptOwnedAsync(secrets: [1]);
        await MarkAsync(message, Ids.Next());
        await using var store = new PostgreSqlStorage(new PostgreSqlStorageOptions { Url = _factory.Url, SecretRetention = TimeSpan.FromHours(2) }, Clock);
        await store.OpenAsync(Cancellation);

        Assert.Equal(new Rescue(0, 1), await store.Queue.RescueAsync([], Now, Cancellation));

        Assert.Equal(0, await store.Queue.CleanAsync(Cleaning(Now.AddMinutes(119), 100), Cancellation));
        Assert.Equal(1, await store.Queue.CleanAsync(Cleaning(Now.AddMinutes(120), 100), Cancellation));
    }

    private Task ExecuteAsync(string sql) => _factory.Cluster.ExecuteAsync(sql, _factory.Database);
}
