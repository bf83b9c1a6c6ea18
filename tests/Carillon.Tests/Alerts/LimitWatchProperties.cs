using System.Globalization;
using System.Text.Json;
using Carillon.Alerts;
using Carillon.Allowances;
using Carillon.Channels;
using Carillon.Channels.Simulator;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Security;
using Carillon.Storage;
using Carillon.Tests.Security;
using Carillon.Tests.Storage.Sqlite;

namespace Carillon.Tests.Alerts;

/// <summary>Whatever is used and given back, and whoever looks when: no threshold is told twice of a window, and none that was crossed at its end is missed.</summary>
public sealed class LimitWatchProperties
{
    private const int Limit = 40;
    private static readonly int[] Thresholds = [50, 80, 95, 100];
    private static readonly DateTimeOffset Start = new(2026, 3, 14, 9, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Each_threshold_is_raised_once_in_a_window_and_none_that_was_crossed_is_missed(int seed)
    {
        var random = new Random(seed);
        var time = new ManualTime(Start);
        await using var factory = new SqliteFactory();
        await using var store = factory.Create(time);
        await store.OpenAsync(Token);
        await using var limits = new LimitKeeper(store.Limits, time, new NoDefects());
        await using var catalog = new ProviderCatalog(
            store.Providers, new GatewayCatalog(), new GatewayServices(time, new SimulatorOutbox()), new SecretBox(Keys.A), new IdGenerator(time), time, simulate: false, limits);
        var draft = new ProviderDraft
        {
            Name = "one",
            Channel = Channel.Email,
            Kind = "simulator",
            Settings = JsonElement.Parse("{}"),
            Policy = new ProviderPolicy { Limits = new ProviderLimits { PerHour = Limit } },
        };
        var provider = Assert.IsType<ProviderCreation.Created>(await catalog.CreateAsync(new TenantId(1), draft, Token)).Provider;
        await store.Alerts.ReplaceSettingsAsync(new TenantId(1), AlertSettings.Default with { Thresholds = Thresholds }, 0, Token);
        // Two nodes, of which one or the other looks; restarted now and then.
        LimitWatch[] watches = [Watch(), Watch()];

        for (var window = 0; window < 6; window++)
        {
            var start = Start.AddHours(window);
            long used = 0, most = 0;
            // At least one look in each hour, at the latest when the next has begun.
            for (var step = random.Next(1, 15); step > 0; step--)
            {
                time.Now = start.AddMinutes((15 - step) * 3);
                switch (random.Next(6))
                {
                    case 0 or 1 or 2:
                        used += Assert.Single(await store.Limits.ReserveAsync([Request(provider.Id, start, random.Next(1, 15))], Token)).Messages;
                        break;
                    case 3:
                        var back = Math.Min(used, random.Next(0, 6));
                        used -= back;
                        await store.Limits.ReserveAsync([Request(provider.Id, start, 0) with { Corrections = [new(LimitKind.Hour, start, -back)] }], Token);
                        break;
                    case 4:
                        watches[random.Next(2)] = Watch();
                        break;
                    default:
                        await LookAsync();
                        break;
                }

                most = Math.Max(most, used);
            }

            time.Now = start.AddHours(1).AddMinutes(random.Next(0, 40));
            await LookAsync();
            var raised = await RaisedAsync(start);
            Assert.Equal(raised.Distinct(), raised);
            Assert.Subset(raised.ToHashSet(), Thresholds.Where(t => used * 100 >= Limit * t).ToHashSet());
            Assert.Subset(Thresholds.Where(t => most * 100 >= Limit * t).ToHashSet(), raised.ToHashSet());
            // What is over is resolved, and stays so.
            Assert.DoesNotContain(await store.Alerts.ListOpenAsync(Token), a => a.Facts.WindowStart == start);
        }

        LimitWatch Watch() => new(limits, catalog, new AlertRaiser(store.Alerts, new IdGenerator(time)), store.Alerts);

        async Task LookAsync()
        {
            foreach (var watch in watches.Where(_ => random.Next(2) == 0).Append(watches[0]))
            {
                var settings = await store.Alerts.ListSettingsAsync(Token);
                await watch.LookAsync(new AlertBoard(await store.Alerts.ListOpenAsync(Token), settings), time.Now, Token);
                await watch.LookAsync(new AlertBoard(await store.Alerts.ListOpenAsync(Token), settings), time.Now, Token);
            }
        }

        async Task<List<int>> RaisedAsync(DateTimeOffset start) =>
        [
            .. (await store.Alerts.ListAsync(new AlertQuery { Tenant = new TenantId(1), Limit = 500 }, Token)).Items
                .Where(a => a.Facts.WindowStart == start).Select(a => int.Parse(a.Key[(a.Key.LastIndexOf('/') + 1)..], CultureInfo.InvariantCulture)),
        ];
    }

    private static LimitRequest Request(Guid provider, DateTimeOffset start, long messages) => new()
    {
        ProviderId = provider,
        Windows = [new LimitWindow(LimitKind.Hour, start, start.AddHours(1), Limit)],
        Messages = messages,
    };

    private sealed class NoDefects : IDefectLog
    {
        public void Report(string where, Exception exception) => Assert.Fail($"{where}: {exception}");
    }

    private sealed class ManualTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
