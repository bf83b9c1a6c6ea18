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

/// <summary>Who is told.</summary>
public sealed class AlertRecipientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenant_without_settings_goes_by_the_installations_and_its_operators_are_told()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("one", channel: Channel.Sms, policy: new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 10 } });
        var settings = AlertSettings.Default with { Recipients = [new AlertRecipient("installation@example.net", null, [AlertKind.Limit])], Thresholds = [30] };
        Assert.IsType<AlertSettingsChange.Changed>(await harness.Engine.Alerts.ReplaceAsync(TenantId.Installation, settings, null, Token));
        await harness.SendAsync(3);

        Assert.Equal(["one has used 30 % of its limit per month"], await harness.LookAsync());

        var told = Assert.Single(await harness.ToldAsync(TenantId.Installation));
        Assert.Equal("installation@example.net", Assert.Single(told.Messages).Address);
        Assert.Empty(await harness.ToldAsync());
    }

    [Fact]
    public async Task Recipients_hear_of_what_they_asked_for()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("one", channel: Channel.Sms, policy: new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 10 } });
        await harness.SetAsync(AlertSettings.Default with
        {
            Recipients = [new AlertRecipient("queue@example.net", null, [AlertKind.Queue]), new AlertRecipient("limit@example.net", null, [AlertKind.Limit, AlertKind.Budget])],
        });
        await harness.SendAsync(8);

        await harness.LookAsync();

        Assert.Equal(["limit@example.net"], (await harness.ToldAsync()).SelectMany(n => n.Messages).Select(m => m.Address));
        Assert.Empty(await harness.Engine.Storage.Alerts.ListUntoldAsync(9, Token));
    }
}
