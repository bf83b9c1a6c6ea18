using System.Text.Json;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class ProviderConformance(StorageFactory factory) : StorageTest(factory)
{
    private static readonly ProviderPolicy Policy = new()
    {
        Limits = new ProviderLimits { PerSecond = 10, PerMonth = 1_000_000_000 },
        Budget = new ProviderBudget(99.5m, "EUR", BudgetPeriod.Month),
        Cost = new ProviderCost(0.0075m, "EUR", CostUnit.Segment) { ByCountry = new Dictionary<string, decimal> { ["MX"] = 0.031m, ["+1876"] = 0.12m } },
        Countries = ["MX", "+52"],
        TimeZone = "America/Mexico_City",
    };

    [Fact]
    public async Task A_policy_is_kept_whole_through_a_restart()
    {
        var provider = Make("relay") with { Policy = Policy };
        await Store.Providers.CreateAsync(provider, null, cancellationToken: Cancellation);

        await ReopenAsync();

        Assert.Equal(JsonSerializer.Serialize(provider), JsonSerializer.Serialize((await GetAsync(provider.Id))?.Provider));
    }

    [Fact]
    public async Task A_replacement_takes_the_place_of_the_version_before_it_alone()
    {
        var first = Make("relay");
        await Store.Providers.CreateAsync(first, [1], cancellationToken: Cancellation);
        var second = first with
        {
            Name = "relay 2",
            Settings = JsonElement.Parse("""{"host":"b"}"""),
            HasCredentials = true,
            Priority = 1,
            Weight = 2,
            IsDefault = true,
            Enabled = false,
            MaxConcurrency = 3,
            Policy = Policy,
            Version = 2,
            UpdatedAt = Now.AddHours(1),
        };

        Assert.True(await Store.Providers.ReplaceAsync(second, [2, 2], Cancellation));
        Assert.False(await Store.Providers.ReplaceAsync(second with { Name = "late" }, [3], Cancellation));
        Assert.False(await Store.Providers.ReplaceAsync(second with { Name = "early", Version = 4 }, [3], Cancellation));
        Assert.False(await Store.Providers.ReplaceAsync(second with { Tenant = Other, Version = 3 }, [3], Cancellation));
        Assert.False(await Store.Providers.ReplaceAsync(second with { Id = Ids.Next(), Version = 3 }, [3], Cancellation));

        var (provider, credentials) = Assert.Single(await Store.Providers.AllAsync(Cancellation));
        Assert.Equal(JsonSerializer.Serialize(second), JsonSerializer.Serialize(provider));
        Assert.Equal([2, 2], credentials);
        Assert.True(await Store.Providers.ReplaceAsync(second with { Version = 3 }, null, Cancellation));
        Assert.Null((await GetAsync(first.Id))?.SealedCredentials);
    }

    [Fact]
    public async Task Previous_credentials_are_kept_until_their_time_is_over()
    {
        var provider = Make("relay");
        await Store.Providers.CreateAsync(provider, [1], cancellationToken: Cancellation);
        var rotated = provider with { Version = 2, CredentialsRotatedAt = Now, Previous = new PreviousCredentials([1], Now.AddHours(1)) };
        Assert.True(await Store.Providers.ReplaceAsync(rotated, [2], Cancellation));
        await Store.Providers.CreateAsync(Make("other") with { Previous = new PreviousCredentials([3], Now.AddHours(2)) }, [4], cancellationToken: Cancellation);

        await ReopenAsync();
        var stored = (await GetAsync(provider.Id))!.Value;
        Assert.Equal((Now, Now.AddHours(1)), (stored.Provider.CredentialsRotatedAt, stored.Provider.Previous?.ValidUntil));
        Assert.Equal([1], stored.Provider.Previous!.Sealed);
        Assert.Equal([2], stored.SealedCredentials);

        Assert.False(await Store.Providers.ForgetOutlivedAsync(Now.AddHours(1).AddMilliseconds(-1), Cancellation));
        Assert.True(await Store.Providers.ForgetOutlivedAsync(Now.AddHours(1), Cancellation));
        Assert.False(await Store.Providers.ForgetOutlivedAsync(Now.AddHours(1), Cancellation));

        stored = (await GetAsync(provider.Id))!.Value;
        Assert.Equal((Now, null, 2), (stored.Provider.CredentialsRotatedAt, stored.Provider.Previous, stored.Provider.Version));
        Assert.Single(await Store.Providers.AllAsync(Cancellation), p => p.Provider.Previous is not null);
    }

    [Fact]
    public async Task A_replacement_may_not_take_the_name_of_another()
    {
        var provider = Make("b");
        await Store.Providers.CreateAsync(Make("a"), null, cancellationToken: Cancellation);
        await Store.Providers.CreateAsync(Make("a", tenant: Other), null, cancellationToken: Cancellation);
        await Store.Providers.CreateAsync(provider, null, cancellationToken: Cancellation);

        var error = await Assert.ThrowsAsync<DuplicateKeyException>(
            async () => await Store.Providers.ReplaceAsync(provider with { Name = "a", Version = 2 }, null, Cancellation));

        Assert.Equal("name", error.Field);
        Assert.Equal(1, (await GetAsync(provider.Id))?.Provider.Version);
    }

    [Fact]
    public async Task A_deleted_one_is_found_only_among_all_and_its_name_is_free()
    {
        var provider = Make("relay");
        await Store.Providers.CreateAsync(provider, [1], cancellationToken: Cancellation);
        var deleted = provider with { Version = 2, DeletedAt = Now.AddDays(1) };

        Assert.True(await Store.Providers.ReplaceAsync(deleted, null, Cancellation));

        Assert.Null(await GetAsync(provider.Id));
        Assert.Empty(await Store.Providers.ListAsync(Tenant, null, null, 9, Cancellation));
        Assert.Equal((deleted, null), Assert.Single(await Store.Providers.AllAsync(Cancellation)) switch { var (p, c) => (p with { Settings = provider.Settings }, c) });
        Assert.False(await Store.Providers.ReplaceAsync(deleted with { Version = 3, DeletedAt = null }, null, Cancellation));
        await Store.Providers.CreateAsync(Make("relay"), null, cancellationToken: Cancellation);
        Assert.Equal(2, (await Store.Providers.AllAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task They_are_listed_by_id_within_their_tenant_and_channel()
    {
        var made = new[] { Make("c"), Make("a", Channel.Sms), Make("b"), Make("d", tenant: Other), Make("e") };
        foreach (var provider in made) await Store.Providers.CreateAsync(provider, null, cancellationToken: Cancellation);

        Assert.Equal(["c", "a"], await NamesAsync(Tenant, null, null, 2));
        Assert.Equal(["b", "e"], await NamesAsync(Tenant, null, made[1].Id, 9));
        Assert.Equal(["c", "b", "e"], await NamesAsync(Tenant, Channel.Email, null, 9));
        Assert.Equal(["a"], await NamesAsync(Tenant, Channel.Sms, made[0].Id, 9));
        Assert.Equal(["d"], await NamesAsync(Other, null, null, 9));
        Assert.Null(await Store.Providers.GetAsync(Other, made[0].Id, Cancellation));
    }

    [Fact]
    public async Task One_idempotency_key_makes_one_provider()
    {
        var record = new IdempotencyRecord("k", [1, 2], [3, 4]);
        Assert.Null(await Store.Providers.CreateAsync(Make("a"), null, record, Cancellation));

        var existing = await Store.Providers.CreateAsync(Make("b"), null, record with { Answer = [9] }, Cancellation);

        Assert.Equivalent(record, existing, strict: true);
        Assert.Equal(["a"], await NamesAsync(Tenant, null, null, 9));
        Assert.Null(await Store.Providers.CreateAsync(Make("c", tenant: Other), null, record, Cancellation));
    }

    [Fact]
    public async Task A_key_is_not_kept_for_what_could_not_be_made()
    {
        var record = new IdempotencyRecord("k", [1, 2], [3, 4]);
        await Store.Providers.CreateAsync(Make("a"), null, cancellationToken: Cancellation);

        await Assert.ThrowsAsync<DuplicateKeyException>(async () => await Store.Providers.CreateAsync(Make("a"), null, record, Cancellation));

        Assert.Null(await Store.Providers.CreateAsync(Make("b"), null, record, Cancellation));
    }

    private async Task<(Provider Provider, byte[]? SealedCredentials)?> GetAsync(Guid id) => await Store.Providers.GetAsync(Tenant, id, Cancellation);

    private async Task<IEnumerable<string>> NamesAsync(TenantId tenant, Channel? channel, Guid? after, int limit) =>
        (await Store.Providers.ListAsync(tenant, channel, after, limit, Cancellation)).Select(p => p.Provider.Name);

    private Provider Make(string name, Channel channel = Channel.Email, TenantId? tenant = null) => new()
    {
        Tenant = tenant ?? Tenant,
        Id = Ids.Next(),
        Name = name,
        Channel = channel,
        Kind = "smtp",
        Settings = JsonElement.Parse("""{"host":"mail.example.org"}"""),
        CreatedAt = Now,
        UpdatedAt = Now,
    };
}
