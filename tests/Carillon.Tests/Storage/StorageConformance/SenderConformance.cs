using Carillon.Messages;
using Carillon.Senders;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class SenderConformance(StorageFactory factory) : StorageTest(factory)
{
    [Fact]
    public async Task A_sender_and_its_sealed_key_survive_a_restart()
    {
        var sender = Make("example.net");
        await Store.Senders.CreateAsync(sender, [1, 2, 3], Cancellation);
        await Store.Senders.CreateAsync(Make("example.net", tenant: TenantId.Installation), [4], Cancellation);

        await ReopenAsync();

        var all = await Store.Senders.AllAsync(Cancellation);
        Assert.Equal(2, all.Count);
        Assert.Contains(all, s => s.Sender == sender && s.SealedKey.AsSpan().SequenceEqual((byte[])[1, 2, 3]));
        Assert.Contains(all, s => s.Sender.Tenant == TenantId.Installation && s.SealedKey.AsSpan().SequenceEqual((byte[])[4]));
    }

    [Fact]
    public async Task A_domain_and_selector_are_unique_within_their_tenant()
    {
        await Store.Senders.CreateAsync(Make("example.net"), [1], Cancellation);

        var error = await Assert.ThrowsAsync<DuplicateKeyException>(async () => await Store.Senders.CreateAsync(Make("example.net"), [2], Cancellation));

        Assert.Equal("domain", error.Field);
        await Store.Senders.CreateAsync(Make("example.net", "second"), [3], Cancellation);
        await Store.Senders.CreateAsync(Make("mail.example.net"), [4], Cancellation);
        await Store.Senders.CreateAsync(Make("example.net", tenant: Other), [5], Cancellation);
        Assert.Equal([1, 3, 4, 5], (await Store.Senders.AllAsync(Cancellation)).Select(s => (int)s.SealedKey.Single()).Order());
    }

    [Fact]
    public async Task Senders_are_listed_oldest_first_within_their_tenant()
    {
        foreach (var domain in new[] { "c.example", "a.example", "b.example" }) await Store.Senders.CreateAsync(Make(domain), [1], Cancellation);

        Assert.Equal(["c.example", "a.example", "b.example"], (await Store.Senders.ListAsync(Tenant, Cancellation)).Select(s => s.Domain));
        Assert.Empty(await Store.Senders.ListAsync(Other, Cancellation));
    }

    [Fact]
    public async Task A_sender_is_deleted_by_its_own_tenant_alone_and_once()
    {
        var sender = Make("example.net");
        await Store.Senders.CreateAsync(sender, [1], Cancellation);

        Assert.False(await Store.Senders.DeleteAsync(Other, sender.Id, Cancellation));
        Assert.Single(await Store.Senders.ListAsync(Tenant, Cancellation));
        Assert.True(await Store.Senders.DeleteAsync(Tenant, sender.Id, Cancellation));
        Assert.False(await Store.Senders.DeleteAsync(Tenant, sender.Id, Cancellation));
        Assert.Empty(await Store.Senders.AllAsync(Cancellation));
        await Store.Senders.CreateAsync(Make("example.net"), [2], Cancellation);
    }

    private SenderDomain Make(string domain, string selector = "carillon", TenantId? tenant = null) => new()
    {
        Tenant = tenant ?? Tenant,
        Id = Ids.Next(),
        Domain = domain,
        Selector = selector,
        DnsValue = "v=DKIM1; k=rsa; p=MIIB",
        CreatedAt = Now,
    };
}
