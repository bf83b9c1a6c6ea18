using System.Text.Json;
using Carillon.Channels;
using Carillon.Channels.Simulator;
using Carillon.Channels.Sms;
using Carillon.Messages;
using Carillon.Tests.Channels.Http;

namespace Carillon.Tests.Channels.Sms;

public sealed class HttpSmsGatewayTests
{
    private readonly GatewayServices _services = new(TimeProvider.System, new SimulatorOutbox());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_settings_of_the_usual_gateway_send_a_form_with_the_key_in_the_header()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200, "OK"));
        var result = await SendAsync(server, """ "auth_method":"header","default_params":{"sender":"ISP_COMPANY","flash":false,"ttl":60} """, """{"api_key":"k-123"}""", text: "Hola, mañana 9 h & más");
        Assert.Equal(SendResult.Accepted("HTTP 200."), result);
        var request = Assert.Single(server.Requests);
        Assert.Equal(("POST", "/send", "Bearer k-123"), (request.Method, request.Target, request.Headers["authorization"]));
        Assert.Equal("sender=ISP_COMPANY&flash=false&ttl=60&to=%2B5215512345678&message=Hola%2C%20ma%C3%B1ana%209%20h%20%26%20m%C3%A1s", request.Text);
    }

    [Fact]
    public async Task A_query_carries_everything_where_the_gateway_wants_get()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        await SendAsync(
            server, """ "method":"get","auth_method":"query","auth_name":"apikey","number_format":"digits","text_param":"text","from":"Norte","default_params":{"v":2} """,
            """{"api_key":"a b"}""", path: "/send?x=1", text: "¿Qué?");
        var request = Assert.Single(server.Requests);
        Assert.Equal(("GET", "/send?x=1&apikey=a%20b&v=2&to=5215512345678&from=Norte&text=%C2%BFQu%C3%A9%3F"), (request.Method, request.Target));
        Assert.False(request.Headers.ContainsKey("content-length"));
    }

    [Fact]
    public async Task A_json_body_has_our_fields_beside_theirs()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        await SendAsync(
            server, """ "format":"json","auth_method":"body","auth_name":"token","reference_param":"ref","default_params":{"options":{"flash":[1,null]}} """,
            """{"api_key":"k\"1"}""", from: "Norte", text: "a\n\"b\" 😀");
        var request = Assert.Single(server.Requests);
        Assert.Equal("application/json", request.Headers["content-type"]);
        Assert.Equal(
            JsonSerializer.Serialize(JsonDocument.Parse($$"""
                {"options":{"flash":[1,null]},"token":"k\"1","to":"+5215512345678","from":"Norte","message":"a\n\"b\" 😀","ref":"{{PublicId.Format("msg_", Sample.Id(1))}}"}
                """)),
            JsonSerializer.Serialize(JsonDocument.Parse(request.Body)));
    }

    [Fact]
    public async Task A_json_body_without_further_parameters_is_json_too()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        await SendAsync(server, """ "format":"json" """);
        Assert.Equal("""{"to":"+5215512345678","message":"Hello Ana"}""", Assert.Single(server.Requests).Text);
    }

    [Fact]
    public async Task Name_and_password_and_further_headers_go_into_the_header()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        await SendAsync(server, """ "headers":{"X-Region":"mx"} """, """{"username":"ana","password":"ñ"}""");
        var request = Assert.Single(server.Requests);
        Assert.Equal(("Basic " + Convert.ToBase64String("ana:ñ"u8), "mx"), (request.Headers["authorization"], request.Headers["x-region"]));
    }

    [Fact]
    public async Task A_mail_address_of_the_notification_is_no_sender_of_an_sms()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        await SendAsync(server, """ "from":"Norte" """, from: "Fibra Norte <hello@example.com>");
        Assert.Contains("&from=Norte&", Assert.Single(server.Requests).Text, StringComparison.Ordinal);
    }

    private const string Paths = """
        "id_path":"messages.0.id","success_path":"messages.0.status","success_values":["queued","0"],"code_path":"/error/code","error_path":"/error/text",
        "outcomes":{"7":"rejected","9":"throttled","42":"unavailable","77":"unknown","http_409":"accepted","http_500":"unavailable"}
        """;

    [Theory]
    [InlineData(200, """{"messages":[{"id":"m-1","status":"queued"}]}""", SendOutcome.Accepted, "HTTP 200.", "m-1")]
    [InlineData(200, """{"messages":[{"id":12,"status":0}]}""", SendOutcome.Accepted, "HTTP 200.", "12")]
    [InlineData(200, """{"messages":[{"id":null,"status":"Queued"}]}""", SendOutcome.Accepted, "HTTP 200.", null)]
    [InlineData(200, """{"messages":[{"id":"m","status":"failed"}],"error":{"code":7,"text":"bad number"}}""", SendOutcome.Rejected, "HTTP 200: 7 bad number", null)]
    [InlineData(200, """{"error":{"code":"9","text":"slow\ndown"}}""", SendOutcome.RetryAfter, "HTTP 200: 9 slow down", null)]
    [InlineData(200, """{"error":{"code":"42"}}""", SendOutcome.Unavailable, "HTTP 200: 42", null)]
    [InlineData(200, """{"error":{"code":"77"}}""", SendOutcome.Unknown, "HTTP 200: 77", null)]
    [InlineData(200, """{"error":{"code":"1000","text":"?"}}""", SendOutcome.Unavailable, "HTTP 200: 1000 ?", null)]
    [InlineData(200, "{}", SendOutcome.Unavailable, "HTTP 200.", null)]
    [InlineData(200, "<html>", SendOutcome.Unknown, null, null)]
    [InlineData(200, "{\"messages\":[{\"id\":\"m-1\",\"sta", SendOutcome.Unknown, null, null)]
    [InlineData(200, "", SendOutcome.Unknown, null, null)]
    [InlineData(400, """{"error":{"code":"42","text":"no credit"}}""", SendOutcome.Unavailable, "HTTP 400: 42 no credit", null)]
    [InlineData(400, """{"error":{"code":"8","text":"bad"}}""", SendOutcome.Rejected, "HTTP 400: 8 bad", null)]
    [InlineData(409, """{"messages":[{"id":"m-1"}]}""", SendOutcome.Accepted, "HTTP 409.", "m-1")]
    [InlineData(500, "oops", SendOutcome.Unavailable, "HTTP 500.", null)]
    [InlineData(502, "oops", SendOutcome.Unknown, "HTTP 502.", null)]
    [InlineData(429, "{}", SendOutcome.RetryAfter, "HTTP 429.", null)]
    public async Task A_json_answer_means_what_the_settings_say(int status, string body, SendOutcome outcome, string? text, string? id)
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(status, body, "Retry-After: 12"));
        var result = await SendAsync(server, Paths);
        Assert.Equal((outcome, id), (result.Outcome, result.ExternalId));
        if (text is not null) Assert.Equal(text, result.Answer);
        if (outcome == SendOutcome.RetryAfter) Assert.Equal(TimeSpan.FromSeconds(12), result.Delay);
    }

    [Theory]
    [InlineData("OK 8812", SendOutcome.Accepted, "8812")]
    [InlineData("ERR 5 no route", SendOutcome.Rejected, null)]
    [InlineData("ERR 6 balance", SendOutcome.Unavailable, null)]
    [InlineData("something else", SendOutcome.Unknown, null)]
    public async Task A_text_answer_is_read_by_a_pattern(string body, SendOutcome outcome, string? id)
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200, body));
        var result = await SendAsync(server, """ "answer_pattern":"^(OK (?<id>\\d+)|ERR (?<code>\\d+) (?<error>.*))$","outcomes":{"5":"rejected"} """);
        Assert.Equal((outcome, id), (result.Outcome, result.ExternalId));
    }

    [Fact]
    public async Task An_id_that_cannot_be_read_does_not_undo_success()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"id\":"));
        Assert.Equal(SendResult.Accepted("HTTP 200."), await SendAsync(server, """ "id_path":"id" """));
    }

    [Fact]
    public async Task A_key_that_the_gateway_echoes_is_not_kept()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Json(400, """{"error":"bad key s3cr3t-key given"}"""));
        var result = await SendAsync(server, """ "error_path":"error" """, """{"api_key":"s3cr3t-key"}""");
        Assert.Equal("HTTP 400: bad key •••• given", result.Answer);
    }

    [Fact]
    public async Task Long_words_are_cut()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Json(400, $$"""{"error":"{{new string('é', 5000)}}"}"""));
        Assert.Equal("HTTP 400: ".Length + 500, (await SendAsync(server, """ "error_path":"error" """)).Answer!.Length);
    }

    [Fact]
    public async Task A_tenants_gateway_on_a_private_address_is_unavailable()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        var provider = Provider(server, "") with { Tenant = new TenantId(7) };
        await using var gateway = HttpSmsGateway.Kind.Create(provider, _services);
        Assert.Equal(SendOutcome.Unavailable, (await gateway.SendAsync(Sample.Message(provider, address: "+5215512345678"), Token)).Outcome);
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task Many_messages_share_few_connections()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        var provider = Provider(server, "");
        await using var gateway = HttpSmsGateway.Kind.Create(provider, _services);
        for (var round = 0; round < 10; round++)
            await Task.WhenAll(Enumerable.Range(0, 16).Select(i => gateway.SendAsync(Sample.Message(provider, i, "+5215512345678"), Token).AsTask()));
        Assert.Equal(160, server.Requests.Count);
        Assert.InRange(server.Connections, 1, 16);
    }

    /// <summary>Good answers with bytes changed, lost and added: the gateway ends in a result, whatever that is, and never in an exception.</summary>
    [Fact]
    public async Task Whatever_a_server_says_is_a_result()
    {
        string[] answers =
        [
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 45\r\n\r\n{\"messages\":[{\"id\":\"m-1\",\"status\":\"queued\"}]}",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1a\r\n{\"error\":{\"code\":7,\"text\":\r\n5\r\n\"x\"}}\r\n0\r\n\r\n",
            "HTTP/1.1 429 Slow\r\nRetry-After: Sat, 14 Mar 2026 09:01:30 GMT\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\u001f\u008b\u0008",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: http://[::1/\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n",
        ];
        var random = new Random(20260314);
        await using var server = new LoopbackHttpServer(_ => new HttpReply(Mutate(System.Text.Encoding.Latin1.GetBytes(answers[random.Next(answers.Length)]), random), Close: true));
        var provider = Provider(server, Paths + """, "reference_param":"ref" """);
        await using var gateway = HttpSmsGateway.Kind.Create(provider, _services);
        var seen = new HashSet<SendOutcome>();
        for (var i = 0; i < 600; i++)
        {
            var result = await gateway.SendAsync(Sample.Message(provider, i, "+5215512345678"), Token);
            Assert.NotEmpty(result.Answer!);
            seen.Add(result.Outcome);
        }

        // Some are lost with a connection that was just closed; none comes twice.
        Assert.Equal(server.Requests.Count, server.Requests.Select(r => r.Text).Distinct().Count());
        Assert.True(seen.Count >= 4, "The answers were all alike.");
    }

    [Theory]
    [InlineData("{}", null, "settings.api_url", "required")]
    [InlineData("""{"api_url":"gopher://x/"}""", null, "settings.api_url", "invalid")]
    [InlineData("""{"api_url":"http://x/","method":"get","format":"json"}""", null, "settings.format", "conflict")]
    [InlineData("""{"api_url":"http://x/","auth_method":"header"}""", null, "credentials.api_key", "required")]
    [InlineData("""{"api_url":"http://x/","auth_method":"basic"}""", null, "credentials.username", "required")]
    [InlineData("""{"api_url":"http://x/","auth_method":"none"}""", """{"api_key":"x"}""", "credentials.api_key", "conflict")]
    [InlineData("""{"api_url":"http://x/"}""", """{"api_key":"a\r\nX: y"}""", "credentials.api_key", "invalid")]
    [InlineData("""{"api_url":"http://x/","auth_name":"Host"}""", """{"api_key":"x"}""", "settings.auth_name", "invalid")]
    [InlineData("""{"api_url":"http://x/","headers":{"X":"a\r\nb"}}""", null, "settings.headers.X", "invalid")]
    [InlineData("""{"api_url":"http://x/","headers":{"Content-Length":"5"}}""", null, "settings.headers.Content-Length", "invalid")]
    [InlineData("""{"api_url":"http://x/","default_params":{"a":{}}}""", null, "settings.default_params.a", "invalid")]
    [InlineData("""{"api_url":"http://x/","default_params":{"to":"1"}}""", null, "settings.to_param", "conflict")]
    [InlineData("""{"api_url":"http://x/","answer_pattern":"(?<id>"}""", null, "settings.answer_pattern", "invalid")]
    [InlineData("""{"api_url":"http://x/","answer_pattern":"(?<id>a)(?=b)"}""", null, "settings.answer_pattern", "invalid")]
    [InlineData("""{"api_url":"http://x/","answer_pattern":"ok"}""", null, "settings.answer_pattern", "invalid")]
    [InlineData("""{"api_url":"http://x/","id_path":"a..b"}""", null, "settings.id_path", "invalid")]
    [InlineData("""{"api_url":"http://x/","answer_pattern":"(?<id>a)","id_path":"a"}""", null, "settings.id_path", "conflict")]
    [InlineData("""{"api_url":"http://x/","outcomes":{"1":"maybe"}}""", null, "settings.outcomes.1", "invalid")]
    [InlineData("""{"api_url":"http://x/","success_values":[]}""", null, "settings.success_values", "invalid")]
    public void A_fault_is_told_by_field(string settings, string? credentials, string field, string code)
    {
        var fault = Assert.Single(HttpSmsGateway.Kind.Check(Sample.Settings(settings, credentials, Channel.Sms)));
        Assert.Equal((field, code), (fault.Field, fault.Code));
    }

    private static byte[] Mutate(byte[] answer, Random random)
    {
        var bytes = new List<byte>(answer);
        for (var changes = random.Next(4); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveAt(at); break;
                case 2: bytes.Insert(at, (byte)"\r\n :0{\"\0"[random.Next(8)]); break;
                default: bytes.RemoveRange(at, bytes.Count - at); break;
            }
        }

        return [.. bytes];
    }

    private static Carillon.Providers.Provider Provider(LoopbackHttpServer server, string settings, string? credentials = null, string path = "/send") => Sample.Provider(
        "http", $$"""{"api_url":"{{server.Url}}{{path}}"{{(settings.Length > 0 ? "," : "")}}{{settings}}}""", credentials, channel: Channel.Sms);

    private async Task<SendResult> SendAsync(
        LoopbackHttpServer server, string settings, string? credentials = null, string path = "/send", string text = "Hello Ana", string? from = null)
    {
        var provider = Provider(server, settings, credentials, path);
        await using var gateway = HttpSmsGateway.Kind.Create(provider, _services);
        return await gateway.SendAsync(Sample.Message(provider, address: "+5215512345678", text: text, from: from), Token);
    }
}
