using System.Text.Json;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Senders;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class SealedConformance(StorageFactory factory) : StorageTest(factory)
{
    private static readonly byte[] KeyA = [0xA, 0xA, 0xA, 0xA];
    private static readonly byte[] KeyB = [0xB, 0xB, 0xB, 0xB];

    [Fact]
    public async Task What_is_sealed_is_counted_by_kind_and_key()
    {
        Assert.Empty(await Store.Sealed.CountAsync(Cancellation));
        await FillAsync();

        var counts = (await Store.Sealed.CountAsync(Cancellation)).Select(c => (c.Kind, Convert.ToHexString(c.KeyId), c.Count)).Order().ToList();

        Assert.Equal(
            [
                (SealedKind.ProviderCredentials, "0A0A0A0A", 2L), (SealedKind.ProviderCredentials, "0B0B0B0B", 1L), (SealedKind.PreviousCredentials, "0A0A0A0A", 1L),
                (SealedKind.SenderKeys, "0A0A0A0A", 1L), (SealedKind.NotificationSecrets, "0A0A0A0A", 3L), (SealedKind.NotificationSecrets, "0B0B0B0B", 1L),
            ],
            counts);
    }

    [Theory]
    [InlineData(SealedKind.ProviderCredentials, 2)]
    [InlineData(SealedKind.PreviousCredentials, 1)]
    [InlineData(SealedKind.SenderKeys, 1)]
    [InlineData(SealedKind.NotificationSecrets, 3)]
    public async Task What_is_sealed_with_a_key_is_listed_page_by_page_and_replaced(SealedKind kind, int expected)
    {
        await FillAsync();
        var found = new List<SealedSecret>();
        Guid? after = null;
        while (await Store.Sealed.ListAsync(kind, KeyA, after, 2, Cancellation) is { Count: > 0 } page)
        {
            found.AddRange(page);
            after = page[^1].Owner;
        }

        Assert.Equal(expected, found.DistinctBy(s => s.Owner).Count());
        Assert.All(found, s => Assert.Equal(KeyA, s.Sealed[1..5]));
        Assert.Equal(expected, await Store.Sealed.ReplaceAsync([.. found.Select(s => new SealedReplacement(s, Seal(KeyB, s.Sealed[5])))], Cancellation));

        Assert.Empty(await Store.Sealed.ListAsync(kind, KeyA, null, 10, Cancellation));
        var now = await Store.Sealed.ListAsync(kind, KeyB, null, 10, Cancellation);
        Assert.All(found, s => Assert.Contains(now, n => n.Owner == s.Owner && n.Tenant == s.Tenant && n.Sealed[5] == s.Sealed[5]));
    }

    [Fact]
    public async Task What_has_changed_since_it_was_listed_is_left_as_it_is()
    {
        await FillAsync();
        var listed = await Store.Sealed.ListAsync(SealedKind.ProviderCredentials, KeyA, null, 10, Cancellation);
        var (provider, _) = (await Store.Providers.GetAsync(listed[0].Tenant, listed[0].Owner, Cancellation))!.Value;
        Assert.True(await Store.Providers.ReplaceAsync(provider with { Version = provider.Version + 1 }, Seal(KeyA, 99), Cancellation));

        Assert.Equal(1, await Store.Sealed.ReplaceAsync([.. listed.Select(s => new SealedReplacement(s, Seal(KeyB, 1)))], Cancellation));

        Assert.Equal(Seal(KeyA, 99), (await Store.Providers.GetAsync(listed[0].Tenant, listed[0].Owner, Cancellation))!.Value.SealedCredentials);
        Assert.Equal(provider.Version, (await Store.Providers.GetAsync(listed[1].Tenant, listed[1].Owner, Cancellation))!.Value.Provider.Version);
    }

    private async Task FillAsync()
    {
        await Store.Providers.CreateAsync(Make("one", Tenant), Seal(KeyA, 1), cancellationToken: Cancellation);
        await Store.Providers.CreateAsync(
            Make("two", Other) with { Previous = new PreviousCredentials(Seal(KeyA, 2), Now.AddDays(1)) }, Seal(KeyB, 3), cancellationToken: Cancellation);
        await Store.Providers.CreateAsync(Make("three", TenantId.Installation), Seal(KeyA, 4), cancellationToken: Cancellation);
        await Store.Providers.CreateAsync(Make("none", Tenant), null, cancellationToken: Cancellation);
        await Store.Senders.CreateAsync(
            new SenderDomain { Tenant = Tenant, Id = Ids.Next(), Domain = "example.net", Selector = "c", DnsValue = "v", CreatedAt = Now }, Seal(KeyA, 5), Cancellation);
        await AcceptAsync(
            MakeNotification(secrets: Seal(KeyA, 6)), MakeNotification(secrets: Seal(KeyB, 7)), MakeNotification(secrets: Seal(KeyA, 8)), MakeNotification());
        await AcceptAsync(MakeNotification(tenant: Other, secrets: Seal(KeyA, 9)));
    }

    // As far as the store sees what is sealed: version, the key's id, the rest.
    private static byte[] Seal(byte[] key, byte rest) => [1, .. key, rest];

    private Provider Make(string name, TenantId tenant) => new()
    {
        Tenant = tenant,
        Id = Ids.Next(),
        Name = name,
        Channel = Channel.Sms,
        Kind = "simulator",
        Settings = JsonElement.Parse("{}"),
        CreatedAt = Now,
        UpdatedAt = Now,
    };
}
