using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class NodeConformance(StorageFactory factory) : StorageTest(factory)
{
    [Fact]
    public async Task A_node_is_listed_with_what_it_owns_until_it_has_stopped()
    {
        var epoch = await Store.Nodes.StartAsync("one", Now, Cancellation);
        await AcceptOwnedAsync(epoch: epoch);

        var node = Assert.Single(await Store.Nodes.ListAsync(Cancellation));
        Assert.Equal((epoch, "one", null, 1), (node.Epoch, node.Name, node.StoppedAt, node.Owned));

        await Store.Nodes.StopAsync(epoch, Cancellation);
        Assert.NotNull(Assert.Single(await Store.Nodes.ListAsync(Cancellation)).StoppedAt);
    }

    [Fact]
    public async Task A_heartbeat_tells_who_lives()
    {
        var epoch = await Store.Nodes.StartAsync("one", Now, Cancellation);

        var pulse = await Store.Nodes.HeartbeatAsync(epoch, Now.AddSeconds(1), Cancellation);

        Assert.Equal([epoch], pulse!.Live.Keys);
        Assert.Equal(pulse.StoreTime, pulse.Live[epoch]);
    }

    [Fact]
    public async Task A_node_that_was_heard_of_since_is_not_ended()
    {
        var epoch = await Store.Nodes.StartAsync("one", Now, Cancellation);
        var pulse = await Store.Nodes.HeartbeatAsync(epoch, Now.AddSeconds(1), Cancellation);

        Assert.False(await Store.Nodes.EndAsync(epoch, pulse!.Live[epoch] - TimeSpan.FromSeconds(1), Cancellation));
        Assert.True(await Store.Nodes.EndAsync(epoch, pulse.Live[epoch], Cancellation));
        Assert.False(await Store.Nodes.EndAsync(epoch, pulse.Live[epoch], Cancellation));
    }

    [Fact]
    public async Task A_lease_is_renewed_by_its_holder()
    {
        var epoch = await Store.Nodes.StartAsync("one", Now, Cancellation);

        var token = await Store.Nodes.TakeLeaseAsync("cleaner", epoch, TimeSpan.FromMinutes(1), Cancellation);

        Assert.NotNull(token);
        Assert.Equal(token, await Store.Nodes.TakeLeaseAsync("cleaner", epoch, TimeSpan.FromMinutes(1), Cancellation));
    }
}
