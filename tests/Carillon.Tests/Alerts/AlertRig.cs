using Carillon.Alerts;
using Carillon.Allowances;
using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Routing;
using Carillon.Storage;
using Carillon.Tests.Dispatch;

namespace Carillon.Tests.Alerts;

/// <summary>What tests of alerts do with an engine.</summary>
internal static class AlertRig
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task TellAsync(this EngineHarness harness, string email) =>
        harness.SetAsync(AlertSettings.Default with { Recipients = [new AlertRecipient(email, null, null)] });

    public static async Task SetAsync(this EngineHarness harness, AlertSettings settings) =>
        Assert.IsType<AlertSettingsChange.Changed>(await harness.Engine.Alerts.ReplaceAsync(EngineHarness.Tenant, settings, null, Token));

    /// <summary>By SMS, so that mail about alerts is none of it.</summary>
    public static async Task SendAsync(this EngineHarness harness, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await harness.DeliverAsync(new NotificationRequest { Recipient = new RecipientRequest { Phone = "+525512345678" }, Channels = [Channel.Sms], Message = "Hello" });
        }
    }

    public static async Task WaitAsync(this EngineHarness harness, int count)
    {
        for (var i = 0; i < count; i++) await harness.AcceptAsync(EngineHarness.Mail());
    }

    public static async Task UntilWaitingAsync(this EngineHarness harness, int count)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while ((await harness.Engine.Storage.Alerts.ListBacklogsAsync(harness.Engine.Time.GetUtcNow(), 100, Token)).Sum(b => b.Count) != count)
            await timer.WaitForNextTickAsync(Token);
    }

    /// <summary>Five failures, and a success when the provider is probed.</summary>
    public static async Task TripAsync(this EngineHarness harness, JumpingTime time)
    {
        var before = (await harness.AlertsAsync()).Count;
        harness.Scripts["one"] = _ => new(SendResult.Unavailable("421 try later"));
        await harness.SendAsync(5);
        harness.Scripts.TryRemove("one", out _);
        time.JumpTo(harness.Engine.Time.GetUtcNow().AddSeconds(2));
        await harness.SendAsync(1);
        var one = harness.Engine.Providers.All.Single(p => p.Provider.Name == "one");
        Assert.Equal(CircuitState.Closed, one.Circuit(harness.Engine.Time.GetUtcNow()).State);
        await harness.UntilAsync(alerts => alerts.Count == before + 1);
    }

    public static async Task LimitAsync(this EngineHarness harness, Provider provider, int perMonth)
    {
        var draft = new ProviderDraft
        {
            Name = provider.Name,
            Channel = provider.Channel,
            Kind = provider.Kind,
            Settings = provider.Settings,
            Policy = new ProviderPolicy { Limits = new ProviderLimits { PerMonth = perMonth } },
        };
        Assert.IsType<ProviderChange.Changed>(await harness.Engine.Providers.ReplaceAsync(EngineHarness.Tenant, provider.Id, draft, null, Token));
    }

    /// <summary>Has everything looked at; what is open then, newest first.</summary>
    public static async Task<List<string>> LookAsync(this EngineHarness harness)
    {
        await harness.Engine.AlertWatch!.LookAsync(Token);
        return [.. (await harness.AlertsAsync()).Where(a => a.ResolvedAt is null).Select(a => a.Facts.Summary)];
    }

    public static async Task<IReadOnlyList<Alert>> AlertsAsync(this EngineHarness harness) =>
        (await harness.Engine.Alerts.ListAsync(new AlertQuery { Tenant = EngineHarness.Tenant }, Token)).Items;

    public static async Task UntilAsync(this EngineHarness harness, Func<IReadOnlyList<Alert>, bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition(await harness.AlertsAsync()))
        {
            await timer.WaitForNextTickAsync(Token);
            await harness.Engine.AlertWatch!.LookAsync(Token);
        }
    }

    public static async Task<IReadOnlyList<StoredNotification>> ToldAsync(this EngineHarness harness, TenantId? tenant = null) =>
        (await harness.Engine.Storage.Log.ListNotificationsAsync(
            new NotificationQuery { Tenant = tenant ?? EngineHarness.Tenant, Category = "alerts", Limit = 100 }, Token)).Items;

    /// <summary>The subjects of what was told, once there are so many.</summary>
    public static async Task<IReadOnlyList<string>> MailsAsync(this EngineHarness harness, int count)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            await harness.Engine.AlertWatch!.LookAsync(Token);
            var mails = harness.Sends.Where(s => s.Address == "ops@example.net").Select(s => s.Subject).ToList();
            if (mails.Count >= count)
            {
                Assert.Equal(count, mails.Count);
                return mails;
            }

            await timer.WaitForNextTickAsync(Token);
        }
    }
}
