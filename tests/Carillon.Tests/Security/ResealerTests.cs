using System.Text;
using System.Text.Json;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Security;
using Carillon.Senders;
using Carillon.Storage;
using Carillon.Tests.Dispatch;
using Carillon.Tests.Storage.PostgreSql;
using Carillon.Tests.Storage.Sqlite;
using Carillon.Tests.Storage.StorageConformance;

namespace Carillon.Tests.Security;

public sealed class SqliteResealerTests() : ResealerTests(new SqliteFactory());

public sealed class PostgreSqlResealerTests() : ResealerTests(new PostgreSqlFactory());

/// <summary>The installation's encryption key is rotated, on a real store with one of everything that is sealed.</summary>
public abstract class ResealerTests(StorageFactory storage)
{
    private const int Secrets = 12;

    private static readonly string Old = Keys.Text(0xAA);
    private static readonly string New = Keys.Text(0xBB);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An engine with the old key: a provider with current and previous credentials, a sender, and notifications whose secrets wait.</summary>
    private async Task<(EngineHarness Harness, List<Guid> Messages)> FilledAsync()
    {
        var harness = await EngineHarness.StartOnAsync(storage);
        harness.Keys = Old;
        await harness.Engine.Storage.Nodes.PutSettingAsync("encryption_key_check", new SecretBox(Keys.A).Seal([], "key-check"), Cancellation);
        await harness.RestartAsync();
        var provider = await harness.AddAsync("one");
        foreach (var sign in new[] { "first", "second" })
        {
            await harness.Engine.Providers.ReplaceAsync(
                EngineHarness.Tenant, provider.Id,
                new ProviderDraft { Name = "one", Channel = Channel.Email, Kind = "scripted", Settings = JsonElement.Parse("{}"), Credentials = JsonElement.Parse($$"""{"sign":"{{sign}}"}""") },
                null, Cancellation);
        }

        Assert.IsType<SenderCreation.Created>(await harness.Engine.Senders.CreateAsync(EngineHarness.Tenant, new SenderDraft { Domain = "example.net" }, Cancellation));
        var messages = new List<Guid>();
        for (var i = 0; i < Secrets; i++)
        {
            var request = EngineHarness.Mail($"a{i}@example.net", "Your code is {{ code }}");
            request.Syntax = ContentSyntax.Jinja;
            request.TemplateVariables = Encoding.UTF8.GetBytes($$"""{"code":"{{1000 + i}}"}""");
            request.SecretVariables = ["code"];
            request.ScheduledAt = harness.Engine.Time.GetUtcNow().AddHours(1);
            messages.Add((await harness.AcceptAsync(request)).Messages[0].Id);
        }

        return (harness, messages);
    }

    private static async Task<string> UseAsync(EngineHarness harness) =>
        string.Join(", ", (await harness.Engine.Resealer.UseAsync(Cancellation)).Select(k => $"{k.KeyId} {KeyRoleNames.All.NameOf(k.Role)} {k.Total}"));

    private static async Task<bool> TakesAsync(EngineHarness harness, string sign) =>
        await harness.CallBackAsync("one", "a callback", by: sign) is Carillon.Callbacks.CallbackAnswer.Answered;

    [Fact]
    public async Task Everything_is_sealed_anew_while_the_server_runs_and_then_the_old_key_may_go()
    {
        var (harness, messages) = await FilledAsync();
        await using var _ = harness;
        var total = Secrets + 4;
        Assert.Equal($"{Keys.A.Names} seals {total}", await UseAsync(harness));

        harness.Keys = $"{New},{Old}";
        await harness.RestartAsync();
        Assert.Equal($"{Keys.B.Names} seals 0, {Keys.A.Names} opens {total}", await UseAsync(harness));
        Assert.Equal(new Resealing(5, 0, IsWhole: false), await harness.Engine.Resealer.RunAsync(5, Cancellation));
        Assert.Equal($"{Keys.B.Names} seals 5, {Keys.A.Names} opens {total - 5}", await UseAsync(harness));
        Assert.Equal(new Resealing(total - 6, 0, IsWhole: true), await harness.Engine.Resealer.RunAsync(500, Cancellation));
        Assert.Equal(new Resealing(0, 0, IsWhole: true), await harness.Engine.Resealer.RunAsync(500, Cancellation));
        Assert.Equal($"{Keys.B.Names} seals {total}, {Keys.A.Names} opens 0", await UseAsync(harness));

        harness.Keys = New;
        await harness.RestartAsync();
        Assert.DoesNotContain(harness.Engine.StartNotes, n => n.Contains("encryption", StringComparison.Ordinal));
        Assert.Equal((true, true, false), (await TakesAsync(harness, "first"), await TakesAsync(harness, "second"), await TakesAsync(harness, "third")));
        Assert.NotNull(harness.Engine.Senders.Find(EngineHarness.Tenant, "example.net"));
        for (var i = 0; i < Secrets; i++)
            Assert.Equal($$"""{"code":"{{1000 + i}}"}""", await SecretsAsync(harness, messages[i], Keys.B));
    }

    [Fact]
    public async Task A_rotation_that_broke_off_is_finished_by_the_next_run()
    {
        var (harness, messages) = await FilledAsync();
        await using var _ = harness;
        harness.Keys = $"{New},{Old}";
        for (var part = 0; part < 3; part++)
        {
            await harness.RestartAsync();
            Assert.Equal(4, (await harness.Engine.Resealer.RunAsync(4, Cancellation)).Resealed);
            // Whatever is sealed with, all of it is read.
            Assert.Equal("""{"code":"1000"}""", await SecretsAsync(harness, messages[0], Keys.BThenA));
            Assert.Equal("Your code is [secret]", (await harness.Engine.Contents.ReadAsync(EngineHarness.Tenant, messages[0], Cancellation))!.Text);
        }

        await harness.RestartAsync();
        Assert.True((await harness.Engine.Resealer.RunAsync(500, Cancellation)).IsWhole);
        Assert.EndsWith($"{Keys.A.Names} opens 0", await UseAsync(harness), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_without_the_key_does_not_start_before_or_after_the_rotation()
    {
        var (harness, _) = await FilledAsync();
        await using var __ = harness;
        harness.Keys = New;
        await Assert.ThrowsAsync<StorageStartException>(harness.RestartAsync);
        harness.Keys = $"{New},{Old}";
        await harness.RestartAsync();
        await harness.Engine.Resealer.RunAsync(500, Cancellation);

        harness.Keys = Old;
        var error = await Assert.ThrowsAsync<StorageStartException>(harness.RestartAsync);
        Assert.Contains(Keys.B.Names, error.Message, StringComparison.Ordinal);
        harness.Keys = New;
        await harness.RestartAsync();
    }

    [Fact]
    public async Task What_is_damaged_stays_as_it_is_is_told_and_keeps_nothing_else_back()
    {
        var (harness, _) = await FilledAsync();
        await using var __ = harness;
        var sealedStore = harness.Engine.Storage.Sealed;
        var victim = (await sealedStore.ListAsync(SealedKind.NotificationSecrets, KeyIdOf(Keys.A), null, 1, Cancellation))[0];
        await sealedStore.ReplaceAsync([new SealedReplacement(victim, [.. victim.Sealed[..^1], (byte)(victim.Sealed[^1] ^ 1)])], Cancellation);
        harness.Keys = $"{New},{Old}";
        await harness.RestartAsync();

        Assert.Equal(new Resealing(Secrets + 2, 1, IsWhole: true), await harness.Engine.Resealer.RunAsync(500, Cancellation));

        Assert.EndsWith($"{Keys.A.Names} opens 1", await UseAsync(harness), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_sealed_with_a_key_that_this_node_lacks_is_shown_as_missing()
    {
        var (harness, _) = await FilledAsync();
        await using var __ = harness;
        var victim = (await harness.Engine.Storage.Sealed.ListAsync(SealedKind.SenderKeys, KeyIdOf(Keys.A), null, 1, Cancellation))[0];
        await harness.Engine.Storage.Sealed.ReplaceAsync([new SealedReplacement(victim, new SecretBox(Keys.B).Seal([1], "else"))], Cancellation);

        Assert.Equal($"{Keys.A.Names} seals {Secrets + 3}, {Keys.B.Names} missing 1", await UseAsync(harness));
    }

    [Fact]
    public async Task Alone_on_its_store_a_node_finishes_a_rotation_by_itself()
    {
        using var time = new JumpingTime(new DateTimeOffset(2026, 3, 14, 9, 0, 1, TimeSpan.Zero));
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.Engine.Storage.Nodes.PutSettingAsync("encryption_key_check", new SecretBox(Keys.A).Seal([], "key-check"), Cancellation);
        harness.Keys = $"{New},{Old}";
        await harness.RestartAsync();

        time.JumpTo(time.GetUtcNow().AddSeconds(11));

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!(await UseAsync(harness)).EndsWith(" opens 0", StringComparison.Ordinal)) await timer.WaitForNextTickAsync(Cancellation);
    }

    /// <summary>The secret variables of a message, opened with these keys.</summary>
    private static async Task<string> SecretsAsync(EngineHarness harness, Guid message, KeyRing ring)
    {
        var log = harness.Engine.Storage.Log;
        var stored = await log.GetMessageAsync(EngineHarness.Tenant, message, Cancellation);
        var notification = (await log.GetNotificationAsync(EngineHarness.Tenant, stored!.NotificationId, Cancellation))!.Notification;
        return Encoding.UTF8.GetString(new SecretBox(ring).Open(notification.Secrets!, Renderer.SecretsPurpose(notification.Id)));
    }

    private static byte[] KeyIdOf(KeyRing ring) => Convert.FromHexString(ring.Names);
}
