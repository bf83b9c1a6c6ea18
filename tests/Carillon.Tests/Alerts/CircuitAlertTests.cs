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

/// <summary>Circuits that trip, through the whole engine.</summary>
public sealed class CircuitAlertTests
{
    private static readonly DateTimeOffset Morning = new(2026, 3, 14, 9, 0, 1, TimeSpan.Zero);

    [Fact]
    public async Task A_trip_is_seen_however_short_it_was_and_is_over_after_a_while_of_calm()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one", 1, channel: Channel.Sms);
        await harness.AddAsync("two", 2, channel: Channel.Sms);
        await harness.AddAsync("mail");
        await harness.TellAsync("ops@example.net");

        await harness.TripAsync(time);
        // It is closed again by now: a look around would not have found it.
        var tripped = Assert.Single(await harness.AlertsAsync(), a => a.ResolvedAt is null);
        Assert.Equal((AlertKind.Circuit, AlertSeverity.Warning, "one has failed 5 times in a row"), (tripped.Kind, tripped.Severity, tripped.Facts.Summary));
        Assert.Contains("The last one: 421 try later", tripped.Facts.Detail, StringComparison.Ordinal);
        Assert.Single(await harness.LookAsync());

        time.JumpTo(tripped.SeenAt.AddSeconds(62));
        Assert.Empty(await harness.LookAsync());
        await harness.MailsAsync(2);

        // The second time within a day it must have been calm for twice as long.
        await harness.TripAsync(time);
        var again = (await harness.AlertsAsync())[0];
        Assert.Equal(2, again.Repeats);
        time.JumpTo(again.SeenAt.AddSeconds(62));
        Assert.Single(await harness.LookAsync());
        time.JumpTo(again.SeenAt.AddSeconds(122));
        Assert.Empty(await harness.LookAsync());
        Assert.Equal(
            [
                "Resolved: one has failed 5 times in a row", "Resolved: one has failed 5 times in a row", "Warning: one has failed 5 times in a row",
                "Warning: one has failed 5 times in a row",
            ],
            (await harness.MailsAsync(4)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_circuit_that_does_not_close_stays_an_alert_and_its_own_mail_does_not_raise_another()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one", 1);
        // That mail waits too long is another matter.
        var kinds = AlertSettings.Default.Kinds.Where(k => k != AlertKind.Queue);
        await harness.SetAsync(AlertSettings.Default with { Recipients = [new AlertRecipient("ops@example.net", null, null)], Kinds = [.. kinds] });
        harness.Scripts["one"] = _ => new(SendResult.Unavailable("421 try later"));
        await harness.AcceptAsync(EngineHarness.Mail());
        await harness.UntilAsync(alerts => alerts.Count == 1);

        for (var minute = 1; minute <= 10; minute++)
        {
            time.JumpTo(Morning.AddMinutes(minute * 2));
            Assert.Single(await harness.LookAsync());
        }

        Assert.Equal(AlertSeverity.Critical, Assert.Single(await harness.AlertsAsync()).Severity);
        Assert.Single(await harness.ToldAsync());
    }

    [Fact]
    public async Task Who_does_not_want_to_know_of_circuits_does_not()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("one", 1, channel: Channel.Sms);
        await harness.AddAsync("two", 2, channel: Channel.Sms);
        await harness.SetAsync(AlertSettings.Default with { Kinds = [AlertKind.Limit] });
        harness.Scripts["one"] = _ => new(SendResult.Unavailable("421 try later"));
        await harness.SendAsync(6);

        Assert.Equal(CircuitState.Open, harness.Engine.Providers.All.Single(p => p.Provider.Name == "one").Circuit(harness.Engine.Time.GetUtcNow()).State);
        Assert.Empty(await harness.LookAsync());
    }
}
