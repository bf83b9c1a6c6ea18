using System.Threading.Channels;
using Carillon.Channels;
using Carillon.Channels.Email;
using Carillon.Channels.Simulator;
using Carillon.Channels.Simulator.Vendors;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Tests.Channels.Http;

namespace Carillon.Tests.Channels.Simulator.Vendors;

/// <summary>Each mail vendor's gateway against its simulated vendor, over real sockets in both directions.</summary>
public sealed class MailVendorSimulatorTests
{
    /// <summary>As docs/simulator.md has it.</summary>
    private static readonly string PublicKey = SendGridDialect.PublicKeyOf("simulated-secret");

    private static readonly Dictionary<string, (GatewayKind Kind, string Settings, string Credentials, string Wrong)> Accounts = new()
    {
        ["sendgrid"] = (SendGridGateway.Kind, """{"from_email":"shop@example.com" """, $$"""{"api_key":"SG.x","webhook_public_key":"{{PublicKey}}","inbound_public_key":"{{PublicKey}}"}""", """{"api_key":"wrong"}"""),
        ["mailgun"] = (MailgunGateway.Kind, """{"domain":"mg.example.com","from_email":"shop@example.com" """, """{"api_key":"x","webhook_signing_key":"simulated-secret"}""", """{"api_key":"wrong"}"""),
    };

    public static TheoryData<string> Vendors => [.. Accounts.Keys];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_guide_has_the_key_of_the_usual_secret() =>
        Assert.Contains(PublicKey, File.ReadAllText(Path.Combine(Repository(), "docs", "simulator.md")), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task A_mail_is_taken_and_its_delivery_reported(string vendor)
    {
        await using var scene = new Scene(vendor);

        var result = await scene.SendAsync("ana@example.net");
        var first = await scene.NextReceiptAsync();
        var last = await scene.NextReceiptAsync();

        Assert.Equal(SendOutcome.Accepted, result.Outcome);
        Assert.Equal((result.ExternalId, Sample.Id(1), MessageEventKind.Sent), (first.ExternalId, first.MessageId, first.Kind));
        Assert.Equal((result.ExternalId, Sample.Id(1), MessageEventKind.Delivered), (last.ExternalId, last.MessageId, last.Kind));
        var taken = Assert.Single(scene.Simulators.Messages(vendor)!);
        Assert.Equal((result.ExternalId, "ana@example.net", "shop@example.com"), (taken.Id, taken.To, taken.From));
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task Words_ask_for_faults_and_the_gateway_understands_them(string vendor)
    {
        await using var scene = new Scene(vendor);

        Assert.Equal(SendOutcome.Rejected, (await scene.SendAsync("reject@example.net")).Outcome);
        Assert.Equal(SendOutcome.Unavailable, (await scene.SendAsync("fail@example.net")).Outcome);
        Assert.Equal(SendOutcome.RetryAfter, (await scene.SendAsync("throttle@example.net")).Outcome);
        Assert.Empty(scene.Simulators.Messages(vendor)!);
        Assert.Equal(SendOutcome.Unknown, (await scene.SendAsync("lost@example.net")).Outcome);
        Assert.Equal(Sample.Id(1), (await scene.NextReceiptAsync()).MessageId);
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task A_mailbox_that_is_none_bounces_for_good(string vendor)
    {
        await using var scene = new Scene(vendor);

        await scene.SendAsync("undelivered@example.net");
        await scene.NextReceiptAsync();
        var receipt = await scene.NextReceiptAsync();

        Assert.Equal((MessageEventKind.Bounced, true), (receipt.Kind, receipt.IsPermanent));
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task A_person_s_mail_comes_in(string vendor)
    {
        await using var scene = new Scene(vendor);

        var answer = await scene.Simulators.ReplyAsync(vendor, "ana@example.net", "shop@mg.example.com", "STOP ñ & =", Token);
        var inbound = Assert.IsType<CallbackEvent.Inbound>(await scene.NextAsync());

        Assert.Equal("HTTP 200", answer);
        Assert.Equal(("ana@example.net", "shop@mg.example.com", "STOP ñ & ="), (inbound.From, inbound.To, inbound.Text));
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task Wrong_credentials_are_the_provider_s_and_a_wrong_signature_nobody_s(string vendor)
    {
        await using var wrong = new Scene(vendor, Accounts[vendor].Wrong);
        Assert.Equal(SendOutcome.Unavailable, (await wrong.SendAsync("ana@example.net")).Outcome);

        await using var scene = new Scene(vendor);
        Assert.Empty(scene.Simulators.SetUp(vendor, Sample.Json($$"""{"secret":"another","callback_url":"{{scene.CallbackUrl}}"}"""))!);
        Assert.Equal("HTTP 401", await scene.Simulators.ReplyAsync(vendor, "ana@example.net", "shop@mg.example.com", "Hello", Token));
    }

    private static string Repository()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Carillon.slnx"))) directory = Path.GetDirectoryName(directory)!;
        return directory;
    }

    /// <summary>A provider whose base_url leads to the simulated vendor, and the installation that the vendor calls back.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly string _vendor;
        private readonly LoopbackHttpServer _server;
        private readonly IGateway _gateway;
        private readonly Provider _provider;
        private readonly Channel<CallbackEvent> _events = System.Threading.Channels.Channel.CreateUnbounded<CallbackEvent>();

        public Scene(string vendor, string? credentials = null)
        {
            _vendor = vendor;
            _server = new LoopbackHttpServer(Answer);
            var services = new GatewayServices(TimeProvider.System, new SimulatorOutbox()) { CallbackUrl = _ => new Uri(CallbackUrl) };
            Simulators = new VendorSimulators(services);
            var account = Accounts[vendor];
            _provider = Sample.Provider(account.Kind.Name, $$"""{{account.Settings}}, "base_url": "{{_server.Url}}" }""", credentials ?? account.Credentials);
            _gateway = account.Kind.Create(_provider, services);
            Assert.Empty(Simulators.SetUp(vendor, Sample.Json($$"""{"report_after_ms":0,"callback_url":"{{CallbackUrl}}"}"""))!);
        }

        public VendorSimulators Simulators { get; }

        public string CallbackUrl => _server.Url + "/callbacks/prv_1";

        public ValueTask<SendResult> SendAsync(string to) => _gateway.SendAsync(Sample.Message(_provider, address: to), Token);

        public ValueTask<CallbackEvent> NextAsync() => _events.Reader.ReadAsync(Token);

        public async Task<CallbackEvent.Receipt> NextReceiptAsync() => Assert.IsType<CallbackEvent.Receipt>(await NextAsync());

        public async ValueTask DisposeAsync()
        {
            await Simulators.DisposeAsync();
            await _gateway.DisposeAsync();
            await _server.DisposeAsync();
        }

        private HttpReply Answer(ReceivedRequest request)
        {
            var headers = new Dictionary<string, string>(request.Headers, StringComparer.OrdinalIgnoreCase);
            if (!request.Target.StartsWith("/callbacks/", StringComparison.Ordinal))
            {
                var reply = Simulators.AnswerAsync(_vendor, new VendorRequest(request.Method, request.Target, headers, request.Body), CancellationToken.None).AsTask().GetAwaiter().GetResult()!;
                if (reply.IsLost) return HttpReply.Cut;
                var more = new List<string> { "Content-Type: " + reply.ContentType };
                if (reply.RetryAfter is not null) more.Add("Retry-After: 1");
                if (reply.Header is { } header) more.Add($"{header.Name}: {header.Value}");
                return HttpReply.Of(reply.Status, reply.Body, [.. more]);
            }

            var callback = new CallbackRequest { Method = request.Method, Url = new Uri(CallbackUrl), Headers = headers, Body = request.Body, ReceivedAt = TimeProvider.System.GetUtcNow() };
            var receiver = (ICallbackReceiver)_gateway;
            if (receiver.VerifyAsync(callback, CancellationToken.None).AsTask().GetAwaiter().GetResult() is not CallbackVerdict.Genuine) return HttpReply.Of(401);
            foreach (var one in receiver.Read(callback)) _events.Writer.TryWrite(one);
            return HttpReply.Of(200);
        }
    }
}
