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
        ["ses"] = (SesGateway.Kind, $$"""{"region":"eu-west-1","from_email":"shop@example.com","sns_topic_arn":"{{SesDialect.TopicOf("simulated-secret")}}","sns_url":"$U" """,
            """{"access_key_id":"AKIDEXAMPLE","secret_access_key":"simulated-secret"}""", """{"access_key_id":"AKIDEXAMPLE","secret_access_key":"wrong"}"""),
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

    [Fact]
    public async Task Who_calls_a_mail_spam_is_reported_after_its_delivery()
    {
        await using var scene = new Scene("ses");

        await scene.SendAsync("complain@example.net");

        Assert.Equal(
            [MessageEventKind.Sent, MessageEventKind.Delivered, MessageEventKind.Complained],
            [(await scene.NextReceiptAsync()).Kind, (await scene.NextReceiptAsync()).Kind, (await scene.NextReceiptAsync()).Kind]);
    }

    [Fact]
    public async Task A_sender_that_is_not_verified_is_the_provider_s_fault_and_has_its_advice()
    {
        await using var scene = new Scene("ses");

        var result = await scene.SendAsync("ana@example.net", from: "unverified@example.com");

        Assert.Equal(SendOutcome.Unavailable, result.Outcome);
        Assert.Contains("production access", ProviderAdvice.For(Sample.Provider("ses", "{}"), result)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_signed_for_another_time_or_path_or_body_is_refused()
    {
        await using var scene = new Scene("ses");
        await scene.SendAsync("ana@example.net");
        var sent = scene.Requests.First(r => r.Method == "POST" && r.Target == "/v2/email/outbound-emails");
        async Task<(int, string)> AnswerAsync(VendorRequest request)
        {
            var reply = await scene.Simulators.AnswerAsync("ses", request, Token);
            return (reply!.Status, reply.Header?.Value ?? "");
        }

        VendorRequest Request(byte[]? body = null, string? date = null) => new(
            "POST", sent.Target, new Dictionary<string, string>(sent.Headers, StringComparer.OrdinalIgnoreCase) { ["x-amz-date"] = date ?? sent.Headers["x-amz-date"] }, body ?? sent.Body);

        Assert.Equal(200, (await AnswerAsync(Request())).Item1);
        Assert.Equal((403, "InvalidSignatureException"), await AnswerAsync(Request(body: [.. sent.Body, (byte)' '])));
        Assert.Equal((403, "InvalidSignatureException"), await AnswerAsync(Request() with { Target = "/v2/email/other" }));
        Assert.Equal((403, "InvalidSignatureException"), await AnswerAsync(Request(date: sent.Headers["x-amz-date"][..8] + "T000000Z")));
        Assert.Equal((403, "MissingAuthenticationTokenException"), await AnswerAsync(Request() with { Headers = new Dictionary<string, string>() }));
        Assert.Equal((404, "UnknownOperationException"), await AnswerAsync(Request() with { Path = "/v2/email/identities" }));
    }

    [Fact]
    public void The_guide_has_the_topic_of_the_usual_secret() =>
        Assert.Contains(SesDialect.TopicOf("simulated-secret"), File.ReadAllText(Path.Combine(Repository(), "docs", "simulator.md")), StringComparison.Ordinal);

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
            _provider = Sample.Provider(account.Kind.Name, $$"""{{account.Settings.Replace("$U", _server.Url, StringComparison.Ordinal)}}, "base_url": "{{_server.Url}}" }""", credentials ?? account.Credentials);
            _gateway = account.Kind.Create(_provider, services);
            Assert.Empty(Simulators.SetUp(vendor, Sample.Json($$"""{"report_after_ms":0,"callback_url":"{{CallbackUrl}}"}"""))!);
        }

        public VendorSimulators Simulators { get; }

        public string CallbackUrl => _server.Url + "/callbacks/prv_1";

        public IEnumerable<ReceivedRequest> Requests => _server.Requests;

        public ValueTask<SendResult> SendAsync(string to, string? from = null) => _gateway.SendAsync(Sample.Message(_provider, address: to, from: from), Token);

        public ValueTask<CallbackEvent> NextAsync() => _events.Reader.ReadAsync(Token);

        public async Task<CallbackEvent.Receipt> NextReceiptAsync() => Assert.IsType<CallbackEvent.Receipt>(await NextAsync());

        public async ValueTask DisposeAsync()
        {
            await Simulators.DisposeAsync();
            // A callback may still be looked at.
            await _server.DisposeAsync();
            await _gateway.DisposeAsync();
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
