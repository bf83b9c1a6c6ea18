using System.Threading.Channels;
using Carillon.Channels;
using Carillon.Channels.Simulator;
using Carillon.Channels.Simulator.Vendors;
using Carillon.Messages;
using Carillon.Providers;
using Channel = Carillon.Messages.Channel;

namespace Carillon.Tests.Channels.Simulator.Vendors;

/// <summary>Simulators that name a vendor: the vendor's own gateway before a vendor of its own, by sockets, with nothing to set up.</summary>
public sealed class RehearsalTests : IAsyncDisposable
{
    private static readonly (string Vendor, Channel Channel, string Good, string Bad)[] All =
    [
        ("twilio", Channel.Sms, "+525512345678", "+15005550001"),
        ("vonage", Channel.Sms, "+525512345678", "+15005550001"),
        ("africastalking", Channel.Sms, "+525512345678", "+15005550001"),
        ("messagebird", Channel.Sms, "+525512345678", "+15005550001"),
        ("sendgrid", Channel.Email, "ana@example.net", "reject@example.net"),
        ("mailgun", Channel.Email, "ana@example.net", "reject@example.net"),
        ("ses", Channel.Email, "ana@example.net", "reject@example.net"),
        ("smtp", Channel.Email, "ana@example.net", "reject@example.net"),
    ];

    private readonly Channel<CallbackEvent> _events = System.Threading.Channels.Channel.CreateUnbounded<CallbackEvent>();
    private readonly GatewayServices _services;
    private IGateway? _gateway;
    private Provider? _provider;

    public RehearsalTests() => _services = new GatewayServices(TimeProvider.System, new SimulatorOutbox()) { CallBack = CallBackAsync };

    public static TheoryData<string> Vendors => [.. All.Select(a => a.Vendor)];

    public static TheoryData<string> Reporting => [.. All.Select(a => a.Vendor).Where(v => v != "smtp")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        await _services.Rehearsals.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task A_message_is_taken_by_the_vendor_and_stands_in_the_outbox(string vendor)
    {
        Open(vendor);
        var good = Find(vendor).Good;

        var result = await SendAsync(good);

        Assert.Equal(SendOutcome.Accepted, result.Outcome);
        Assert.Equal(good, Assert.Single(_services.Rehearsals.Find(_provider!.Id)!.Messages).To);
        Assert.Equal(good, Assert.Single(_services.Outbox.List(new TenantId(1), 10)).Address);
    }

    [Theory]
    [MemberData(nameof(Reporting))]
    public async Task Its_delivery_is_reported_though_the_installation_has_no_public_address(string vendor)
    {
        Open(vendor, """ "receipt_delay_ms": 0 """);

        var result = await SendAsync(Find(vendor).Good);
        await _events.Reader.ReadAsync(Token);
        var last = Assert.IsType<CallbackEvent.Receipt>(await _events.Reader.ReadAsync(Token));

        Assert.Equal((result.ExternalId, MessageEventKind.Delivered), (last.ExternalId, last.Kind));
    }

    [Theory]
    [MemberData(nameof(Reporting))]
    public async Task A_person_writes_and_it_comes_in(string vendor)
    {
        Open(vendor);

        var answer = await _services.Rehearsals.Find(_provider!.Id)!.ReplyAsync(Find(vendor).Good, "shop@simulator.example.com", "STOP ñ", Token);

        Assert.Equal("called back", answer);
        Assert.Equal("STOP ñ", Assert.IsType<CallbackEvent.Inbound>(await _events.Reader.ReadAsync(Token)).Text);
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task Faults_are_asked_for_by_the_address_and_by_settings(string vendor)
    {
        Open(vendor);
        Assert.Equal(SendOutcome.Rejected, (await SendAsync(Find(vendor).Bad)).Outcome);

        foreach (var (settings, outcome) in new[]
        {
            (""" "reject_rate": 1 """, SendOutcome.Rejected), (""" "failure_rate": 1 """, SendOutcome.Unavailable), (""" "outage": true """, SendOutcome.Unavailable),
            (""" "throttle_rate": 1, "retry_after_ms": 2000 """, SendOutcome.RetryAfter), (""" "lost_answer_rate": 1 """, SendOutcome.Unknown),
        })
        {
            Open(vendor, settings);
            Assert.Equal((settings, outcome), (settings, (await SendAsync(Find(vendor).Good)).Outcome));
        }

        Assert.Single(_services.Rehearsals.Find(_provider!.Id)!.Messages);
    }

    [Fact]
    public async Task A_mail_server_fails_as_often_as_it_is_told_though_clients_come_again()
    {
        Open("smtp", """ "failure_rate": 0.4 """);

        var failed = 0;
        for (var i = 0; i < 200; i++)
        {
            if ((await SendAsync($"ana{i}@example.net")).Outcome == SendOutcome.Unavailable) failed++;
        }

        // Its chance is the same on each run.
        Assert.InRange(failed, 60, 100);
    }

    [Fact]
    public async Task What_was_taken_before_the_provider_changed_is_reported_all_the_same()
    {
        var time = new ManualTime();
        var services = new GatewayServices(time, new SimulatorOutbox()) { CallBack = CallBackAsync };
        Open("twilio", services: services);
        await SendAsync("+525512345678");
        var taken = services.Rehearsals.Find(_provider!.Id)!;
        var before = _gateway!;

        Open("twilio", """ "from": "+15557122662" """, services);
        await before.DisposeAsync();

        time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(MessageEventKind.Sent, Assert.IsType<CallbackEvent.Receipt>(await _events.Reader.ReadAsync(Token)).Kind);
        Assert.NotSame(taken, services.Rehearsals.Find(_provider!.Id));
        await services.Rehearsals.DisposeAsync();
    }

    [Theory]
    [InlineData("sms", """{"vendor":"sendgrid"}""", "settings.vendor", "Of sms it must be one of twilio, vonage, africastalking, messagebird.")]
    [InlineData("push", """{"vendor":"twilio"}""", "settings.vendor", "No vendor of push is simulated; leave it out.")]
    [InlineData("sms", """{"vendor":"twilio","delivered_rate":1}""", "settings.delivered_rate", "It does not go with a vendor.")]
    [InlineData("sms", """{"from":"+15557122661"}""", "settings.from", "It needs a vendor.")]
    public void What_does_not_go_together_is_told(string channel, string settings, string field, string message)
    {
        Assert.True(ChannelNames.All.TryParse(channel, out var of));

        var fault = Assert.Single(SimulatorGateway.Kind.Check(new ProviderSettings(of, Sample.Json(settings), null)));

        Assert.Equal((field, message), (fault.Field, fault.Message));
    }

    private static (string Vendor, Channel Channel, string Good, string Bad) Find(string vendor) => All.Single(a => a.Vendor == vendor);

    private void Open(string vendor, string? settings = null, GatewayServices? services = null)
    {
        _provider = Sample.Provider("simulator", $$"""{"vendor":"{{vendor}}"{{(settings is null ? "" : "," + settings)}}}""") with { Channel = Find(vendor).Channel };
        Assert.Empty(SimulatorGateway.Kind.Check(new ProviderSettings(_provider.Channel, _provider.Settings, null)));
        _gateway = SimulatorGateway.Kind.Create(_provider, services ?? _services);
    }

    private ValueTask<SendResult> SendAsync(string to) => _gateway!.SendAsync(Sample.Message(_provider!, address: to), Token);

    private async Task CallBackAsync(Guid provider, CallbackRequest request)
    {
        var receiver = Assert.IsType<ICallbackReceiver>(_gateway, exactMatch: false);
        Assert.IsType<CallbackVerdict.Genuine>(await receiver.VerifyAsync(request, Token));
        foreach (var read in receiver.Read(request)) _events.Writer.TryWrite(read);
    }
}
