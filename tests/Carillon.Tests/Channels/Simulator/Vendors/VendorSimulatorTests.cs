using System.Threading.Channels;
using Carillon.Channels;
using Carillon.Channels.Http;
using Carillon.Channels.Simulator;
using Carillon.Channels.Simulator.Vendors;
using Carillon.Channels.Sms;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Tests.Channels.Http;
using Channel = Carillon.Messages.Channel;

namespace Carillon.Tests.Channels.Simulator.Vendors;

/// <summary>Each vendor's gateway against its simulated vendor, over real sockets in both directions.</summary>
public sealed class VendorSimulatorTests
{
    private const string Secret = "the-secret-of-the-vendor";

    private static readonly Dictionary<string, (GatewayKind Kind, string Settings, string Credentials, string Wrong)> Accounts = new()
    {
        ["twilio"] = (TwilioGateway.Kind, $$"""{"account_sid":"AC{{new string('a', 32)}}","from":"+15557122661" """, $$"""{"auth_token":"{{Secret}}"}""", """{"auth_token":"wrong"}"""),
        ["vonage"] = (VonageGateway.Kind, """{"api_key":"abcd1234","from":"AcmeInc" """, $$"""{"api_secret":"x","signature_secret":"{{Secret}}"}""", """{"api_secret":"wrong"}"""),
        ["africastalking"] = (AfricasTalkingGateway.Kind, """{"username":"MyApp","from":"20880" """, $$"""{"api_key":"x","callback_token":"{{Secret}}"}""", """{"api_key":"wrong"}"""),
        ["messagebird"] = (MessageBirdGateway.Kind, """{"from":"Acme" """, $$"""{"access_key":"x","signing_key":"{{Secret}}"}""", """{"access_key":"wrong"}"""),
    };

    public static TheoryData<string> Vendors => [.. Accounts.Keys];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task A_message_is_taken_and_its_delivery_reported(string vendor)
    {
        await using var scene = new Scene(vendor);

        var result = await scene.SendAsync("+525512345678");
        var first = Assert.IsType<CallbackEvent.Receipt>(await scene.NextAsync());
        var last = Assert.IsType<CallbackEvent.Receipt>(await scene.NextAsync());

        Assert.Equal(SendOutcome.Accepted, result.Outcome);
        Assert.Equal((result.ExternalId, result.ExternalId), (first.ExternalId, last.ExternalId));
        Assert.Equal((vendor == "vonage" ? MessageEventKind.Deferred : MessageEventKind.Sent, MessageEventKind.Delivered), (first.Kind, last.Kind));
        var taken = Assert.Single(scene.Simulators.Messages(vendor)!);
        Assert.Equal((result.ExternalId, "+525512345678", "Su cita es mañana & a las 10"), (taken.Id, taken.To, taken.Text));
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task Numbers_ask_for_faults_and_the_gateway_understands_them(string vendor)
    {
        await using var scene = new Scene(vendor);

        Assert.Equal(SendOutcome.Rejected, (await scene.SendAsync("+15005550001")).Outcome);
        Assert.Equal(SendOutcome.Unavailable, (await scene.SendAsync("+15005550002")).Outcome);
        Assert.Equal(SendOutcome.RetryAfter, (await scene.SendAsync("+15005550003")).Outcome);
        Assert.Empty(scene.Simulators.Messages(vendor)!);
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task A_lost_answer_is_unknown_and_the_report_comes_all_the_same(string vendor)
    {
        await using var scene = new Scene(vendor);

        Assert.Equal(SendOutcome.Unknown, (await scene.SendAsync("+15005550004")).Outcome);
        var receipt = Assert.IsType<CallbackEvent.Receipt>(await scene.NextAsync());

        // Who returns our id lets the message be found without the vendor's.
        if (vendor != "africastalking") Assert.Equal(Sample.Id(1), receipt.MessageId);
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task A_number_without_a_subscriber_is_reported_for_good(string vendor)
    {
        await using var scene = new Scene(vendor);

        await scene.SendAsync("+15005550008");
        await scene.NextAsync();
        var receipt = Assert.IsType<CallbackEvent.Receipt>(await scene.NextAsync());

        Assert.Equal((MessageEventKind.Bounced, true), (receipt.Kind, receipt.IsPermanent));
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task A_person_s_reply_comes_in(string vendor)
    {
        await using var scene = new Scene(vendor);

        var answer = await scene.Simulators.ReplyAsync(vendor, "+525512345678", "+15557122661", "STOP ñ & =", Token);
        var inbound = Assert.IsType<CallbackEvent.Inbound>(await scene.NextAsync());

        Assert.Equal("HTTP 200", answer);
        Assert.Equal(("+525512345678", "STOP ñ & ="), (inbound.From, inbound.Text));
        Assert.EndsWith("15557122661", inbound.To, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task Wrong_credentials_are_the_provider_s(string vendor)
    {
        await using var scene = new Scene(vendor, Accounts[vendor].Wrong);
        Assert.Equal(SendOutcome.Unavailable, (await scene.SendAsync("+525512345678")).Outcome);
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task An_outage_is_the_vendor_s_and_a_wrong_signature_nobody_s(string vendor)
    {
        await using var scene = new Scene(vendor);
        Assert.Empty(scene.SetUp("""{"outage":true}""")!);
        Assert.Equal(SendOutcome.Unavailable, (await scene.SendAsync("+525512345678")).Outcome);

        Assert.Empty(scene.SetUp($$"""{"secret":"another secret of 16","callback_url":"{{scene.CallbackUrl}}"}""")!);
        Assert.Equal("HTTP 401", await scene.Simulators.ReplyAsync(vendor, "+525512345678", "+15557122661", "Hello", Token));
    }

    [Fact]
    public async Task A_vendor_that_was_not_set_up_is_not_there()
    {
        await using var simulators = new VendorSimulators(new GatewayServices(TimeProvider.System, new SimulatorOutbox()));
        var request = new VendorRequest("POST", "/sms/json", new Dictionary<string, string>(), default);

        Assert.Null(await simulators.AnswerAsync("vonage", request, Token));
        Assert.Null(simulators.Messages("vonage"));
        Assert.Null(simulators.SetUp("nobody", Sample.Json("{}")));
        Assert.Equal(
            ["settings.failure_rate", "settings.callback_url", "settings.colour"],
            simulators.SetUp("vonage", Sample.Json("""{"failure_rate":0.6,"reject_rate":0.6,"callback_url":"x","colour":1}"""))!.Select(f => f.Field));
        Assert.Null(simulators.Messages("vonage"));
    }

    [Fact]
    public async Task A_simulated_vendor_calls_nobody_but_this_installation()
    {
        await using var elsewhere = new LoopbackHttpServer(HttpReply.Of(200));
        await using var scene = new Scene("vonage", callbackUrl: elsewhere.Url + "/callbacks/prv_1");

        Assert.StartsWith("Not sent", await scene.Simulators.ReplyAsync("vonage", "+525512345678", "+15557122661", "Hello", Token), StringComparison.Ordinal);
        Assert.Empty(elsewhere.Requests);
    }

    /// <summary>A provider whose base_url leads to the simulated vendor, and the installation that the vendor calls back.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly string _vendor;
        private readonly LoopbackHttpServer _server;
        private readonly IGateway _gateway;
        private readonly Provider _provider;
        private readonly Channel<CallbackEvent> _events = System.Threading.Channels.Channel.CreateUnbounded<CallbackEvent>();

        public Scene(string vendor, string? credentials = null, string? callbackUrl = null)
        {
            _vendor = vendor;
            _server = new LoopbackHttpServer(Answer);
            var services = new GatewayServices(TimeProvider.System, new SimulatorOutbox()) { CallbackUrl = _ => new Uri(CallbackUrl) };
            Simulators = new VendorSimulators(services);
            var account = Accounts[vendor];
            _provider = Sample.Provider(account.Kind.Name, $$"""{{account.Settings}}, "base_url": "{{_server.Url}}" }""", credentials ?? account.Credentials, channel: Channel.Sms);
            _gateway = account.Kind.Create(_provider, services);
            Assert.Empty(SetUp($$"""{"secret":"{{Secret}}","report_after_ms":0,"callback_url":"{{callbackUrl ?? CallbackUrl}}"}""")!);
        }

        public VendorSimulators Simulators { get; }

        public string CallbackUrl => _server.Url + "/callbacks/prv_1";

        public IReadOnlyList<SettingsFault>? SetUp(string settings) => Simulators.SetUp(_vendor, Sample.Json(settings));

        public ValueTask<SendResult> SendAsync(string to) => _gateway.SendAsync(Sample.Message(_provider, address: to, text: "Su cita es mañana & a las 10"), Token);

        public ValueTask<CallbackEvent> NextAsync() => _events.Reader.ReadAsync(Token);

        public async ValueTask DisposeAsync()
        {
            await Simulators.DisposeAsync();
            await _gateway.DisposeAsync();
            await _server.DisposeAsync();
        }

        private HttpReply Answer(ReceivedRequest request) =>
            request.Target.StartsWith("/callbacks/", StringComparison.Ordinal) ? TakeCallback(request) : AnswerAsVendor(request);

        private HttpReply AnswerAsVendor(ReceivedRequest request)
        {
            var headers = new Dictionary<string, string>(request.Headers, StringComparer.OrdinalIgnoreCase);
            var reply = Simulators.AnswerAsync(_vendor, new VendorRequest(request.Method, request.Target, headers, request.Body), CancellationToken.None).AsTask().GetAwaiter().GetResult()!;
            if (reply.IsLost) return HttpReply.Cut;
            return reply.RetryAfter is { } wait
                ? HttpReply.Of(reply.Status, reply.Body, $"Content-Type: {reply.ContentType}", $"Retry-After: {Math.Ceiling(wait.TotalSeconds)}")
                : HttpReply.Of(reply.Status, reply.Body, $"Content-Type: {reply.ContentType}");
        }

        private HttpReply TakeCallback(ReceivedRequest request)
        {
            var callback = new CallbackRequest
            {
                Method = request.Method,
                Url = new Uri(_server.Url + request.Target),
                Headers = new Dictionary<string, string>(request.Headers, StringComparer.OrdinalIgnoreCase),
                Body = request.Body,
                ReceivedAt = TimeProvider.System.GetUtcNow(),
            };
            var receiver = (ICallbackReceiver)_gateway;
            if (receiver.VerifyAsync(callback, CancellationToken.None).AsTask().GetAwaiter().GetResult() is not CallbackVerdict.Genuine) return HttpReply.Of(401);
            foreach (var happened in receiver.Read(callback)) _events.Writer.TryWrite(happened);
            return HttpReply.Of(200);
        }
    }
}
