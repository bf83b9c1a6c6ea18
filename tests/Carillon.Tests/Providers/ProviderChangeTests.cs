using System.Text.Json;
using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;
using Carillon.Tests.Dispatch;

namespace Carillon.Tests.Providers;

/// <summary>Providers that are changed while messages go through them.</summary>
public sealed class ProviderChangeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_send_under_way_ends_on_the_old_gateway_and_the_next_goes_by_the_new_credentials()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var provider = await OnlyAsync(harness);
        provider = await ReplaceAsync(harness, provider.Id, Draft("one", """{"token":"old"}"""));
        var answer = new TaskCompletionSource<SendResult>();
        var begun = new TaskCompletionSource();
        harness.Scripts["one"] = async m =>
        {
            begun.TrySetResult();
            var token = m.Provider.Credentials!.Value.GetProperty("token").GetString();
            return token == "old" ? await answer.Task : SendResult.Accepted($"by {token}");
        };
        var first = await harness.AcceptAsync(EngineHarness.Mail());
        await begun.Task;

        await ReplaceAsync(harness, provider.Id, Draft("one", """{"token":"new"}"""));
        var second = await harness.DeliverAsync(EngineHarness.Mail("bea@example.net"));
        Assert.DoesNotContain(("one", 2), harness.Closed);
        answer.SetResult(SendResult.Accepted("by old"));
        var ended = await harness.UntilAsync(first.Messages[0].Id);

        Assert.Equal((MessageStatus.Sent, MessageStatus.Sent), (ended.Status, second.Status));
        Assert.Contains("by new", TraceOf(second), StringComparison.Ordinal);
        Assert.Contains("by old", TraceOf(ended), StringComparison.Ordinal);
        Assert.Contains(("one", 2), harness.Closed);
    }

    [Fact]
    public async Task Nothing_is_lost_or_doubled_while_a_provider_changes_again_and_again()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one", "two");
        var ids = (await harness.Engine.Providers.ListAsync(EngineHarness.Tenant, null, null, 9, Cancellation)).Select(p => p.Id).ToList();
        harness.Scripts["one"] = harness.Scripts["two"] = async _ =>
        {
            await Task.Yield();
            return SendResult.Accepted("ok");
        };
        var sending = Enumerable.Range(0, 300).Select(async i => await harness.AcceptAsync(EngineHarness.Mail($"a{i}@example.net"))).ToList();
        for (var i = 0; i < 60; i++)
        {
            var id = ids[i % 2];
            Assert.IsType<ProviderChange.Changed>(i % 3 == 0
                ? await harness.Engine.Providers.SetEnabledAsync(EngineHarness.Tenant, id, i % 4 != 0, null, Cancellation)
                : await harness.Engine.Providers.ReplaceAsync(EngineHarness.Tenant, id, Draft(i % 2 == 0 ? "one" : "two", null), null, Cancellation));
        }

        foreach (var notification in await Task.WhenAll(sending))
            Assert.Equal(MessageStatus.Sent, (await harness.UntilAsync(notification.Messages[0].Id)).Status);
        Assert.Equal(300, harness.Sends.Count);
        Assert.Equal(300, harness.Sends.Select(s => s.Address).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task What_waits_for_a_disabled_provider_goes_when_it_serves_again_and_no_simulator_takes_it()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var id = (await OnlyAsync(harness)).Id;
        await harness.Engine.Providers.SetEnabledAsync(EngineHarness.Tenant, id, false, null, Cancellation);

        var waiting = await harness.AcceptAsync(EngineHarness.Mail());
        Assert.Empty(harness.Engine.Providers.Route(EngineHarness.Tenant, Channel.Email));
        Assert.NotEmpty(harness.Engine.Providers.Route(EngineHarness.Tenant, Channel.Sms));
        await harness.Engine.Providers.SetEnabledAsync(EngineHarness.Tenant, id, true, null, Cancellation);

        Assert.Equal(id, (await harness.UntilAsync(waiting.Messages[0].Id)).ProviderId);
    }

    [Fact]
    public async Task What_waits_for_a_deleted_provider_goes_to_the_next_one_that_is_made_also_after_a_restart()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var id = (await OnlyAsync(harness)).Id;
        Assert.IsType<ProviderChange.Changed>(await harness.Engine.Providers.DeleteAsync(EngineHarness.Tenant, id, null, Cancellation));
        Assert.IsType<ProviderChange.NotFound>(await harness.Engine.Providers.DeleteAsync(EngineHarness.Tenant, id, null, Cancellation));
        var waiting = await harness.AcceptAsync(EngineHarness.Mail());

        await harness.RestartAsync();
        Assert.Empty(harness.Engine.Providers.Route(EngineHarness.Tenant, Channel.Email));
        var made = Assert.IsType<ProviderCreation.Created>(await harness.Engine.Providers.CreateAsync(EngineHarness.Tenant, Draft("one", null), Cancellation));

        Assert.Equal(made.Provider.Id, (await harness.UntilAsync(waiting.Messages[0].Id)).ProviderId);
    }

    [Fact]
    public async Task A_change_for_another_version_changes_nothing()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var id = (await OnlyAsync(harness)).Id;

        var stale = await harness.Engine.Providers.ReplaceAsync(EngineHarness.Tenant, id, Draft("two", null), [2, 3], Cancellation);

        Assert.Equal(1, Assert.IsType<ProviderChange.Stale>(stale).Version);
        Assert.Equal(("one", 1), await OnlyAsync(harness) switch { var p => (p.Name, p.Version) });
        Assert.IsType<ProviderChange.Changed>(await harness.Engine.Providers.ReplaceAsync(EngineHarness.Tenant, id, Draft("two", null), [1], Cancellation));
    }

    [Theory]
    [InlineData("""{"token":"***"}""", """{"token":"short"}""")]
    [InlineData("""{"key":"***long"}""", """{"key":"sixteen-and-long"}""")]
    [InlineData("""{"key":"***","token":"other"}""", """{"key":"sixteen-and-long","token":"other"}""")]
    [InlineData("""{"list":["***","***"],"in":{"a":"***"}}""", """{"list":["x",7],"in":{"a":true}}""")]
    [InlineData("""{"key":"***wrong"}""", """{"key":"***wrong"}""")]
    public async Task A_value_as_it_was_shown_is_the_stored_one(string given, string expected)
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var id = (await OnlyAsync(harness)).Id;
        await ReplaceAsync(harness, id, Draft("one", """{"token":"short","key":"sixteen-and-long","list":["x",7],"in":{"a":true}}"""));

        var changed = await ReplaceAsync(harness, id, Draft("one", given));

        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), changed.Credentials!.Value), changed.Credentials.Value.GetRawText());
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), (await OnlyAsync(harness)).Credentials!.Value));
    }

    [Fact]
    public async Task Credentials_that_are_left_out_stay_and_an_empty_object_takes_them_away()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var id = (await OnlyAsync(harness)).Id;
        await ReplaceAsync(harness, id, Draft("one", """{"token":"t"}"""));

        Assert.Equal("t", (await ReplaceAsync(harness, id, Draft("one", null))).Credentials?.GetProperty("token").GetString());
        Assert.False((await ReplaceAsync(harness, id, Draft("one", "{}"))).HasCredentials);
        var refused = await harness.Engine.Providers.ReplaceAsync(EngineHarness.Tenant, id, Draft("one", """{"token":"***"}"""), null, Cancellation);
        Assert.Equal(["credentials.token:masked"], Assert.IsType<ProviderChange.Refused>(refused).Faults.Select(f => $"{f.Field}:{f.Code}"));
    }

    private static ProviderDraft Draft(string name, string? credentials) => new()
    {
        Name = name,
        Channel = Channel.Email,
        Kind = "scripted",
        Settings = JsonElement.Parse("{}"),
        Credentials = credentials is null ? null : JsonElement.Parse(credentials),
    };

    private static async Task<Provider> OnlyAsync(EngineHarness harness) =>
        Assert.Single(await harness.Engine.Providers.ListAsync(EngineHarness.Tenant, null, null, 9, Cancellation));

    private static async Task<Provider> ReplaceAsync(EngineHarness harness, Guid id, ProviderDraft draft) =>
        Assert.IsType<ProviderChange.Changed>(await harness.Engine.Providers.ReplaceAsync(EngineHarness.Tenant, id, draft, null, Cancellation)).Provider;

    private static string TraceOf(StoredMessage message) => System.Text.Encoding.UTF8.GetString(message.Trace!);
}
