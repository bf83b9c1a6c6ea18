using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Carillon.Channels;
using Carillon.Channels.Http;

namespace Carillon.Tests.Channels.Http;

public sealed class GatewayHttpTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ManualTime _time = new();
    private readonly GatewayHttp _http;

    public GatewayHttpTests() => _http = new GatewayHttp(AddressGuard.Anywhere, _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData(200, SendOutcome.Accepted)]
    [InlineData(204, SendOutcome.Accepted)]
    [InlineData(301, SendOutcome.Unavailable)]
    [InlineData(307, SendOutcome.Unavailable)]
    [InlineData(400, SendOutcome.Rejected)]
    [InlineData(401, SendOutcome.Unavailable)]
    [InlineData(402, SendOutcome.Unavailable)]
    [InlineData(403, SendOutcome.Unavailable)]
    [InlineData(404, SendOutcome.Unavailable)]
    [InlineData(408, SendOutcome.RetryAfter)]
    [InlineData(410, SendOutcome.Rejected)]
    [InlineData(422, SendOutcome.Rejected)]
    [InlineData(429, SendOutcome.Unavailable)]
    [InlineData(500, SendOutcome.Unknown)]
    [InlineData(501, SendOutcome.Unavailable)]
    [InlineData(502, SendOutcome.Unknown)]
    [InlineData(503, SendOutcome.Unavailable)]
    [InlineData(504, SendOutcome.Unknown)]
    [InlineData(599, SendOutcome.Unknown)]
    public async Task A_status_means_what_it_usually_means(int status, SendOutcome outcome)
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(status));
        using var answer = await PostAsync(server);
        var result = HttpOutcomes.Of(answer, "too\r\nbad");
        Assert.Equal(outcome, result.Outcome);
        Assert.StartsWith($"HTTP {status}: too  bad", result.Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429, "7", 7)]
    [InlineData(503, "120", 120)]
    [InlineData(503, "Sat, 14 Mar 2026 09:01:30 GMT", 90)]
    [InlineData(429, "Fri, 13 Mar 2026 09:00:00 GMT", 0)]
    [InlineData(429, "99999999", 7 * 86400)]
    public async Task Retry_After_is_understood_in_seconds_and_as_a_date(int status, string header, int seconds)
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(status, "", "Retry-After: " + header));
        using var answer = await PostAsync(server);
        var result = HttpOutcomes.Of(answer);
        Assert.Equal((SendOutcome.RetryAfter, TimeSpan.FromSeconds(seconds)), (result.Outcome, result.Delay));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-5")]
    [InlineData("")]
    public async Task A_Retry_After_that_is_none_is_as_if_absent(string header)
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(503, "", "Retry-After: " + header));
        using var answer = await PostAsync(server);
        Assert.Equal(SendOutcome.Unavailable, HttpOutcomes.Of(answer).Outcome);
    }

    [Fact]
    public async Task A_request_arrives_as_it_was_built()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Json(200, """{"id":"x"}"""));
        using var content = new RequestContent(RequestContent.Form);
        content.AddField("to", "+52 1 &=é");
        content.AddField("text", "a b\n😀"u8);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Url + "/send?x=1")) { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", HttpSetting.Basic("ana", "ñ:1"));
        using var answer = await _http.SendAsync(request, Patience, Token);

        Assert.Equal("""{"id":"x"}""", Encoding.UTF8.GetString(answer.Body.Span));
        Assert.True(answer.IsWhole);
        Assert.Equal("application/json", answer.Header("content-type"));
        var received = Assert.Single(server.Requests);
        Assert.Equal(("POST", "/send?x=1"), (received.Method, received.Target));
        Assert.Equal("to=%2B52%201%20%26%3D%C3%A9&text=a%20b%0A%F0%9F%98%80", received.Text);
        Assert.Equal("application/x-www-form-urlencoded", received.Headers["content-type"]);
        Assert.Equal("Basic " + Convert.ToBase64String("ana:ñ:1"u8), received.Headers["authorization"]);
        Assert.Equal("Carillon", received.Headers["user-agent"]);
        Assert.DoesNotContain("traceparent", received.Headers.Keys);
    }

    [Fact]
    public async Task A_connection_is_used_again()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200, "ok"));
        for (var i = 0; i < 50; i++)
        {
            using var answer = await PostAsync(server);
            Assert.True(answer.IsWhole);
        }

        Assert.Equal((1, 50), (server.Connections, server.Requests.Count));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var target = new LoopbackHttpServer(HttpReply.Of(200));
        await using var server = new LoopbackHttpServer(HttpReply.Of(302, "", "Location: " + target.Url));
        using var answer = await PostAsync(server);
        Assert.Equal(302, answer.Status);
        Assert.Empty(target.Requests);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_unavailable()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/?key=secret");
        listener.Stop();
        await AssertFailureAsync(url, SendOutcome.Unavailable, "ConnectionRefused");
    }

    [Fact]
    public Task A_name_that_is_not_found_is_unavailable() =>
        AssertFailureAsync(new Uri("http://nowhere.invalid/?key=secret"), SendOutcome.Unavailable, "was not found");

    [Fact]
    public async Task A_server_that_speaks_no_tls_is_unavailable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerInClearAsync(listener);
        await AssertFailureAsync(new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/?key=secret"), SendOutcome.Unavailable, "No secure connection");
        await answering;
    }

    public static TheoryData<string, string> Unfinished => new()
    {
        { "", "broke" },
        { "HTTP/1.1 200", "broke" },
        { "HTTP/1.1 200 OK\r\nContent-Le", "broke" },
        { "SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP" },
        { "HTTP/1.1 abc OK\r\n\r\n", "not HTTP" },
        { "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "not HTTP" },
        { "HTTP/1.1 200 OK\r\nX: " + new string('x', 70_000) + "\r\n\r\n", "too large" },
    };

    [Theory]
    [MemberData(nameof(Unfinished))]
    public async Task What_is_no_answer_leaves_the_outcome_unknown(string reply, string words)
    {
        await using var server = new LoopbackHttpServer(HttpReply.Raw(reply));
        using var answer = await PostAsync(server);
        Assert.Equal(SendOutcome.Unknown, answer.Failure!.Value.Outcome);
        Assert.Contains(words, answer.Failure.Value.Answer, StringComparison.Ordinal);
        Assert.Equal(answer.Failure, HttpOutcomes.Of(answer));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_kept_connection_that_breaks_under_a_request_does_not_repeat_it(string method)
    {
        await using var server = new LoopbackHttpServer(r => r.Target == "/first" ? HttpReply.Of(200, "ok") : HttpReply.Cut);
        using (var first = await SendAsync(method, new Uri(server.Url + "/first"))) Assert.Equal(200, first.Status);
        using var second = await SendAsync(method, new Uri(server.Url + "/second"));
        Assert.Equal(SendOutcome.Unknown, second.Failure!.Value.Outcome);
        Assert.Equal(1, server.Requests.Single(r => r.Target == "/second").Connection);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_connection_that_the_server_closed_while_it_was_idle_costs_no_message(string method)
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200, "ok") with { Close = true });
        using (var first = await SendAsync(method, new Uri(server.Url))) Assert.Equal(200, first.Status);
        await server.ConnectionClosed.Task.WaitAsync(Token);
        using var second = await SendAsync(method, new Uri(server.Url));
        Assert.Equal((200, 2), (second.Status, server.Connections));
    }

    [Fact]
    public async Task A_handshake_that_breaks_off_is_unavailable_for_nothing_of_the_request_has_left()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var closing = CloseFirstAsync(listener);
        await AssertFailureAsync(new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/?key=secret"), SendOutcome.Unavailable, "127.0.0.1");
        await closing;
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":\"abc\"", "{\"id\":\"abc\"")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"id\r\n", "{\"id")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzzz\r\n", "")]
    public async Task An_answer_that_breaks_off_keeps_its_status(string reply, string body)
    {
        await using var server = new LoopbackHttpServer(HttpReply.Raw(reply));
        using var answer = await PostAsync(server);
        Assert.Null(answer.Failure);
        Assert.Equal((200, false, body), (answer.Status, answer.IsWhole, Encoding.UTF8.GetString(answer.Body.Span)));
    }

    [Fact]
    public async Task A_huge_answer_is_cut()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200, new string('x', 4 << 20)));
        using var answer = await PostAsync(server);
        Assert.Equal((200, false, HttpAnswer.MaxBytes), (answer.Status, answer.IsWhole, answer.Body.Length));
    }

    [Fact]
    public async Task An_answer_of_just_the_most_that_is_read_is_whole()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200, new string('x', HttpAnswer.MaxBytes)));
        using var answer = await PostAsync(server);
        Assert.Equal((true, HttpAnswer.MaxBytes), (answer.IsWhole, answer.Body.Length));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_compressed_answer_is_read_and_a_bomb_is_cut(string encoding)
    {
        await using var server = new LoopbackHttpServer(r => HttpReply.Of(
            200, Compress(encoding, r.Target == "/bomb" ? 64 << 20 : 1000), "Content-Encoding: " + encoding));
        using var answer = await SendAsync("POST", new Uri(server.Url));
        Assert.Equal((true, new string('x', 1000)), (answer.IsWhole, Encoding.UTF8.GetString(answer.Body.Span)));
        using var bomb = await SendAsync("POST", new Uri(server.Url + "/bomb"));
        Assert.Equal((200, false, HttpAnswer.MaxBytes), (bomb.Status, bomb.IsWhole, bomb.Body.Length));
    }

    [Fact]
    public async Task What_only_claims_to_be_compressed_is_not_whole()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200, "plain text", "Content-Encoding: gzip"));
        using var answer = await PostAsync(server);
        Assert.Equal((200, false, 0), (answer.Status, answer.IsWhole, answer.Body.Length));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_leaves_the_outcome_unknown()
    {
        await using var server = new LoopbackHttpServer(new HttpReply([], After: Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, Token)));
        var sending = PostAsync(server);
        await server.RequestCame.Task.WaitAsync(Token);
        _time.Advance(Patience);
        using var answer = await sending;
        Assert.Equal(SendOutcome.Unknown, answer.Failure!.Value.Outcome);
        Assert.Contains("did not answer in time", answer.Failure.Value.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_trickles_beyond_the_time_is_not_whole()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200, "ok") with { Bytes = [.. "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n12"u8] });
        var sending = PostAsync(server);
        await server.RequestCame.Task.WaitAsync(Token);
        // Until the answer has come as far as it will, there is nothing to see but that the time goes on.
        while (!sending.IsCompleted)
        {
            _time.Advance(Patience / 1000);
            await Task.Yield();
        }

        using var answer = await sending;
        Assert.True(answer.Failure is not null || !answer.IsWhole);
    }

    [Fact]
    public async Task A_request_withdrawn_before_it_left_was_not_sent()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Url));
        using var answer = await _http.SendAsync(request, Patience, new CancellationToken(canceled: true));
        Assert.Equal(SendOutcome.Unavailable, answer.Failure!.Value.Outcome);
    }

    [Fact]
    public async Task A_name_that_comes_to_mean_another_address_is_judged_anew()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        var answers = new Queue<IPAddress[]>([[IPAddress.Loopback], [IPAddress.Parse("10.0.0.1")], [IPAddress.Parse("::ffff:169.254.169.254"), IPAddress.Loopback]]);
        using var http = new GatewayHttp(
            AddressGuard.TryParse("127.0.0.1")!, _time, (_, _) => Task.FromResult(answers.Dequeue()));
        var url = new Uri($"http://rebinding.example:{server.Port}/");
        async Task<HttpAnswer> Get() { using var request = new HttpRequestMessage(HttpMethod.Get, url); return await http.SendAsync(request, Patience, Token); }

        using var first = await Get();
        Assert.Equal(200, first.Status);
        using var second = await Get();
        Assert.Contains("not allowed here", second.Failure!.Value.Answer, StringComparison.Ordinal);
        Assert.DoesNotContain("10.0.0.1", second.Failure.Value.Answer, StringComparison.Ordinal);
        // Of several addresses only the allowed one is connected to.
        using var third = await Get();
        Assert.Equal(200, third.Status);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public void A_guard_has_connections_of_its_own()
    {
        using var pool = new GatewayHttpPool(_time);
        Assert.Same(pool.Of(AddressGuard.PublicOnly), pool.Of(AddressGuard.PublicOnly));
        Assert.NotSame(pool.Of(AddressGuard.PublicOnly), pool.Of(AddressGuard.Anywhere));
    }

    private static byte[] Compress(string encoding, int length)
    {
        using var target = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(target, CompressionLevel.Fastest),
            "deflate" => new ZLibStream(target, CompressionLevel.Fastest),
            _ => new BrotliStream(target, CompressionLevel.Fastest),
        })
        {
            var block = new byte[1000];
            block.AsSpan().Fill((byte)'x');
            for (var written = 0; written < length; written += block.Length) stream.Write(block);
        }

        return target.ToArray();
    }

    private static async Task CloseFirstAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync(Token);
        // What it says first is read, so that the end is an end and no reset.
        await client.GetStream().ReadExactlyAsync(new byte[16], Token);
    }

    private static async Task AnswerInClearAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync(Token);
        await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), Token);
    }

    private async Task AssertFailureAsync(Uri url, SendOutcome outcome, string words)
    {
        using var answer = await SendAsync("POST", url);
        Assert.Equal(outcome, answer.Failure!.Value.Outcome);
        Assert.Contains(words, answer.Failure.Value.Answer, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", answer.Failure.Value.Answer, StringComparison.Ordinal);
    }

    private Task<HttpAnswer> PostAsync(LoopbackHttpServer server) => SendAsync("POST", new Uri(server.Url));

    private async Task<HttpAnswer> SendAsync(string method, Uri url)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), url);
        if (method == "POST")
        {
            var content = new RequestContent(RequestContent.Form);
            content.AddField("text", "hello");
            request.Content = content;
        }

        return await _http.SendAsync(request, Patience, Token);
    }
}
