using System.Text.Json;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Security;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class CatalogConformance(StorageFactory factory) : StorageTest(factory)
{
    [Fact]
    public async Task A_provider_keeps_its_settings_and_its_sealed_credentials()
    {
        var provider = new Provider
        {
            Tenant = TenantId.Installation,
            Id = Ids.Next(),
            Name = "Relais Zürich",
            Channel = Channel.Email,
            Kind = "smtp",
            Settings = JsonElement.Parse("""{"host":"mail.example.org","port":587}"""),
            Priority = 7,
            Weight = 3,
            IsDefault = true,
            Enabled = false,
            MaxConcurrency = 9,
            HasCredentials = true,
            CreatedAt = Now,
            UpdatedAt = Now,
        };
        await Store.Providers.CreateAsync(provider, [1, 2, 3], cancellationToken: Cancellation);
        await Store.Providers.CreateAsync(provider with { Id = Ids.Next(), Tenant = Tenant }, null, cancellationToken: Cancellation);

        var all = await Store.Providers.AllAsync(Cancellation);
        Assert.Equal(2, all.Count);
        Assert.Equal(JsonSerializer.Serialize(provider), JsonSerializer.Serialize(all[0].Provider));
        Assert.Equal([1, 2, 3], all[0].SealedCredentials);
        Assert.Null(all[1].SealedCredentials);

        var error = await Assert.ThrowsAsync<DuplicateKeyException>(
            async () => await Store.Providers.CreateAsync(provider with { Id = Ids.Next() }, null, cancellationToken: Cancellation));
        Assert.Equal("name", error.Field);
    }

    [Fact]
    public async Task The_installation_is_a_tenant_from_the_start_and_keys_are_unique()
    {
        Assert.Equal([new Tenant(TenantId.Installation, "installation", "Installation")], await Store.Tenants.AllAsync(Cancellation));

        var made = await Store.Tenants.CreateAsync("clinic", "Clinic", Cancellation);
        Assert.Equal(new Tenant(new TenantId(1), "clinic", "Clinic"), made);
        Assert.Equal(2, (await Store.Tenants.AllAsync(Cancellation)).Count);
        var error = await Assert.ThrowsAsync<DuplicateKeyException>(async () => await Store.Tenants.CreateAsync("clinic", "x", Cancellation));
        Assert.Equal("key", error.Field);
    }

    [Fact]
    public async Task An_api_key_is_found_by_its_hash()
    {
        Assert.False(await Store.Tenants.AnyKeyAsync(Cancellation));
        var key = new ApiKey { Id = Ids.Next(), Tenant = Tenant, Name = "ci", Hash = [9, 8, 7], Scopes = [Scopes.Send, Scopes.Read], CreatedAt = Now };
        await Store.Tenants.CreateKeyAsync(key, Cancellation);

        Assert.True(await Store.Tenants.AnyKeyAsync(Cancellation));
        Assert.Equivalent(key, await Store.Tenants.FindKeyAsync([9, 8, 7], Cancellation), strict: true);
        Assert.Null(await Store.Tenants.FindKeyAsync([9, 8], Cancellation));
    }

    [Fact]
    public async Task A_tenant_is_made_with_its_first_key_or_not_at_all()
    {
        ApiKey KeyOf(TenantId tenant) => new() { Id = Ids.Next(), Tenant = tenant, Name = "first", Hash = [1], Scopes = [Scopes.Admin], CreatedAt = Now };

        var made = await Store.Tenants.CreateAsync("clinic", "Clinic", KeyOf, Cancellation);
        Assert.Equal(made.Id, (await Store.Tenants.FindKeyAsync([1], Cancellation))?.Tenant);

        await Assert.ThrowsAsync<DuplicateKeyException>(async () => await Store.Tenants.CreateAsync("other", "Other", KeyOf, Cancellation));
        Assert.DoesNotContain(await Store.Tenants.AllAsync(Cancellation), t => t.Key == "other");
    }

    [Fact]
    public async Task Keys_are_listed_oldest_first_and_revoked_once_within_their_tenant()
    {
        var keys = Enumerable.Range(0, 3)
            .Select(i => new ApiKey { Id = Ids.Next(), Tenant = Tenant, Name = "k", Hash = [(byte)i], Scopes = [Scopes.Read], CreatedAt = Now.AddSeconds(i) })
            .ToList();
        foreach (var key in keys) await Store.Tenants.CreateKeyAsync(key, Cancellation);

        Assert.True(await Store.Tenants.RevokeKeyAsync(Tenant, keys[1].Id, Now.AddDays(1), Cancellation));
        Assert.True(await Store.Tenants.RevokeKeyAsync(Tenant, keys[1].Id, Now.AddDays(2), Cancellation));
        Assert.False(await Store.Tenants.RevokeKeyAsync(Other, keys[0].Id, Now, Cancellation));
        Assert.False(await Store.Tenants.RevokeKeyAsync(Tenant, Ids.Next(), Now, Cancellation));

        var listed = await Store.Tenants.ListKeysAsync(Tenant, Cancellation);
        Assert.Equal(keys.Select(k => k.Id), listed.Select(k => k.Id));
        Assert.Equal([null, Now.AddDays(1), null], listed.Select(k => k.RevokedAt));
        Assert.Empty(await Store.Tenants.ListKeysAsync(Other, Cancellation));
        Assert.Equal(Now.AddDays(1), (await Store.Tenants.FindKeyAsync([1], Cancellation))?.RevokedAt);
    }

    [Fact]
    public async Task A_key_is_changed_in_the_place_of_the_version_before_it_alone()
    {
        var key = new ApiKey
        {
            Id = Ids.Next(),
            Tenant = Tenant,
            Name = "ci",
            Hash = [1],
            Scopes = [Scopes.Send],
            CreatedAt = Now,
            IsHeld = true,
            Limits = new RecipientLimits(60, null),
        };
        await Store.Tenants.CreateKeyAsync(key, Cancellation);
        Assert.Equivalent(key, await Store.Tenants.GetKeyAsync(key.Id, Cancellation), strict: true);
        Assert.Null(await Store.Tenants.GetKeyAsync(Ids.Next(), Cancellation));

        var changed = key with { Name = "build", Limits = new RecipientLimits(null, RecipientLimits.MaxPerDay), IsHeld = false, Version = 2 };
        Assert.True(await Store.Tenants.ReplaceKeyAsync(changed, Cancellation));
        Assert.False(await Store.Tenants.ReplaceKeyAsync(changed with { Name = "late" }, Cancellation));
        Assert.False(await Store.Tenants.ReplaceKeyAsync(changed with { Version = 4 }, Cancellation));

        await ReopenAsync();
        Assert.Equivalent(changed, await Store.Tenants.FindKeyAsync([1], Cancellation), strict: true);
        Assert.Equivalent(changed, Assert.Single(await Store.Tenants.ListKeysAsync(Tenant, Cancellation)), strict: true);
    }

    [Fact]
    public async Task Each_incarnation_of_a_node_has_a_higher_number()
    {
        var first = await Store.Nodes.StartAsync("n", Now, Cancellation);
        await Store.Nodes.HeartbeatAsync(first, Now.AddSeconds(5), Cancellation);
        await Store.Nodes.StopAsync(first, Cancellation);
        await ReopenAsync();
        Assert.True(await Store.Nodes.StartAsync("n", Now, Cancellation) > first);
    }

    [Fact]
    public async Task A_setting_is_written_once()
    {
        Assert.Null(await Store.Nodes.GetSettingAsync("check", Cancellation));
        Assert.Equal([1], await Store.Nodes.AddSettingAsync("check", [1], Cancellation));
        Assert.Equal([1], await Store.Nodes.AddSettingAsync("check", [2], Cancellation));
        Assert.Equal([1], await Store.Nodes.GetSettingAsync("check", Cancellation));
        await Store.Nodes.PutSettingAsync("check", [3], Cancellation);
        await Store.Nodes.PutSettingAsync("other", [4], Cancellation);
        Assert.Equal([3], await Store.Nodes.GetSettingAsync("check", Cancellation));
        Assert.Equal([4], await Store.Nodes.GetSettingAsync("other", Cancellation));
        await Store.Nodes.PutSettingAsync("a/2", [6], Cancellation);
        await Store.Nodes.PutSettingAsync("a/1", [5], Cancellation);
        Assert.Equal([("a/1", 5), ("a/2", 6)], (await Store.Nodes.ListSettingsAsync("a/", Cancellation)).Select(s => (s.Key, (int)s.Value[0])));
    }
}
