using System.Security.Cryptography;
using System.Text;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Quotas;
using Carillon.Security;
using Carillon.Storage;
using Carillon.Tests.Dispatch;
using Carillon.Tests.Storage.PostgreSql;
using Carillon.Tests.Storage.Sqlite;
using Carillon.Tests.Storage.StorageConformance;

namespace Carillon.Tests.Quotas;

public sealed class SqliteQuotaIntakeTests() : QuotaIntakeTests(new SqliteFactory());

public sealed class PostgreSqlQuotaIntakeTests() : QuotaIntakeTests(new PostgreSqlFactory());

/// <summary>Caps of API keys and tenants, through the whole engine on a real store.</summary>
public abstract class QuotaIntakeTests(StorageFactory storage)
{
    private readonly ApiKey _key = KeyOf(new RecipientLimits(5, null));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<EngineHarness> StartAsync() => EngineHarness.StartOnAsync(storage, null, "one");

    private static ApiKey KeyOf(RecipientLimits limits, bool isHeld = false) => new()
    {
        Id = Guid.CreateVersion7(),
        Tenant = EngineHarness.Tenant,
        Name = "k",
        Hash = [1],
        Scopes = [Scopes.Send],
        CreatedAt = TimeProvider.System.GetUtcNow(),
        Limits = limits,
        IsHeld = isHeld,
    };

    private static byte[] AnswerOf(Notification notification) => Encoding.UTF8.GetBytes($"\"{notification.Id}\"");

    private static IdempotencyKey Idempotent(string key) => new(key, SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private async Task<AcceptResult> AcceptAsync(EngineHarness harness, NotificationRequest request, string? idempotency = null, ApiKey? key = null) =>
        await harness.Engine.Intake.AcceptAsync(
            EngineHarness.Tenant, request, idempotency is null ? null : Idempotent(idempotency), AnswerOf,
            harness.Engine.Recipients.For(key ?? _key, RecipientLimits.None), Cancellation);

    private async Task<List<string>> BatchAsync(EngineHarness harness, IReadOnlyList<NotificationRequest> requests, string? idempotency = null, ApiKey? key = null)
    {
        var results = await harness.Engine.Intake.AcceptManyAsync(
            EngineHarness.Tenant, requests, harness.Engine.Ids.Next(), true, idempotency is null ? null : Idempotent(idempotency), AnswerOf,
            harness.Engine.Recipients.For(key ?? _key, RecipientLimits.None), Cancellation);
        return [.. results.Select(r => r.GetType().Name)];
    }

    private static NotificationRequest Mail(int i, string? key = null)
    {
        var mail = EngineHarness.Mail($"a{i}@example.net");
        (mail.IdempotencyKey, mail.RequestHash) = (key, key is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        return mail;
    }

    private static async Task<int> StoredAsync(EngineHarness harness) =>
        (await harness.Engine.Storage.Log.ListNotificationsAsync(new NotificationQuery { Tenant = EngineHarness.Tenant, Limit = 500 }, Cancellation)).Items.Count;

    [Fact]
    public async Task What_is_over_the_cap_is_refused_and_nothing_of_it_stored()
    {
        await using var harness = await StartAsync();
        for (var i = 0; i < 5; i++) Assert.IsType<AcceptResult.Accepted>(await AcceptAsync(harness, Mail(i)));

        var refusal = Assert.IsType<AcceptResult.OverQuota>(await AcceptAsync(harness, Mail(6))).Refusal;

        Assert.Equal((QuotaOwner.Key, false, 5L, 0L), (refusal.Owner, refusal.IsDay, refusal.Limit, refusal.Left));
        Assert.InRange(refusal.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(61));
        Assert.Equal(5, await StoredAsync(harness));
    }

    [Fact]
    public async Task Many_at_once_are_not_one_too_many()
    {
        await using var harness = await StartAsync();
        var key = KeyOf(new RecipientLimits(100, 60));

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(async () =>
        {
            var accepted = 0;
            for (var i = 0; i < 15; i++)
            {
                // Each third is refused for what it is, and gives its place back.
                var request = i % 3 == 2 ? new NotificationRequest { Recipient = new RecipientRequest { Email = "nobody" }, Message = "x" } : Mail((n * 100) + i);
                if (await AcceptAsync(harness, request, key: key) is AcceptResult.Accepted) accepted++;
            }

            return accepted;
        })));

        Assert.Equal((60, 60), (results.Sum(), await StoredAsync(harness)));
    }

    [Fact]
    public async Task What_was_accepted_before_is_answered_again_at_the_cap_and_counts_once()
    {
        await using var harness = await StartAsync();
        var first = Assert.IsType<AcceptResult.Accepted>(await AcceptAsync(harness, Mail(1), "a")).Notification;
        for (var i = 0; i < 3; i++) Assert.IsType<AcceptResult.Replayed>(await AcceptAsync(harness, Mail(1), "a"));
        for (var i = 2; i < 6; i++) Assert.IsType<AcceptResult.Accepted>(await AcceptAsync(harness, Mail(i), "k" + i));

        Assert.IsType<AcceptResult.OverQuota>(await AcceptAsync(harness, Mail(7), "new"));
        Assert.Equal(AnswerOf(first), Assert.IsType<AcceptResult.Replayed>(await AcceptAsync(harness, Mail(1), "a")).Answer.ToArray());
        Assert.IsType<AcceptResult.KeyReused>(await harness.Engine.Intake.AcceptAsync(
            EngineHarness.Tenant, Mail(1), Idempotent("a") with { RequestHash = [1] }, AnswerOf, harness.Engine.Recipients.For(_key, RecipientLimits.None), Cancellation));
    }

    [Fact]
    public async Task Of_a_batch_the_first_good_items_are_accepted_and_the_rest_refused_one_by_one()
    {
        await using var harness = await StartAsync();

        var results = await BatchAsync(harness, [Mail(0), new NotificationRequest(), Mail(1), Mail(2, "own"), Mail(3), Mail(4), Mail(5), Mail(6, "late")]);

        Assert.Equal(["Accepted", "Refused", "Accepted", "Accepted", "Accepted", "Accepted", "OverQuota", "OverQuota"], results);
        Assert.Equal(5, await StoredAsync(harness));
    }

    [Fact]
    public async Task A_batch_that_is_sent_again_counts_once_and_later_adds_what_was_over_the_cap()
    {
        await using var harness = await StartAsync();
        NotificationRequest[] batch = [Mail(0), Mail(1, "own"), Mail(2), Mail(3), Mail(4), Mail(5), Mail(6, "own late")];
        string[] first = ["Accepted", "Accepted", "Accepted", "Accepted", "Accepted", "OverQuota", "OverQuota"];
        Assert.Equal(first, await BatchAsync(harness, batch, "batch"));
        Assert.Equal([.. first.Select(r => r == "Accepted" ? "Replayed" : r)], await BatchAsync(harness, batch, "batch"));

        // Another key of the same sender has places: it stands for the minute that passes.
        var later = KeyOf(new RecipientLimits(1, null));
        Assert.Equal(["Replayed", "Replayed", "Replayed", "Replayed", "Replayed", "OverQuota", "Accepted"], await BatchAsync(harness, batch, "batch", later));
        Assert.Equal(["Replayed", "Replayed", "Replayed", "Replayed", "Replayed", "Accepted", "Replayed"], await BatchAsync(harness, batch, "batch", KeyOf(new RecipientLimits(1, null))));
        Assert.Equal(7, await StoredAsync(harness));
        Assert.All(await BatchAsync(harness, batch, "batch"), r => Assert.Equal("Replayed", r));
    }

    [Fact]
    public async Task A_day_goes_on_after_a_restart_where_it_was()
    {
        var key = KeyOf(new RecipientLimits(null, 4));
        await using var harness = await StartAsync();
        for (var i = 0; i < 3; i++) Assert.IsType<AcceptResult.Accepted>(await AcceptAsync(harness, Mail(i), key: key));

        await harness.RestartAsync();

        Assert.IsType<AcceptResult.Accepted>(await AcceptAsync(harness, Mail(3), key: key));
        var refusal = Assert.IsType<AcceptResult.OverQuota>(await AcceptAsync(harness, Mail(4), key: key)).Refusal;
        Assert.Equal((QuotaOwner.Key, true, 4L), (refusal.Owner, refusal.IsDay, refusal.Limit));
    }

    [Fact]
    public async Task New_keys_of_a_tenant_share_one_cap_and_a_tenants_limit_holds_for_all_of_its_keys()
    {
        await using var harness = await EngineHarness.StartOnAsync(storage, new CarillonOptions { NewKeyRecipientsPerMinute = 3 }, "one");
        var (one, two, old) = (KeyOf(RecipientLimits.None, isHeld: true), KeyOf(RecipientLimits.None, isHeld: true), KeyOf(RecipientLimits.None));
        Assert.Null(harness.Engine.Recipients.For(old, RecipientLimits.None));
        Assert.Null(harness.Engine.Recipients.For(one with { CreatedAt = one.CreatedAt.AddDays(-2) }, RecipientLimits.None));
        Assert.Equal(["Accepted", "Accepted"], await BatchAsync(harness, [Mail(0), Mail(1)], key: one));
        Assert.Equal(["Accepted", "OverQuota"], await BatchAsync(harness, [Mail(2), Mail(3)], key: two));

        var tenant = new RecipientLimits(2, null);
        AcceptResult[] results =
        [
            await harness.Engine.Intake.AcceptAsync(EngineHarness.Tenant, Mail(4), null, AnswerOf, harness.Engine.Recipients.For(old, tenant), Cancellation),
            await harness.Engine.Intake.AcceptAsync(EngineHarness.Tenant, Mail(5), null, AnswerOf, harness.Engine.Recipients.For(KeyOf(RecipientLimits.None), tenant), Cancellation),
            await harness.Engine.Intake.AcceptAsync(EngineHarness.Tenant, Mail(6), null, AnswerOf, harness.Engine.Recipients.For(old, tenant), Cancellation),
        ];
        Assert.Equal(QuotaOwner.Tenant, Assert.IsType<AcceptResult.OverQuota>(results[2]).Refusal.Owner);
        Assert.Equal(2, results.Count(r => r is AcceptResult.Accepted));
    }
}
