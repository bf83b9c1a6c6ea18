using System.Text.Json;
using Carillon.Alerts;
using Carillon.Channels.Http;
using Carillon.Channels.Webhook;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Security;
using Carillon.Storage;
using Carillon.Tests.Channels.Email;
using Carillon.Tests.Channels.Http;
using Carillon.Tests.Dispatch;
using Carillon.Tests.Storage.Sqlite;

namespace Carillon.Tests.Alerts;

/// <summary>Operators are told by a mail server and a webhook, once each, whenever the node ends.</summary>
public sealed class AlertTellingTests : IAsyncDisposable
{
    private const string Secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    private static readonly TenantId Tenant = new(1);

    private readonly SqliteFactory _factory = new();
    private Func<string, Exception?> _fault = _ => null;
    private CarillonEngine _engine = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _factory.DisposeAsync();
    }

    [Fact]
    public async Task Each_recipient_is_told_once_though_the_node_is_killed_between_any_two_steps()
    {
        await using var hooks = new LoopbackHttpServer(HttpReply.Of(200));
        using var sink = await SmtpSink.StartAsync(Token);
        await StartAsync();
        await SetUpAsync(sink.Port, hooks.Url);

        // Killed between raising and telling: nobody has seen to it.
        var alert = Make() with { Kind = AlertKind.Circuit };
        Assert.True(await _engine.Storage.Alerts.RaiseAsync(alert, Token));
        await RestartAsync();
        // Between telling and knowing that it was told.
        _fault = method => method == nameof(IAlertStore.MarkToldAsync) ? new StorageUnavailableException("killed") : null;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _engine.AlertWatch!.LookAsync(Token));
        await RestartAsync();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _engine.AlertWatch!.LookAsync(Token));
        _fault = _ => null;
        await RestartAsync();
        await _engine.AlertWatch!.LookAsync(Token);
        await _engine.AlertWatch.LookAsync(Token);

        await SettledAsync(2);
        var mail = Assert.Single(sink.Mails());
        Assert.Contains("Subject: Critical: relay has used up its limit per day", mail, StringComparison.Ordinal);
        Assert.Contains("What to do: Raise it.", mail, StringComparison.Ordinal);
        var request = Assert.Single(hooks.Requests);
        Assert.Equal("application/json", request.Headers["content-type"]);
        Assert.True(WebhookSecret.TryParse(Secret, out var secret));
        Assert.True(WebhookSignature.Verify(
            secret, request.Headers["webhook-id"], request.Headers["webhook-timestamp"], request.Headers["webhook-signature"], request.Body, _engine.Time.GetUtcNow()));
        using var json = JsonDocument.Parse(request.Body);
        Assert.Equal("alert.raised", json.RootElement.GetProperty("type").GetString());
        var data = json.RootElement.GetProperty("data");
        Assert.Equal((alert.PublicId, "open", "circuit", 20), (data.GetProperty("id").GetString(), data.GetProperty("state").GetString(), data.GetProperty("kind").GetString(), data.GetProperty("value").GetInt32()));
        Assert.NotNull((await _engine.Alerts.GetAsync(Tenant, alert.Id, Token))!.RaisedToldAt);
    }

    [Fact]
    public async Task Programs_hear_that_it_is_over_and_people_do_where_it_is_news()
    {
        await using var hooks = new LoopbackHttpServer(HttpReply.Of(200));
        using var sink = await SmtpSink.StartAsync(Token);
        await StartAsync();
        await SetUpAsync(sink.Port, hooks.Url);
        var (limit, queue) = (Make(), Make() with { Kind = AlertKind.Queue, Key = "queue/email/normal", Id = _engine.Ids.Next() });
        await _engine.Storage.Alerts.RaiseAsync(limit, Token);
        await _engine.Storage.Alerts.RaiseAsync(queue, Token);
        await _engine.Storage.Alerts.ResolveAsync(queue.Id, queue.RaisedAt.AddMinutes(3), "Nothing waits any more.", cancellationToken: Token);
        // Of no provider: with the next look it is over.
        await _engine.AlertWatch!.LookAsync(Token);
        await _engine.AlertWatch.LookAsync(Token);

        await SettledAsync(7);
        Assert.Equal(["alert.raised", "alert.raised", "alert.resolved", "alert.resolved"], hooks.Requests.Select(r => JsonElement.Parse(r.Text).GetProperty("type").GetString()).Order(StringComparer.Ordinal));
        Assert.Single(sink.Mails(), m => m.Contains("Subject: Resolved: ", StringComparison.Ordinal) && m.Contains("Nothing waits any more.", StringComparison.Ordinal));
        Assert.Equal(3, sink.Mails().Count());
    }

    [Fact]
    public async Task What_cannot_be_accepted_now_is_told_later()
    {
        await using var hooks = new LoopbackHttpServer(HttpReply.Of(200));
        using var sink = await SmtpSink.StartAsync(Token);
        await StartAsync();
        await SetUpAsync(sink.Port, hooks.Url);
        await _engine.Storage.Alerts.RaiseAsync(Make(), Token);
        _fault = method => method == nameof(IQueueStore.CommitAsync) ? new StorageUnavailableException("the disk is full") : null;
        await _engine.AlertWatch!.LookAsync(Token);
        Assert.Single(await _engine.Storage.Alerts.ListUntoldAsync(9, Token));

        _fault = _ => null;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await _engine.Storage.Alerts.ListUntoldAsync(9, Token)).Any(a => a.RaisedToldAt is null))
        {
            await _engine.AlertWatch.LookAsync(Token);
            await timer.WaitForNextTickAsync(Token);
        }

        await SettledAsync(3);
        Assert.Single(sink.Mails());
    }

    [Fact]
    public async Task Long_after_keys_were_forgotten_the_log_still_knows_who_was_told()
    {
        await using var hooks = new LoopbackHttpServer(HttpReply.Of(200));
        using var sink = await SmtpSink.StartAsync(Token);
        await StartAsync();
        await SetUpAsync(sink.Port, hooks.Url);
        var alert = Make() with { RaisedAt = _engine.Time.GetUtcNow().AddDays(-2) };
        await _engine.Storage.Alerts.RaiseAsync(alert, Token);
        _fault = method => method == nameof(IAlertStore.MarkToldAsync) ? new StorageUnavailableException("killed") : null;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _engine.AlertWatch!.LookAsync(Token));
        await _engine.Storage.Queue.CleanAsync(
            new CleaningOrder(_engine.Time.GetUtcNow(), _engine.Time.GetUtcNow().AddDays(1), DateTimeOffset.MinValue, DateTimeOffset.MinValue, 1000), Token);
        _fault = _ => null;
        await _engine.AlertWatch!.LookAsync(Token);

        await SettledAsync(3);
        Assert.Single(sink.Mails());
        Assert.Single(hooks.Requests, r => r.Text.Contains("alert.raised", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_trip_that_the_store_could_not_take_is_raised_later()
    {
        await StartAsync();
        // Nobody listens there.
        await AddAsync("relay", Channel.Email, "smtp", """{"host":"127.0.0.1","port":1,"security":"none","from_email":"carillon@example.com"}""", null);
        _fault = method => method == nameof(IAlertStore.RaiseAsync) ? new StorageUnavailableException("the disk is full") : null;
        for (var i = 0; i < 5; i++) Assert.IsType<AcceptResult.Accepted>(await _engine.Intake.AcceptAsync(Tenant, EngineHarness.Mail(), null, _ => [], Token));
        var relay = Assert.Single(_engine.Providers.All);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (relay.Circuit(_engine.Time.GetUtcNow()).State == CircuitState.Closed) await timer.WaitForNextTickAsync(Token);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _engine.AlertWatch!.LookAsync(Token));
        Assert.Empty(await _engine.Storage.Alerts.ListOpenAsync(Token));

        _fault = _ => null;
        await _engine.AlertWatch!.LookAsync(Token);

        Assert.Equal(AlertKind.Circuit, Assert.Single(await _engine.Storage.Alerts.ListOpenAsync(Token)).Kind);
    }

    [Theory]
    [InlineData("nobody", null, "recipients[0].email", "invalid_email")]
    [InlineData(null, "ftp://example.net", "recipients[0].webhook", "invalid_url")]
    [InlineData(null, null, "recipients[0]", "invalid")]
    [InlineData("a@example.net", "https://example.net", "recipients[0]", "invalid")]
    public async Task A_recipient_who_cannot_be_written_to_is_refused(string? email, string? webhook, string field, string code)
    {
        await StartAsync();

        var change = await _engine.Alerts.ReplaceAsync(Tenant, AlertSettings.Default with { Recipients = [new AlertRecipient(email, webhook, null)] }, null, Token);

        var fault = Assert.Single(Assert.IsType<AlertSettingsChange.Refused>(change).Faults);
        Assert.Equal((field, code), (fault.Field, fault.Code));
    }

    private Alert Make() => new()
    {
        Tenant = Tenant,
        Id = _engine.Ids.Next(),
        Kind = AlertKind.Limit,
        Severity = AlertSeverity.Critical,
        Key = "limit/prv_x/day/1/20/100",
        IsOnce = true,
        Facts = new AlertFacts { Summary = "relay has used up its limit per day", Detail = "It has.", Remedy = "Raise it.", Until = _engine.Time.GetUtcNow().AddDays(1), Value = 20, Limit = 20, Unit = "messages" },
        RaisedAt = _engine.Time.GetUtcNow(),
        SeenAt = _engine.Time.GetUtcNow(),
    };

    private async Task SetUpAsync(int port, string url)
    {
        await AddAsync("relay", Channel.Email, "smtp", $$"""{"host":"127.0.0.1","port":{{port}},"security":"none","from_email":"carillon@example.com"}""", null);
        await AddAsync("hooks", Channel.Webhook, "webhook", "{}", $$"""{"secret":"{{Secret}}"}""");
        var settings = AlertSettings.Default with { Recipients = [new AlertRecipient("ops@example.net", null, null), new AlertRecipient(null, url + "/hook", null)] };
        Assert.IsType<AlertSettingsChange.Changed>(await _engine.Alerts.ReplaceAsync(Tenant, settings, null, Token));
    }

    private async Task AddAsync(string name, Channel channel, string kind, string settings, string? credentials)
    {
        var draft = new ProviderDraft
        {
            Name = name,
            Channel = channel,
            Kind = kind,
            Settings = JsonElement.Parse(settings),
            Credentials = credentials is null ? null : JsonElement.Parse(credentials),
        };
        Assert.IsType<ProviderCreation.Created>(await _engine.Providers.CreateAsync(Tenant, draft, Token));
    }

    private async Task StartAsync()
    {
        Assert.True(KeyRing.TryParse("a key that is only for tests", out var ring, out _));
        _engine = new CarillonEngine(
            new FaultyStorage(_factory.Create(TimeProvider.System), (method, _) => _fault(method)), ring,
            new CarillonOptions { OutgoingGuard = AddressGuard.TryParse("private")! }, TimeProvider.System, new NoDefects());
        await _engine.StartAsync(Token);
    }

    private async Task RestartAsync()
    {
        await _engine.DisposeAsync();
        await StartAsync();
    }

    /// <summary>There are so many messages about alerts, and all are sent.</summary>
    private async Task SettledAsync(int count)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            var messages = (await _engine.Storage.Log.ListMessagesAsync(new MessageQuery { Tenant = Tenant, Category = "alerts", Limit = 100 }, Token)).Items;
            if (messages.Count >= count && messages.All(m => m.Status == MessageStatus.Sent))
            {
                Assert.Equal(count, messages.Count);
                return;
            }

            Assert.DoesNotContain(messages, m => m.Status == MessageStatus.Failed);
            await timer.WaitForNextTickAsync(Token);
        }
    }

    private sealed class NoDefects : IDefectLog
    {
        public void Report(string where, Exception exception) => Assert.Fail($"{where}: {exception}");
    }
}
