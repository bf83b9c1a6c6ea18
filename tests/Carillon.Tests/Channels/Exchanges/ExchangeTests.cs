using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Carillon.Channels;
using Carillon.Channels.Exchanges;
using Carillon.Channels.Simulator;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Tests.Channels.Email;
using Carillon.Tests.Channels.Http;

namespace Carillon.Tests.Channels.Exchanges;

/// <summary>What is shown of the exchange with a gateway, and what never is.</summary>
public sealed class ExchangeTests
{
    private static readonly GatewayCatalog Catalog = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Each kind over HTTP, with $S1, $S2 and $S3 for secrets and $U for the server.</summary>
    public static TheoryData<string, Channel, string, string, int> Kinds => new()
    {
        { "sendgrid", Channel.Email, """{"from_email":"a@example.com","base_url":"$U"}""", """{"api_key":"$S1"}""", 1 },
        { "mailgun", Channel.Email, """{"domain":"mg.example.com","from_email":"a@example.com","base_url":"$U"}""", """{"api_key":"$S1","webhook_signing_key":"$S2"}""", 1 },
        { "ses", Channel.Email, """{"region":"eu-west-1","from_email":"a@example.com","base_url":"$U"}""", """{"access_key_id":"$S1","secret_access_key":"$S2","session_token":"$S3"}""", 2 },
        { "rest", Channel.Email, """{"api_url":"$U/$S2?token=$S3","body":{"to":"{{to}}","k":"{{text}}"},"from_email":"a@example.com","headers":{"X-Api-Key":"$S2"}}""", """{"api_key":"$S1"}""", 3 },
        { "twilio", Channel.Sms, """{"account_sid":"AC00000000000000000000000000000001","from":"+15005550006","base_url":"$U"}""", """{"auth_token":"$S1"}""", 1 },
        { "vonage", Channel.Sms, """{"api_key":"abcd1234","from":"Acme","base_url":"$U"}""", """{"api_secret":"$S1","signature_secret":"$S2"}""", 1 },
        { "africastalking", Channel.Sms, """{"username":"acme","base_url":"$U"}""", """{"api_key":"$S1"}""", 1 },
        { "messagebird", Channel.Sms, """{"from":"Acme","base_url":"$U"}""", """{"access_key":"$S1","signing_key":"$S2"}""", 1 },
        { "http", Channel.Sms, """{"api_url":"$U/a","auth_method":"header","to_param":"to","text_param":"m"}""", """{"api_key":"$S1"}""", 1 },
        { "http", Channel.Sms, """{"api_url":"$U/a","auth_method":"basic","to_param":"to","text_param":"m"}""", """{"username":"$S1","password":"$S2"}""", 2 },
        { "http", Channel.Sms, """{"api_url":"$U/a","auth_method":"query","auth_name":"k","method":"get","to_param":"to","text_param":"m"}""", """{"api_key":"$S1"}""", 1 },
        { "http", Channel.Sms, """{"api_url":"$U/a","auth_method":"body","auth_name":"k","to_param":"to","text_param":"m","default_params":{"password":"$S2"}}""", """{"api_key":"$S1"}""", 2 },
        { "http", Channel.Sms, """{"api_url":"$U/a","auth_method":"body","auth_name":"k","format":"form","to_param":"to","text_param":"m"}""", """{"api_key":"$S1"}""", 1 },
        { "webhook", Channel.Webhook, """{"url":"$U/hook"}""", """{"secret":"whsec_$B1","previous_secret":"whsec_$B2"}""", 0 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task No_secret_of_any_kind_is_shown_though_the_gateway_says_them_all(string kind, Channel channel, string settings, string credentials, int sent)
    {
        var secrets = Enumerable.Range(0, 3).Select(i => Secret(i)).ToArray();
        var bytes = Enumerable.Range(0, 2).Select(_ => Convert.ToBase64String(RandomNumberGenerator.GetBytes(30))).ToArray();
        await using var server = new LoopbackHttpServer(request => Echo(request, [.. secrets, .. bytes]));
        var filled = (string text) => text.Replace("$U", server.Url, StringComparison.Ordinal)
            .Replace("/$S2", "/p", StringComparison.Ordinal)
            .Replace("?token=$S3", "?token=" + Uri.EscapeDataString(secrets[2]), StringComparison.Ordinal)
            .Replace("$S1", Json(secrets[0]), StringComparison.Ordinal).Replace("$S2", Json(secrets[1]), StringComparison.Ordinal).Replace("$S3", Json(secrets[2]), StringComparison.Ordinal)
            .Replace("$B1", bytes[0], StringComparison.Ordinal).Replace("$B2", bytes[1], StringComparison.Ordinal);
        (settings, credentials) = (filled(settings), filled(credentials));
        Assert.Empty(Kind(kind).Check(Sample.Settings(settings, credentials, channel)));

        var (exchange, result) = await SendAsync(Sample.Provider(kind, settings, credentials, channel: channel), channel);

        var http = Assert.Single(exchange.Http);
        Assert.NotNull(http.Status);
        var shown = Text(exchange);
        var configured = (settings + credentials);
        var checkedSecrets = 0;
        foreach (var secret in secrets.Concat(bytes).Where(s => configured.Contains(s, StringComparison.Ordinal) || configured.Contains(Json(s), StringComparison.Ordinal) || configured.Contains(Uri.EscapeDataString(s), StringComparison.Ordinal)))
        {
            Assert.False(Leaks.Has(shown, secret), $"{secret} leaks in\n{shown}");
            checkedSecrets++;
        }

        // That they can be found at all: the server saw those that go out, and said all of them.
        var received = Assert.Single(server.Requests);
        var raw = received.Target + "\n" + string.Join('\n', received.Headers.Select(h => $"{h.Key}: {h.Value}")) + "\n" + received.Text;
        Assert.True(secrets.Count(s => Leaks.Has(raw, s)) >= (kind == "ses" ? 2 : sent), raw);
        Assert.True(checkedSecrets > 0);
        Assert.Contains("***", shown, StringComparison.Ordinal);
        Assert.NotNull(result.Answer);
    }

    [Fact]
    public void Every_kind_that_speaks_HTTP_is_tried() =>
        Assert.Equal(
            Catalog.Kinds.Select(k => k.Name).Except(["smtp", "simulator"]).Order(StringComparer.Ordinal), Kinds.Select(k => k.Data.Item1).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_request_and_its_answer_are_shown_as_they_went()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(201, """{"id":"m-1","text":"hola"}""", "Content-Type: application/json", "X-Trace: 7"));
        var provider = Sample.Provider("http", $$"""{"api_url":"{{server.Url}}/send?x=1","to_param":"to","text_param":"text"}""", """{"api_key":"the-key"}""", channel: Channel.Sms);

        var (exchange, _) = await SendAsync(provider, Channel.Sms);

        var http = Assert.Single(exchange.Http);
        Assert.Equal(("POST", server.Url + "/send?x=1", (int?)201), (http.Method, http.Url, http.Status));
        Assert.Contains(new("Host", $"127.0.0.1:{server.Port}"), http.RequestHeaders);
        Assert.Contains(new("Authorization", "Bearer ***"), http.RequestHeaders);
        Assert.Contains(new("X-Trace", "7"), http.ResponseHeaders);
        Assert.Equal(server.Requests.Single().Text, http.RequestBody!.Text);
        Assert.Contains(http.RequestHeaders, h => h.Key == "Content-Length" && h.Value == http.RequestBody.Bytes.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(new ExchangeBody("""{"id":"m-1","text":"hola"}""", 26, IsCut: false), http.ResponseBody);
        Assert.True(http.Duration > TimeSpan.Zero);
        Assert.Null(http.Failure);
    }

    [Fact]
    public async Task Bodies_are_cut_and_no_secret_with_them()
    {
        const string secret = "the-very-secret-key";
        var before = new string('x', GatewayExchange.MaxBody - 8);
        await using var server = new LoopbackHttpServer(HttpReply.Of(200, before + secret + new string('y', 100_000)));
        var provider = Sample.Provider("http", $$"""{"api_url":"{{server.Url}}/","to_param":"to","text_param":"text"}""", $$"""{"api_key":"{{secret}}"}""", channel: Channel.Sms);

        var (exchange, _) = await SendAsync(provider, Channel.Sms);

        Assert.Equal(new ExchangeBody(before + "***yyyyy", 64 << 10, IsCut: true), Assert.Single(exchange.Http).ResponseBody);
    }

    [Theory]
    [InlineData("http://no-such-host.invalid/", "The name of no-such-host.invalid was not found.")]
    [InlineData("http://127.0.0.1:$P/", "ConnectionRefused")]
    [InlineData("https://127.0.0.1:$T/", "No secure connection")]
    public async Task What_fails_before_a_request_leaves_is_shown(string url, string why)
    {
        using var certificate = SelfSigned();
        await using var tls = new LoopbackSmtpServer { Certificate = certificate };
        var provider = Sample.Provider("http", $$"""{"api_url":"{{Filled(url, tls.Port)}}","to_param":"to","text_param":"text"}""", channel: Channel.Sms);

        var (exchange, result) = await SendAsync(provider, Channel.Sms);

        var http = Assert.Single(exchange.Http);
        Assert.Null(http.Status);
        Assert.Contains(why, http.Failure, StringComparison.Ordinal);
        Assert.Equal(SendOutcome.Unavailable, result.Outcome);
        Assert.NotNull(http.Duration);
    }

    [Fact]
    public async Task A_guard_that_refuses_is_shown()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        var settings = $$"""{"api_url":"{{server.Url}}/","to_param":"to","text_param":"text"}""";
        var (exchange, _) = await SendAsync(Sample.Provider("http", settings, channel: Channel.Sms) with { Tenant = new TenantId(1) }, Channel.Sms);
        Assert.Contains("not allowed here", Assert.Single(exchange.Http).Failure, StringComparison.Ordinal);

        var smtp = $$"""{"host":"127.0.0.1","port":{{server.Port}},"security":"none","from_email":"a@example.com"}""";
        (exchange, _) = await SendAsync(Sample.Provider("smtp", smtp) with { Tenant = new TenantId(1) }, Channel.Email);
        Assert.Equal(["connecting to 127.0.0.1:" + server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "connecting to where 127.0.0.1 leads is not allowed"], exchange.Smtp.Select(l => l.Text));
        Assert.Equal(0, server.Connections);
    }

    [Theory]
    [InlineData("no-such-host.invalid", 25, "none")]
    [InlineData("127.0.0.1", 0, "none")]
    [InlineData("127.0.0.1", 1, "tls")]
    public async Task A_dialogue_that_does_not_begin_says_why(string host, int port, string security)
    {
        using var certificate = SelfSigned();
        await using var server = new LoopbackSmtpServer { Certificate = certificate };
        port = port switch { 0 => ClosedPort(), 1 => server.Port, _ => port };
        var provider = Sample.Provider("smtp", $$"""{"host":"{{host}}","port":{{port}},"security":"{{security}}","from_email":"a@example.com"}""");

        var (exchange, result) = await SendAsync(provider, Channel.Email);

        Assert.All(exchange.Smtp, l => Assert.Equal(DialogueSide.Note, l.Side));
        Assert.Equal(result.Answer, exchange.Smtp[^1].Text);
        if (security == "tls") Assert.Contains("RemoteCertificate", exchange.Smtp[^1].Text, StringComparison.Ordinal);
        Assert.Equal(SendOutcome.Unavailable, result.Outcome);
    }

    [Theory]
    [InlineData("AUTH", "235 2.7.0 welcome")]
    [InlineData("AUTH", "535 5.7.8 not you, $S1")]
    [InlineData("AUTH", "535 5.7.8 not you, $E")]
    [InlineData("RCPT", "550 5.1.1 nobody with $S2")]
    public async Task A_dialogue_is_shown_line_by_line_without_the_login(string command, string reply)
    {
        var (user, password) = (Secret(0), Secret(1));
        var plain = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{password}"));
        reply = reply.Replace("$S1", user, StringComparison.Ordinal).Replace("$S2", password, StringComparison.Ordinal).Replace("$E", plain, StringComparison.Ordinal);
        using var certificate = SelfSigned();
        await using var server = new LoopbackSmtpServer((command, reply)) { Certificate = certificate };
        var settings = $$"""{"host":"127.0.0.1","port":{{server.Port}},"security":"tls","from_email":"hello@example.com","allow_invalid_certificate":true,"client_name":"me.example"}""";
        var provider = Sample.Provider("smtp", settings, $$"""{"username":"{{Json(user)}}","password":"{{Json(password)}}"}""");

        var (exchange, _) = await SendAsync(provider, Channel.Email);

        var said = exchange.Smtp.Select(l => $"{(l.Side switch { DialogueSide.Client => 'C', DialogueSide.Server => 'S', _ => '*' })} {l.Text}").ToList();
        Assert.Contains($"AUTH PLAIN {plain}", server.Commands);
        Assert.Equal(
            [$"* connecting to 127.0.0.1:{server.Port}", "* connected"], said.Take(2));
        Assert.Matches("^\\* Tls1[23] TLS_", said[2]);
        Assert.Equal(["S 220 loopback ESMTP", "C EHLO me.example", "S 250-loopback", "S 250-PIPELINING", "S 250-AUTH PLAIN", "S 250 8BITMIME", "C AUTH PLAIN ***"], said.Skip(3).Take(7));
        var text = string.Join('\n', said);
        Assert.False(Leaks.Has(text, user) || Leaks.Has(text, password), text);
        if (reply[0] == '2')
        {
            Assert.Contains("C MAIL FROM:<hello@example.com>", said);
            Assert.Contains("C RCPT TO:<ana@example.net>", said);
            Assert.Contains("C Subject: Welcome", said);
            Assert.Contains("S 250 2.0.0 Ok: queued as 4XYZ", said);
            Assert.Equal(["C QUIT", "S 221 bye"], said.TakeLast(2));
        }
    }

    [Fact]
    public async Task A_long_mail_is_shown_by_its_beginning()
    {
        await using var server = new LoopbackSmtpServer();
        var provider = Sample.Provider("smtp", $$"""{"host":"127.0.0.1","port":{{server.Port}},"security":"none","from_email":"hello@example.com"}""");

        var (exchange, _) = await SendAsync(provider, Channel.Email, string.Concat(Enumerable.Range(0, 100).Select(i => $"line {i}\r\n")));

        Assert.Contains(exchange.Smtp, l => l.Side == DialogueSide.Note && l.Text.Contains("further lines of the message", StringComparison.Ordinal));
        Assert.DoesNotContain(exchange.Smtp, l => l.Text == "line 99");
        Assert.Contains(exchange.Smtp, l => l is { Side: DialogueSide.Client, Text: "." });
    }

    private static async Task<(GatewayExchange Exchange, SendResult Result)> SendAsync(Provider provider, Channel channel, string text = "Hello Ana")
    {
        var kind = Kind(provider.Kind);
        var recorder = new ExchangeRecorder(new SecretMask(provider, kind.CredentialsSchema), TimeProvider.System);
        var services = new GatewayServices(TimeProvider.System, new SimulatorOutbox()) { Recorder = recorder };
        var address = channel switch { Channel.Sms => "+525512345678", Channel.Webhook => "https://example.net/", _ => "ana@example.net" };
        SendResult result;
        await using (var gateway = kind.Create(provider, services)) result = await gateway.SendAsync(Sample.Message(provider, address: address, text: text), Token);
        return (recorder.Read(), result);
    }

    /// <summary>A server with no discretion: it says again what it was told, and every secret in every way.</summary>
    private static HttpReply Echo(ReceivedRequest request, string[] secrets)
    {
        var said = new StringBuilder(request.Target).Append('\n').AppendJoin('\n', request.Headers.Select(h => $"{h.Key}: {h.Value}")).Append('\n').Append(request.Text).Append('\n');
        foreach (var secret in secrets)
        {
            var bytes = Encoding.UTF8.GetBytes(secret);
            said.AppendJoin('\n', [secret, Uri.EscapeDataString(secret), JsonSerializer.Serialize(secret), WebUtility.HtmlEncode(secret), Convert.ToBase64String(bytes),
                Convert.ToBase64String([.. "user:"u8, .. bytes]), Convert.ToBase64String([.. "a:"u8, .. bytes, .. "more"u8]), Convert.ToHexString(bytes), ""]);
        }

        return HttpReply.Of(400, said.ToString(), "X-Echo: " + Uri.EscapeDataString(secrets[0]), "X-Basic: " + Convert.ToBase64String(Encoding.UTF8.GetBytes("u:" + secrets[0])));
    }

    /// <summary>Random, with what each encoding writes otherwise.</summary>
    private static string Secret(int number) => $"s{number}" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)) + "+/&=%\"\\ <'" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    private static string Json(string text) => JsonSerializer.Serialize(text)[1..^1];

    private static string Text(GatewayExchange exchange) => string.Join('\n', exchange.Http.SelectMany(h => new[]
    {
        h.Url, string.Join('\n', h.RequestHeaders.Concat(h.ResponseHeaders).Select(p => $"{p.Key}: {p.Value}")), h.RequestBody?.Text, h.ResponseBody?.Text, h.Failure,
    }));

    private static GatewayKind Kind(string name) => Catalog.TryGet(name, out var kind) ? kind : throw new ArgumentException(name, nameof(name));

    private static string Filled(string url, int tlsPort) => url
        .Replace("$P", ClosedPort().ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("$T", tlsPort.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static int ClosedPort()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=loopback", key, HashAlgorithmName.SHA256).CreateSelfSigned(Sample.Time.AddYears(-1), Sample.Time.AddYears(20));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
