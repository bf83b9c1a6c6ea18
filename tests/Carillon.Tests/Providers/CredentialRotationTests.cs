using System.Text;
using System.Text.Json;
using Carillon.Callbacks;
using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Tests.Dispatch;
using Carillon.Tests.Storage.PostgreSql;
using Carillon.Tests.Storage.Sqlite;
using Carillon.Tests.Storage.StorageConformance;

namespace Carillon.Tests.Providers;

public sealed class SqliteCredentialRotationTests() : CredentialRotationTests(new SqliteFactory());

public sealed class PostgreSqlCredentialRotationTests() : CredentialRotationTests(new PostgreSqlFactory());

/// <summary>Credentials that are replaced while messages and callbacks go through their provider.</summary>
public abstract class CredentialRotationTests(StorageFactory storage)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<EngineHarness> StartAsync(CarillonOptions? options = null) => EngineHarness.StartOnAsync(storage, options, "one");

    private static async Task<Provider> ChangeAsync(EngineHarness harness, string? sign, bool revoke = false, int priority = 100)
    {
        var draft = new ProviderDraft
        {
            Name = "one",
            Channel = Channel.Email,
            Kind = "scripted",
            Settings = JsonElement.Parse("{}"),
            Credentials = sign is null ? null : JsonElement.Parse($$"""{"sign":"{{sign}}"}"""),
            Priority = priority,
            RevokesPrevious = revoke,
        };
        var id = (await harness.Engine.Providers.ListAsync(EngineHarness.Tenant, null, null, 9, Cancellation)).Single().Id;
        return Assert.IsType<ProviderChange.Changed>(await harness.Engine.Providers.ReplaceAsync(EngineHarness.Tenant, id, draft, null, Cancellation)).Provider;
    }

    private static async Task<bool> TakesAsync(EngineHarness harness, string sign) => await harness.CallBackAsync("one", "a callback", by: sign) is CallbackAnswer.Answered;

    [Fact]
    public async Task Callbacks_signed_with_either_credentials_are_taken_also_after_a_restart()
    {
        await using var harness = await StartAsync();
        var first = await ChangeAsync(harness, "first");
        Assert.Equal((null, null), (first.CredentialsRotatedAt, first.Previous));

        var second = await ChangeAsync(harness, "second");

        Assert.Equal(second.CredentialsRotatedAt!.Value.AddHours(24), second.Previous!.ValidUntil);
        Assert.Equal((true, true, false), (await TakesAsync(harness, "first"), await TakesAsync(harness, "second"), await TakesAsync(harness, "third")));
        await harness.RestartAsync();
        Assert.Equal((true, true, false), (await TakesAsync(harness, "first"), await TakesAsync(harness, "second"), await TakesAsync(harness, "third")));

        // Two at a time: with the next ones the first are over.
        await ChangeAsync(harness, "third");
        Assert.Equal((false, true, true), (await TakesAsync(harness, "first"), await TakesAsync(harness, "second"), await TakesAsync(harness, "third")));
    }

    [Fact]
    public async Task A_change_of_other_things_leaves_the_previous_credentials_as_they_are()
    {
        await using var harness = await StartAsync();
        await ChangeAsync(harness, "first");
        var rotated = await ChangeAsync(harness, "second");

        foreach (var sign in new[] { null, "second", "***" })
        {
            var changed = await ChangeAsync(harness, sign, priority: 7);
            Assert.Equal(rotated.CredentialsRotatedAt!.Value.ToUnixTimeMilliseconds(), changed.CredentialsRotatedAt?.ToUnixTimeMilliseconds());
            Assert.Equal(rotated.Previous!.ValidUntil.ToUnixTimeMilliseconds(), changed.Previous?.ValidUntil.ToUnixTimeMilliseconds());
            Assert.True(await TakesAsync(harness, "first"));
        }
    }

    [Fact]
    public async Task Revoked_credentials_count_for_nothing_from_then_on()
    {
        await using var harness = await StartAsync();
        await ChangeAsync(harness, "first");
        Assert.Null((await ChangeAsync(harness, "second", revoke: true)).Previous);
        Assert.False(await TakesAsync(harness, "first"));

        // They were replaced before: also then they can be ended.
        await ChangeAsync(harness, "third");
        Assert.True(await TakesAsync(harness, "second"));
        Assert.Null((await ChangeAsync(harness, null, revoke: true)).Previous);
        Assert.Equal((false, true), (await TakesAsync(harness, "second"), await TakesAsync(harness, "third")));
    }

    [Fact]
    public async Task The_grace_ends_and_the_credentials_are_erased()
    {
        await using var harness = await StartAsync(new CarillonOptions { CredentialsGrace = TimeSpan.FromHours(1) });
        await ChangeAsync(harness, "first");
        var rotated = await ChangeAsync(harness, "second");
        var provider = harness.Engine.Providers.Find(EngineHarness.Tenant, rotated.Id)!.Provider;
        async Task<bool> TakesAt(DateTimeOffset at) => await harness.Engine.Callbacks.ReceiveAsync(
            provider.Id,
            new CallbackRequest
            {
                Method = "POST",
                Url = new Uri("https://example.net/callbacks/x"),
                Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["x-signed"] = "first" },
                ReceivedAt = at,
            },
            Cancellation) is CallbackAnswer.Answered;

        Assert.Equal((true, false), (await TakesAt(rotated.Previous!.ValidUntil.AddMilliseconds(-1)), await TakesAt(rotated.Previous.ValidUntil)));
        Assert.True(await harness.Engine.Storage.Providers.ForgetOutlivedAsync(rotated.Previous.ValidUntil, Cancellation));
        Assert.Null((await harness.Engine.Providers.GetAsync(EngineHarness.Tenant, rotated.Id, Cancellation))!.Previous);
    }

    [Fact]
    public async Task Without_a_grace_the_old_credentials_end_at_once()
    {
        await using var harness = await StartAsync(new CarillonOptions { CredentialsGrace = TimeSpan.Zero });
        await ChangeAsync(harness, "first");

        Assert.Null((await ChangeAsync(harness, "second")).Previous);

        Assert.Equal((false, true), (await TakesAsync(harness, "first"), await TakesAsync(harness, "second")));
    }

    [Fact]
    public async Task New_credentials_that_the_gateway_refuses_lose_no_message_and_the_right_ones_send_it()
    {
        // Tried again until the right ones come, however slow the machine is.
        var retry = new RetryPolicy { MaxAttempts = 1000, BaseDelay = TimeSpan.FromMilliseconds(20), MaxDelay = TimeSpan.FromMilliseconds(50) };
        await using var harness = await StartAsync(new CarillonOptions { Retry = retry });
        await ChangeAsync(harness, "old");
        var used = new System.Collections.Concurrent.ConcurrentQueue<string>();
        harness.Scripts["one"] = message =>
        {
            var sign = message.Provider.Credentials!.Value.GetProperty("sign").GetString()!;
            used.Enqueue(sign);
            return new(sign == "wrong" ? SendResult.Unavailable("401 Unauthorized") : SendResult.Accepted("ok"));
        };

        await ChangeAsync(harness, "wrong");
        var message = await harness.AcceptAsync(EngineHarness.Mail());
        await harness.UntilAsync(message.Messages[0].Id, _ => used.Contains("wrong", StringComparer.Ordinal));
        await ChangeAsync(harness, "right");

        Assert.Equal(MessageStatus.Sent, (await harness.UntilAsync(message.Messages[0].Id)).Status);
        // Never with the previous ones: they may have been replaced because others know them.
        Assert.Equal(["right", "wrong"], used.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Another_node_takes_up_the_new_and_the_previous_credentials()
    {
        await using var harness = await StartAsync();
        await ChangeAsync(harness, "first");
        await using var other = new ProviderCatalog(
            harness.Engine.Storage.Providers, harness.Engine.Gateways, new GatewayServices(TimeProvider.System, harness.Engine.Outbox), harness.Engine.Secrets,
            harness.Engine.Ids, TimeProvider.System, simulate: false);
        Assert.Empty(await other.LoadAsync(Cancellation));

        var rotated = await ChangeAsync(harness, "second");
        await other.RefreshAsync(Cancellation);

        var there = other.Find(rotated.Id)!;
        Assert.Equal("second", there.Provider.Credentials?.GetProperty("sign").GetString());
        var verdict = await Assert.IsType<ICallbackReceiver>(there.Previous, exactMatch: false).VerifyAsync(
            new CallbackRequest
            {
                Method = "POST",
                Url = new Uri("https://example.net/callbacks/x"),
                Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["x-signed"] = "first" },
                ReceivedAt = rotated.UpdatedAt,
            },
            Cancellation);
        Assert.IsType<CallbackVerdict.Genuine>(verdict);
    }

    [Fact]
    public async Task The_deletion_of_a_provider_takes_its_previous_credentials_along()
    {
        await using var harness = await StartAsync();
        await ChangeAsync(harness, "first");
        var provider = await ChangeAsync(harness, "second");

        Assert.IsType<ProviderChange.Changed>(await harness.Engine.Providers.DeleteAsync(EngineHarness.Tenant, provider.Id, null, Cancellation));

        var (deleted, credentials) = Assert.Single(await harness.Engine.Storage.Providers.AllAsync(Cancellation));
        Assert.Equal((null, null), (deleted.Previous, credentials));
    }
}
