using System.Text;
using Carillon.Messages;
using Carillon.Storage;
using Carillon.Storage.Sqlite;
using Carillon.Tests.Storage.StorageConformance;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Tests.Storage.Sqlite;

/// <summary>One row that is wrong harms itself alone.</summary>
public sealed class SqliteRowFaultTests : StorageTest
{
    private readonly SqliteFactory _factory;

    public SqliteRowFaultTests() : this(new SqliteFactory())
    {
    }

    private SqliteRowFaultTests(SqliteFactory factory) : base(factory) => _factory = factory;

    [Fact]
    public async Task A_step_whose_notification_cannot_be_read_back_does_not_hold_up_the_others()
    {
        var plan = StepConformance.PlanOf(Until.Delivered);
        OutboundMessage[] messages = [await AcceptOwnedAsync(plan), await AcceptOwnedAsync(plan)];
        Execute("UPDATE notification SET details = '{\"content\":7' WHERE id = @id", new { id = messages[0].Notification.Id.ToBytes() });

        Assert.Equal(messages[1].Notification.Id, Assert.Single(await Queue.DueStepsAsync(Now.AddDays(1), 1, Cancellation)).Notification.Id);
        Assert.Equal(messages[1].Notification.Id, Assert.Single(await Queue.DueStepsAsync(Now.AddDays(1), 10, Cancellation)).Notification.Id);
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_back_fails_alone_and_its_lane_goes_on()
    {
        var (bad, good) = (MakeNotification(), MakeNotification());
        await AcceptAsync(bad, good);
        Execute("UPDATE notification SET details = '{\"content\":7' WHERE id = @id", new { id = bad.Id.ToBytes() });

        var claim = await ClaimAsync(good.Messages[0].Lane);

        Assert.Equal(good.Messages[0].Id, Assert.Single(claim.Messages).Id);
        Assert.Null(claim.NextDue);
        var stored = await StoredAsync(bad.Messages[0]);
        Assert.Equal((MessageStatus.Failed, MessageReasons.ContentError), (stored.Status, stored.Reason));
        Assert.Contains("\"reason\":\"content_error\"", Encoding.UTF8.GetString(stored.Trace!), StringComparison.Ordinal);
        Assert.Equal(1, (await Log.CountersAsync(Tenant, Now, Cancellation)).Single(c => c.Status == MessageStatus.Failed).Count);
    }

    [Fact]
    public async Task A_mark_that_cannot_be_written_fails_alone()
    {
        var (bad, good) = (await AcceptOwnedAsync(), await AcceptOwnedAsync());
        Execute($"""
            CREATE TRIGGER refuse BEFORE UPDATE ON owned_work WHEN old.subject = x'{Convert.ToHexString(bad.Id.ToBytes())}'
            BEGIN SELECT RAISE(ABORT, 'refused'); END
            """);
        var group = new WriteGroup { Epoch = 1 };
        foreach (var message in new[] { bad, good }) group.Marks.Add(new SendMark { Message = message, ProviderId = Ids.Next() });

        await Queue.CommitAsync(group, Cancellation);

        Assert.Equal([false, true], group.Marks.Select(m => m.Owned));
        Assert.Contains("refused", group.Marks[0].Failure?.Message, StringComparison.Ordinal);
        Assert.Null(group.Marks[1].Failure);
    }

    [Fact]
    public async Task Secrets_of_a_message_that_was_lost_are_kept_as_long_as_the_options_say()
    {
        var message = await AcceptOwnedAsync(secrets: [1]);
        await MarkAsync(message, Ids.Next());
        await Store.DisposeAsync();
        await using var store = new SqliteStorage(new SqliteStorageOptions { Directory = _factory.Path, SecretRetention = TimeSpan.FromHours(2) }, Clock);
        await store.OpenAsync(Cancellation);

        Assert.Equal(new Rescue(0, 1), await store.Queue.RescueAsync([], Now, Cancellation));

        Assert.Equal(0, await store.Queue.CleanAsync(Cleaning(Now.AddMinutes(119), 100), Cancellation));
        Assert.Equal(1, await store.Queue.CleanAsync(Cleaning(Now.AddMinutes(120), 100), Cancellation));
    }

    [Fact]
    public async Task What_a_commit_stored_that_was_reported_as_failed_is_given_back()
    {
        var (stored, missing) = (MakeNotification(owned: true), MakeNotification(owned: true));
        await AcceptAsync(stored);
        var group = new WriteGroup { Epoch = 1 };
        group.Accepts.Add(Accepting(stored, missing));
        var uncertain = new UncertainCommits();
        uncertain.Note(group);

        using (var session = new SqliteSession(new SqliteFile(new SqliteStorageOptions { Directory = _factory.Path }).OpenWriter()))
        {
            session.Begin();
            UncertainCommits.GiveBack(session, new SqliteRescue(TimeSpan.Zero), uncertain.Take(), Now);
            session.Commit();
        }

        Assert.Empty(uncertain.Take());
        Assert.Equal(stored.Messages[0].Id, Assert.Single((await ClaimAsync(stored.Messages[0].Lane)).Messages).Id);
    }

    [Fact]
    public async Task A_group_whose_commit_failed_is_handed_over_once_when_it_is_written_again()
    {
        var message = MakeNotification(owned: true).Messages[0];
        await using (var connection = new SqliteConnection($"Data Source={_factory.DatabaseFile};Pooling=False"))
        {
            connection.Open();
            using var transaction = connection.BeginTransaction();
            await Assert.ThrowsAsync<StorageUnavailableException>(() => AcceptAsync(message.Notification));
        }

        await AcceptAsync(message.Notification);

        Assert.Empty((await ClaimAsync(message.Lane)).Messages);
        Assert.True((await RecordAsync(message, MessageStatus.Sent)).Recorded);
    }

    private void Execute(string sql, object? parameters = null)
    {
        using var connection = new SqliteConnection($"Data Source={_factory.DatabaseFile};Pooling=False");
        connection.Open();
        connection.Execute(sql, parameters);
    }
}
