using Carillon.Allowances;
using Carillon.Channels;
using Carillon.Providers;
using Carillon.Storage;
using Carillon.Tests.Storage.Sqlite;

namespace Carillon.Tests.Allowances;

/// <summary>What holds of every limit, whatever happens: by random limits, clocks, answers, kills and changes, on a real store.</summary>
public sealed class AllowanceProperties : IAsyncLifetime
{
    private const int Runs = 160;
    private const int Steps = 400;

    // The evenings before clocks go on and back, with a midnight that there is not; ends of months, of a year, of a leap February.
    private static readonly (DateTimeOffset Begin, string? Zone)[] Evenings =
    [
        (At(2026, 3, 28, 22), "Europe/Berlin"), (At(2026, 10, 24, 21), "Europe/Berlin"), (At(2026, 4, 23, 21), "Africa/Cairo"), (At(2026, 3, 31, 23), null),
        (At(2026, 12, 31, 18), "Asia/Kathmandu"), (At(2028, 2, 29, 5), "America/Mexico_City"), (At(2026, 3, 28, 21), null),
    ];

    private readonly SqliteFactory _factory = new();
    private IStorage _store = null!;

    public async ValueTask InitializeAsync()
    {
        _store = _factory.Create(TimeProvider.System);
        await _store.OpenAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _factory.DisposeAsync();
    }

    /// <summary>
    /// Up to four nodes with the same provider, whose clocks are apart and jump; limits that are raised and lowered in the middle of their windows; answers of
    /// all kinds, prices that are told late or never; kills; a store that does what it is asked and does not say so. What was sent in any window is never
    /// more than its limit, and neither is the money as long as gateways charge no more than was estimated.
    /// </summary>
    [Fact]
    public async Task No_window_ever_gets_more_than_its_limit()
    {
        var (sends, changes) = (0, 0);
        for (var seed = 1; seed <= Runs; seed++)
        {
            var run = new Run(_store, seed);
            await run.RunAsync();
            sends += run.Sends;
            changes += run.Changes;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{sends} sends, {changes} changes of limits");
        Assert.InRange(sends, 2000, int.MaxValue);
        Assert.InRange(changes, 100, int.MaxValue);
    }

    private static DateTimeOffset At(int year, int month, int day, int hour) => new(year, month, day, hour, 59, 57, TimeSpan.Zero);

    private sealed class Run
    {
        private readonly IStorage _store;
        private readonly int _seed;
        private readonly Random _random;
        private readonly Guid _provider = Guid.CreateVersion7();
        private readonly Dictionary<(LimitKind, DateTimeOffset), long> _sent = [];
        private readonly List<ProviderPolicy> _policies = [];
        private readonly Node[] _nodes;
        private DateTimeOffset _now;

        public Run(IStorage store, int seed)
        {
            (_store, _seed, _random) = (store, seed, new Random(seed));
            (_now, var zone) = Evenings[seed % Evenings.Length];
            _policies.Add(Policy(zone));
            _nodes = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => new Node(TimeSpan.FromMilliseconds(_random.Next(-2500, 2500)), Open()))];
        }

        public int Sends { get; private set; }

        public int Changes => _policies.Count - 1;

        public async Task RunAsync()
        {
            for (var step = 0; step < Steps; step++)
            {
                var node = _nodes[_random.Next(_nodes.Length)];
                var now = _now + node.Skew;
                switch (_random.Next(24))
                {
                    case 0:
                        _now += _random.Next(6) == 0 ? TimeSpan.FromHours(_random.Next(30)) : TimeSpan.FromMilliseconds(_random.Next(1500));
                        break;
                    case 1 when _random.Next(4) == 0:
                        // Killed: what it had is gone, and counts; so does what a price was not told of.
                        node.Restart(Open());
                        break;
                    case 2 when _random.Next(4) == 0:
                        await ChangeAsync();
                        break;
                    case 3:
                        node.Version.Allowance.Tend(now);
                        await ReserveAsync(node.Version, now);
                        break;
                    case < 9:
                        if (node.Version.HasAsked) await ReserveAsync(node.Version, now);
                        break;
                    case < 12:
                        await SettleAsync(node);
                        break;
                    case < 18:
                        if (node.Version.Allowance.TryTake(now, PriceOf(node.Version), out var taken, out _) == AllowanceAnswer.Taken) node.Tickets.Add((node.Version, taken));
                        break;
                    default:
                        TrySend(node, now);
                        break;
                }
            }
        }

        private void TrySend(Node node, DateTimeOffset now)
        {
            if (node.Tickets.Count == 0) return;
            var (version, ticket) = node.Tickets[^1];
            node.Tickets.RemoveAt(node.Tickets.Count - 1);
            var units = _random.Next(1, 4);
            if (_random.Next(6) == 0 || version.Allowance.TrySecure(now, PriceOf(version), units, ref ticket, out _) != AllowanceAnswer.Taken) version.Allowance.GiveBack(ticket, now);
            else node.Untold.Add((version, ticket, Send(version, now, units)));
        }

        private SendResult Send(Version version, DateTimeOffset now, int units)
        {
            Sends++;
            var policy = _policies[version.Number];
            var estimate = Money.ToMicro(PriceOf(version)?.Of(units) ?? 0);
            var charged = _random.Next(3) == 0 ? _random.NextInt64(estimate + 1) : estimate;
            var result = _random.Next(7) switch
            {
                0 => SendResult.Unknown("lost"),
                1 => SendResult.Unavailable("no"),
                2 => SendResult.Rejected("no"),
                3 => SendResult.Throttled("slower"),
                _ => SendResult.Accepted(cost: charged == estimate ? null : Money.ToAmount(charged)),
            };
            var isTaken = result.Outcome is not (SendOutcome.Unavailable or SendOutcome.RetryAfter);
            foreach (var window in new LimitCalendar(policy).At(now))
            {
                // What was not taken for certain is no message; seconds and minutes are about requests.
                var amount = window.IsMoney
                    ? result.Outcome switch { SendOutcome.Accepted => charged, SendOutcome.Unknown => estimate, _ => 0 }
                    : isTaken || window.Kind <= LimitKind.Minute ? 1 : 0;
                var sum = _sent[(window.Kind, window.Start)] = _sent.GetValueOrDefault((window.Kind, window.Start)) + amount;
                // Under a limit that was raised since, others may have sent more; never under one that was lowered.
                var limit = _policies.Skip(version.Number).Max(p => new LimitCalendar(p).At(now).Single(w => w.Kind == window.Kind).Limit);
                Assert.True(sum <= limit, $"Seed {_seed}: {sum} of {limit} in the {window.Kind} of {window.Start:O}.");
            }

            return result;
        }

        /// <summary>What came of one send is heard of now: long after it, perhaps, when its windows are over or its provider has other limits.</summary>
        private async Task SettleAsync(Node node)
        {
            if (node.Untold.Count == 0) return;
            var index = _random.Next(node.Untold.Count);
            var (version, ticket, result) = node.Untold[index];
            node.Untold.RemoveAt(index);
            version.Allowance.Settle(ticket, result, _now + node.Skew);
            if (version != node.Version) await ReserveAsync(version, _now + node.Skew);
        }

        /// <summary>Other limits of the same kinds: each node hears of it, gives back what is left and begins with them.</summary>
        private async Task ChangeAsync()
        {
            var policy = _policies[^1];
            _policies.Add(policy with
            {
                Limits = policy.Limits! with
                {
                    PerSecond = Other(policy.Limits.PerSecond),
                    PerMinute = Other(policy.Limits.PerMinute),
                    PerHour = Other(policy.Limits.PerHour),
                    PerDay = Other(policy.Limits.PerDay),
                    PerMonth = Other(policy.Limits.PerMonth),
                },
                Budget = policy.Budget is { } budget ? budget with { Amount = Math.Max(1, Math.Round(budget.Amount * _random.Next(5, 20) / 10)) } : null,
            });
            foreach (var node in _nodes)
            {
                var old = node.Version;
                old.Allowance.Close(_now + node.Skew);
                await ReserveAsync(old, _now + node.Skew);
                node.Version = Open();
            }

            int? Other(int? limit) => limit is { } some ? Math.Max(1, some * _random.Next(5, 20) / 10) : null;
        }

        private async Task ReserveAsync(Version version, DateTimeOffset now)
        {
            version.HasAsked = false;
            var request = version.Allowance.MakeRequest(now);
            var fault = _random.Next(12);
            // It was never asked; or it did it, and nobody heard.
            if (fault == 0)
            {
                version.Allowance.Failed(request);
                return;
            }

            var grant = (await _store.Limits.ReserveAsync([request], TestContext.Current.CancellationToken))[0];
            if (fault == 1) version.Allowance.Failed(request);
            else version.Allowance.Granted(request, grant, now);
        }

        private Price? PriceOf(Version version) => _policies[version.Number].Cost is { } cost ? new Price(cost.Amount, cost.Currency, cost.Per) : null;

        private Version Open() => new(_provider, _policies[^1], _policies.Count - 1);

        private ProviderPolicy Policy(string? zone)
        {
            var hasBudget = _random.Next(2) == 0;
            return new ProviderPolicy
            {
                Limits = new ProviderLimits
                {
                    PerSecond = Maybe(12),
                    PerMinute = Maybe(40),
                    PerHour = Maybe(60),
                    PerDay = _random.Next(1, 120),
                    PerMonth = Maybe(200),
                },
                Budget = hasBudget ? new ProviderBudget(_random.Next(10, 60), "EUR", (BudgetPeriod)_random.Next(2)) : null,
                Cost = hasBudget ? new ProviderCost(_random.Next(1, 300) / 100m, "EUR", (CostUnit)_random.Next(2)) : null,
                TimeZone = zone,
            };

            int? Maybe(int most) => _random.Next(3) == 0 ? _random.Next(1, most) : null;
        }
    }

    /// <summary>A provider at one state of its limits, on one node.</summary>
    private sealed class Version
    {
        public Version(Guid provider, ProviderPolicy policy, int number) => (Allowance, Number) = (Allowance.Of(provider, policy, _ => HasAsked = true)!, number);

        public Allowance Allowance { get; }

        public int Number { get; }

        public bool HasAsked { get; set; }
    }

    /// <param name="skew">How far its clock is off.</param>
    private sealed class Node(TimeSpan skew, Version version)
    {
        public TimeSpan Skew => skew;

        public Version Version { get; set; } = version;

        public List<(Version Version, Ticket Ticket)> Tickets { get; } = [];

        public List<(Version Version, Ticket Ticket, SendResult Result)> Untold { get; } = [];

        public void Restart(Version version)
        {
            Version = version;
            Tickets.Clear();
            Untold.Clear();
        }
    }
}
