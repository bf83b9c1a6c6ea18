using Carillon.Messages;
using Carillon.Nodes;
using Carillon.Providers;
using Carillon.Storage;
using Carillon.Storage.PostgreSql;
using Carillon.Tests.Storage.StorageConformance;
using Dapper;

namespace Carillon.Tests.Storage.PostgreSql;

/// <summary>What several nodes learn of each other through one database.</summary>
public sealed class PostgreSqlNodeTests() : StorageTest(new PostgreSqlFactory())
{
    [Fact]
    public async Task Of_two_nodes_one_holds_a_lease_and_the_next_holder_has_a_higher_token()
    {
        var (one, two) = (await Store.Nodes.StartAsync("one", Now, Cancellation), await Store.Nodes.StartAsync("two", Now, Cancellation));

        Assert.Equal(1, await Store.Nodes.TakeLeaseAsync("cleaner", one, TimeSpan.FromHours(1), Cancellation));
        Assert.Null(await Store.Nodes.TakeLeaseAsync("cleaner", two, TimeSpan.FromHours(1), Cancellation));
        Assert.Equal(1, await Store.Nodes.TakeLeaseAsync("cleaner", one, TimeSpan.FromSeconds(-1), Cancellation));
        Assert.Equal(2, await Store.Nodes.TakeLeaseAsync("cleaner", two, TimeSpan.FromHours(1), Cancellation));
    }

    [Fact]
    public async Task A_node_that_was_ended_hears_so_by_its_next_heartbeat()
    {
        var epoch = await Store.Nodes.StartAsync("one", Now, Cancellation);
        var pulse = await Store.Nodes.HeartbeatAsync(epoch, Now, Cancellation);
        Assert.True(await Store.Nodes.EndAsync(epoch, pulse!.Live[epoch], Cancellation));

        Assert.Null(await Store.Nodes.HeartbeatAsync(epoch, Now, Cancellation));
    }

    [Fact]
    public async Task A_change_of_a_provider_has_another_version()
    {
        var epoch = await Store.Nodes.StartAsync("one", Now, Cancellation);
        var before = (await Store.Nodes.HeartbeatAsync(epoch, Now, Cancellation))!.Versions.GetValueOrDefault(ChangeTopics.Providers);
        await Store.Providers.CreateAsync(
            new Provider
            {
                Tenant = Tenant,
                Id = Ids.Next(),
                Name = "p",
                Channel = Channel.Email,
                Kind = "smtp",
                Settings = System.Text.Json.JsonElement.Parse("{}"),
                CreatedAt = Now,
                UpdatedAt = Now,
            },
            null, cancellationToken: Cancellation);

        var after = (await Store.Nodes.HeartbeatAsync(epoch, Now, Cancellation))!.Versions.GetValueOrDefault(ChangeTopics.Providers);

        Assert.True(after > before);
    }

    [Fact]
    public async Task What_one_node_tells_another_hears()
    {
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listener = Store.Nodes.Listen(topic => heard.TrySetResult(topic));
        Assert.NotNull(listener);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        // It may not listen yet when it is told the first time.
        while (!heard.Task.IsCompleted && await timer.WaitForNextTickAsync(Cancellation)) await Store.Nodes.TellAsync(ChangeTopics.Work, Cancellation);

        Assert.Equal(ChangeTopics.Work, await heard.Task);
    }

    [Fact]
    public async Task Nothing_is_taken_from_a_node_that_has_begun_since_the_look()
    {
        var (one, two) = (await Store.Nodes.StartAsync("one", Now, Cancellation), await Store.Nodes.StartAsync("two", Now, Cancellation));
        await AcceptOwnedAsync(epoch: two);

        // Whoever looked before two began knows of one alone.
        Assert.Equal(default, await Queue.RescueAsync([one], Now, Cancellation));

        await Store.Nodes.StopAsync(two, Cancellation);
        Assert.Equal(new Rescue(1, 0), await Queue.RescueAsync([one], Now, Cancellation));
    }

    [Fact]
    public async Task A_node_that_stands_still_within_a_transaction_loses_its_locks_before_others_take_over()
    {
        var seconds = await ((PostgreSqlStorage)Store).Database.WriteAsync(
            async transaction => await (await transaction.ConnectionAsync()).ExecuteScalarAsync<int>(
                "SELECT extract(epoch FROM current_setting('idle_in_transaction_session_timeout')::interval)::int"),
            Cancellation);

        Assert.InRange(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(1), NodeLease.Patience);
    }
}
