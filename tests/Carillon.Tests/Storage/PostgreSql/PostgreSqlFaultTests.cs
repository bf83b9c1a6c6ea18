using Carillon.Messages;
using Carillon.Storage;
using Carillon.Storage.PostgreSql;
using Carillon.Tests.Storage.StorageConformance;

namespace Carillon.Tests.Storage.PostgreSql;

/// <summary>The network to the server is cut, most of all where it is least clear what that means: at the commit.</summary>
public sealed class PostgreSqlFaultTests : StorageTest
{
    private static readonly LaneKey Lane = new(Tenant, Channel.Email, Priority.Normal);
    private readonly ProxiedFactory _factory;

    public PostgreSqlFaultTests() : this(new ProxiedFactory())
    {
    }

    private PostgreSqlFaultTests(ProxiedFactory factory) : base(factory) => _factory = factory;

    private CuttingProxy Network => _factory.Proxy;

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_found_to_be_committed()
    {
        var message = MakeNotification(owned: true).Messages[0];
        Network.Next = CommitFate.LoseAnswer;

        await AcceptAsync(message.Notification);

        Assert.Equal(CommitFate.Pass, Network.Next);
        Assert.Equal(MessageStatus.Sending, (await StoredAsync(message)).Status);
        Assert.True((await RecordAsync(message, MessageStatus.Sent)).Recorded);
    }

    [Fact]
    public async Task A_commit_that_never_arrived_is_found_to_be_none()
    {
        var message = MakeNotification(owned: true).Messages[0];
        Network.Next = CommitFate.LoseRequest;

        await Assert.ThrowsAsync<StorageUnavailableException>(() => AcceptAsync(message.Notification));

        Assert.Null(await Log.GetMessageAsync(Tenant, message.Id, Cancellation));
        await AcceptAsync(message.Notification);
        Assert.Equal(MessageStatus.Sending, (await StoredAsync(message)).Status);
    }

    [Fact]
    public async Task What_an_unresolved_commit_handed_over_is_given_back_once_the_server_is_there_again()
    {
        var lost = MakeNotification(owned: true).Messages[0];
        Network.Next = CommitFate.LoseAnswerAndGoDown;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => AcceptAsync(lost.Notification));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => AcceptAsync(MakeNotification()));
        Network.Mend();

        var next = await AcceptOwnedAsync();

        Assert.Equal(lost.Id, Assert.Single((await ClaimAsync(Lane)).Messages).Id);
        Assert.Equal(MessageStatus.Sending, (await StoredAsync(next)).Status);
    }

    [Fact]
    public async Task What_an_unresolved_commit_did_not_store_is_forgotten()
    {
        var lost = MakeNotification(owned: true).Messages[0];
        Network.Next = CommitFate.LoseRequestAndGoDown;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => AcceptAsync(lost.Notification));
        Network.Mend();

        await AcceptAsync(lost.Notification);

        Assert.Empty((await ClaimAsync(Lane)).Messages);
        Assert.True((await RecordAsync(lost, MessageStatus.Sent)).Recorded);
    }

    [Fact]
    public async Task An_outcome_that_an_unresolved_commit_holds_is_recorded_once()
    {
        var message = await AcceptOwnedAsync();
        var group = new WriteGroup { Epoch = 1 };
        group.Outcomes.Add(new OutcomeWrite { Message = message, At = Now, Status = MessageStatus.Sent });
        Network.Next = CommitFate.LoseAnswerAndGoDown;
        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await Queue.CommitAsync(group, Cancellation));
        Network.Mend();

        // As the group committer does it.
        await Queue.CommitAsync(group, Cancellation);

        Assert.True(group.Outcomes[0].Recorded);
        Assert.Equal(1, (await Log.CountersAsync(Tenant, Now, Cancellation)).Single(c => c.Status == MessageStatus.Sent).Count);
    }

    [Fact]
    public async Task What_an_unresolved_claim_took_is_given_back()
    {
        var message = MakeNotification().Messages[0];
        await AcceptAsync(message.Notification);
        Network.Next = CommitFate.LoseAnswerAndGoDown;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => ClaimAsync(Lane));
        Network.Mend();
        await AcceptOwnedAsync();

        Assert.Equal(message.Id, Assert.Single((await ClaimAsync(Lane)).Messages).Id);
    }

    [Fact]
    public async Task Without_a_network_everything_is_unavailable_and_comes_back_by_itself()
    {
        Network.Cut();

        var error = await Assert.ThrowsAsync<StorageUnavailableException>(() => AcceptAsync(MakeNotification()));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => ClaimAsync(Lane));
        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await Queue.LanesAsync(Cancellation));
        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await Store.Contacts.GetAsync(Tenant, "c", Cancellation));
        Assert.Contains("cannot be used now", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgreSqlCluster.Password, error.ToString(), StringComparison.Ordinal);

        Network.Mend();
        await AcceptAsync(MakeNotification());
        Assert.Single((await ClaimAsync(Lane)).Messages);
    }

    [Fact]
    public async Task A_server_that_stops_its_sessions_makes_the_store_unavailable_once_and_no_longer()
    {
        await AcceptAsync(MakeNotification());
        await _factory.Cluster.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_factory.Database}'");

        await Assert.ThrowsAsync<StorageUnavailableException>(() => AcceptAsync(MakeNotification()));
        await AcceptAsync(MakeNotification());

        Assert.Equal(2, (await ClaimAsync(Lane)).Messages.Count);
    }

    private sealed class ProxiedFactory : StorageFactory
    {
        private readonly PostgreSqlFactory _inner = new();
        private CuttingProxy? _proxy;

        public CuttingProxy Proxy => _proxy!;

        public PostgreSqlCluster Cluster => _inner.Cluster;

        public string Database => _inner.Database;

        public override async ValueTask PrepareAsync()
        {
            await _inner.PrepareAsync();
            _proxy = new CuttingProxy(_inner.Cluster.Port);
        }

        // Nothing is prepared, so that the proxy can read what goes by; and one connection, so that all know when it is cut.
        public override IStorage Create(TimeProvider time) => new PostgreSqlStorage(
            new PostgreSqlStorageOptions
            {
                Url = $"Host=127.0.0.1;Port={Proxy.Port};Username={PostgreSqlCluster.User};Password={PostgreSqlCluster.Password};Database={_inner.Database};PgBouncer=true;SSL Mode=Disable",
                MaxConnections = 2,
                ResolveTimeout = TimeSpan.FromMilliseconds(300),
            },
            time);

        public override async ValueTask DisposeAsync()
        {
            if (_proxy is not null) await _proxy.DisposeAsync();
            await _inner.DisposeAsync();
        }
    }
}
