using Carillon.Messages;
using Carillon.Storage;
using Carillon.Storage.PostgreSql;
using Carillon.Tests.Storage.StorageConformance;
using Dapper;
using Npgsql;

namespace Carillon.Tests.Storage.PostgreSql;

/// <summary>The months of the log: made ahead, dropped whole, and what still lives outlasts them.</summary>
public sealed class PostgreSqlPartitionTests : StorageTest
{
    private readonly OwnDatabase _factory;

    public PostgreSqlPartitionTests() : this(new OwnDatabase())
    {
    }

    private PostgreSqlPartitionTests(OwnDatabase factory) : base(factory) => _factory = factory;

    [Fact]
    public async Task A_message_stands_in_its_month()
    {
        await AcceptAsync(MakeNotification());

        Assert.Equal(1, await CountAsync("message_2026_03"));
        Assert.Equal(1, await CountAsync("notification_2026_03"));
    }

    [Fact]
    public async Task What_came_before_its_month_was_made_moves_into_it()
    {
        Clock.Now = Now.AddYears(1);
        var notification = MakeNotification(owned: true);
        await AcceptAsync(notification);
        await RecordAsync(new OutcomeWrite { Message = notification.Messages[0], At = Now, Status = MessageStatus.Sent, ProviderId = Ids.Next(), ExternalId = "x" });
        Assert.Equal(1, await CountAsync("message_rest"));

        await ReopenAsync();

        Assert.Equal((0, 1, 1, 1), (
            await CountAsync("message_rest"), await CountAsync("message_2027_03"), await CountAsync("notification_2027_03"), await CountAsync("message_external_2027_03")));
        Assert.Equal(MessageStatus.Sent, (await StoredAsync(notification.Messages[0])).Status);
    }

    [Fact]
    public async Task What_is_scheduled_a_year_ahead_outlasts_its_month()
    {
        var done = await AcceptOwnedAsync();
        await RecordAsync(done, MessageStatus.Sent);
        var inHand = await AcceptOwnedAsync();
        var ahead = MakeNotification(due: Now.AddYears(1), secrets: [1], messages: 2);
        await AcceptAsync(ahead);
        var database = ((PostgreSqlStorage)Store).Database;

        Assert.Equal(0, await PostgreSqlPartitions.DropAsync(database, Now.AddDays(30), Cancellation));
        Assert.Equal(5, await PostgreSqlPartitions.DropAsync(database, Now.AddMonths(1), Cancellation));

        Assert.Null(await Log.GetMessageAsync(Tenant, done.Id, Cancellation));
        Assert.Null(await Log.GetNotificationAsync(Tenant, done.Notification.Id, Cancellation));
        Assert.True((await RecordAsync(inHand, MessageStatus.Sent)).Recorded);
        Assert.Equal(MessageStatus.Sent, (await StoredAsync(inHand)).Status);
        var claimed = (await ClaimAsync(ahead.Messages[0].Lane, now: Now.AddYears(1))).Messages;
        Assert.Equal(ahead.Messages.Select(m => m.Id), claimed.Select(m => m.Id));
        Assert.Equal([1], claimed[0].Notification.Secrets);
        Assert.Equal(0, await PostgreSqlPartitions.DropAsync(database, Now.AddMonths(1), Cancellation));
    }

    [Fact]
    public async Task Counters_of_a_time_of_which_messages_went_stay_as_they_are()
    {
        await RecordAsync(await AcceptOwnedAsync(), MessageStatus.Sent);
        await PostgreSqlPartitions.DropAsync(((PostgreSqlStorage)Store).Database, Now.AddMonths(1), Cancellation);

        await Store.Counters.BeginAsync(Now.AddMonths(1), Now.AddMonths(1), Cancellation);
        CounterRebuild? rebuilt;
        do rebuilt = await Store.Counters.ContinueAsync(Now, 10, Cancellation);
        while (rebuilt!.Phase != CounterRebuildPhase.Done);

        Assert.Equal((Quarter.BeginOf(Now) + Quarter.Length, 0), (rebuilt.From, rebuilt.CountersChanged));
        Assert.Equal(1, (await Log.SumsAsync(Cancellation)).Single(s => s.Status == MessageStatus.Sent).Count);
    }

    [Fact]
    public async Task New_versions_of_rows_touch_no_index()
    {
        for (var round = 0; round < 20; round++)
        {
            var notifications = Enumerable.Range(0, 50).Select(_ => MakeNotification(owned: true, contact: "c")).ToList();
            await AcceptAsync(notifications);
            var group = new WriteGroup { Epoch = 1 };
            foreach (var notification in notifications)
            {
                group.Outcomes.Add(new OutcomeWrite
                {
                    Message = notification.Messages[0],
                    At = Now,
                    Status = MessageStatus.Sent,
                    ProviderId = Ids.Next(),
                    ExternalId = "x",
                    ContentHash = Ids.Next(),
                    Trace = new byte[330],
                });
            }

            await Queue.CommitAsync(group, Cancellation);
        }

        await Store.DisposeAsync();
        await using var connection = new NpgsqlConnection(_factory.Cluster.StringOf(_factory.Database));
        var (updates, hot) = await connection.QuerySingleAsync<(long, long)>("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'message_2026_03'");
        Assert.Equal(1000, updates);
        Assert.True(hot > 950, $"{hot} of 1000");
    }

    private async Task<long> CountAsync(string table)
    {
        await using var connection = new NpgsqlConnection(_factory.Cluster.StringOf(_factory.Database));
        return await connection.ExecuteScalarAsync<long>($"SELECT count(*) FROM {table}");
    }

    // These tests change the schema, so that nobody else gets their database.
    private sealed class OwnDatabase : StorageFactory
    {
        public PostgreSqlCluster Cluster { get; private set; } = null!;

        public string Database { get; private set; } = "";

        public override async ValueTask PrepareAsync()
        {
            Cluster = await PostgreSqlCluster.GetAsync();
            Database = await Cluster.CreateEmptyDatabaseAsync();
        }

        public override IStorage Create(TimeProvider time) => new PostgreSqlStorage(new PostgreSqlStorageOptions { Url = Cluster.UrlOf(Database) }, time);

        public override async ValueTask DisposeAsync()
        {
            if (Cluster is not null) await Cluster.DropDatabaseAsync(Database);
        }
    }
}
