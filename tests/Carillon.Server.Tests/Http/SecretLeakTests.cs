using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Tests.Channels.Http;
using Microsoft.Extensions.Logging;

namespace Carillon.Server.Tests.Http;

/// <summary>Random credentials and secret variables go through the whole server, by vendors that quote all that they are sent; then everything is searched for them.</summary>
public sealed class SecretLeakTests : IAsyncLifetime
{
    private readonly CollectedLogs _logs = new();
    private readonly List<string> _secrets = [];
    private readonly List<(string Where, string Text)> _seen = [];
    private EngineHost _host = null!;
    private string _admin = "";
    private int _made;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await EngineHost.StartAsync(_logs);
        _admin = await _host.AddKeyAsync(TenantId.Installation, Scopes.Admin);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task No_credential_and_no_secret_variable_is_found_in_any_answer_log_trace_or_file()
    {
        await using var vendor = new LoopbackHttpServer(Quote);
        var providers = new[]
        {
            await ProviderAsync("sms", "http", $$"""{"api_url":"{{vendor.Url}}/a","error_path":"message"}""", $$"""{"api_key":"{{Secret()}}"}"""),
            await ProviderAsync(
                "sms", "http", $$"""{"api_url":"{{vendor.Url}}/b","auth_method":"basic","error_path":"message"}""",
                $$"""{"username":"{{Secret()}}","password":"{{Secret("+/=&?")}}"}"""),
            await ProviderAsync("sms", "twilio", $$"""{"account_sid":"AC{{new string('1', 32)}}","from":"+15550001111","base_url":"{{vendor.Url}}"}""", $$"""{"auth_token":"{{Secret()}}"}"""),
            await ProviderAsync("email", "sendgrid", $$"""{"from_email":"a@example.net","base_url":"{{vendor.Url}}"}""", $$"""{"api_key":"SG.{{Secret()}}"}"""),
        };
        // One is rotated, so that there are previous ones as well.
        var rotated = await SendAsync(
            "PUT", "/v1/providers/" + providers[0],
            $$"""{"name":"http-0","channel":"sms","kind":"http","settings":{"api_url":"{{vendor.Url}}/a","error_path":"message"},"credentials":{"api_key":"{{Secret()}}"} }""");
        Assert.True(rotated.Status == HttpStatusCode.OK, rotated.Body);
        var sender = await SendAsync("POST", "/v1/senders", """{"domain":"example.net"}""");
        Assert.Equal(HttpStatusCode.Created, sender.Status);
        var wrong = await SendAsync("POST", "/v1/providers", $$"""{"name":"x","channel":"sms","kind":"http","settings":{"api_url":5},"credentials":{"api_key":["{{Secret()}}"],"key":"{{Secret()}}"} }""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);

        var code = Secret();
        foreach (var (recipient, channel) in new[] { ("\"phone\":\"+525512345678\"", "sms"), ("\"email\":\"ana@example.net\"", "email") })
        {
            var sent = await SendAsync(
                "POST", "/v1/notifications",
                $$"""
                {"recipient":{ {{recipient}} },"channel":"{{channel}}","subject":"Code","message":"Your code is {{"{{ code }}"}}","syntax":"jinja",
                 "template_variables":{"code":"{{code}}"},"secret_variables":["code"]}
                """);
            Assert.True(sent.Status == HttpStatusCode.Accepted, sent.Body);
        }

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var messages = JsonElement.Parse((await SendAsync("GET", "/v1/messages")).Body).GetProperty("data");
        foreach (var message in messages.EnumerateArray())
        {
            var path = "/v1/messages/" + message.GetProperty("id").GetString();
            while (!(await SendAsync("GET", path)).Body.Contains("\"answer\":", StringComparison.Ordinal)) await timer.WaitForNextTickAsync(Token);
            await SendAsync("GET", path + "/content");
        }

        foreach (var provider in providers)
        {
            await SendAsync("POST", $"/v1/providers/{provider}/test", $$"""{"to":"{{(provider == providers[3] ? "ana@example.net" : "+525512345678")}}"}""");
            await SendAsync("GET", "/v1/providers/" + provider);
        }

        foreach (var path in new[] { "/v1/providers", "/v1/notifications", "/v1/messages", "/v1/queue", "/v1/senders", "/v1/keys", "/v1/encryption", "/v1/nodes", "/v1/tenants", "/metrics", "/health/ready" })
            await SendAsync("GET", path);
        // They were quoted: else this test would find nothing whatever happened.
        Assert.Contains(vendor.Requests, r => WebUtility.UrlDecode(r.Text).Contains(code, StringComparison.Ordinal));
        Assert.Contains(_seen, s => s.Where.StartsWith("GET /v1/messages/", StringComparison.Ordinal) && s.Text.Contains("refused", StringComparison.Ordinal) && s.Text.Contains("***", StringComparison.Ordinal));

        var directory = _host.DataDirectory;
        await _host.Engine.StopAsync();
        foreach (var file in Directory.EnumerateFiles(directory))
            _seen.Add((Path.GetFileName(file), Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Token))));
        _seen.AddRange(_logs.Lines.Select(line => ("log", line)));
        Assert.NotEmpty(_logs.Lines);

        var found = from secret in _secrets from form in Forms(secret) from seen in _seen where seen.Text.Contains(form, StringComparison.OrdinalIgnoreCase) select $"{form} in {seen.Where}: {Around(seen.Text, form)}";
        if (found.Distinct(StringComparer.Ordinal).ToList() is { Count: > 0 } leaks) Assert.Fail(string.Join('\n', leaks));
    }

    /// <summary>Refuses, and quotes target, headers and body in the fields in which vendors give their reasons.</summary>
    private static HttpReply Quote(ReceivedRequest request)
    {
        var quoted = $"refused {string.Join(' ', request.Headers.Values)} {request.Target} {request.Text}";
        var text = JsonSerializer.Serialize(quoted);
        return HttpReply.Json(401, $$"""{"message":{{text}},"code":20003,"detail":{{text}},"errors":[{"message":{{text}},"field":null}]}""");
    }

    /// <summary>The last four characters are shown, so that people can tell one from another: these are not random.</summary>
    private string Secret(string more = "")
    {
        var secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(12)) + more;
        _secrets.Add(secret);
        return secret + "tail";
    }

    private static IEnumerable<string> Forms(string secret)
    {
        yield return secret;
        yield return Uri.EscapeDataString(secret);
        yield return Convert.ToHexString(Encoding.UTF8.GetBytes(secret));
        for (var before = 0; before < 3; before++)
        {
            // Whatever goes before and after it in what is encoded: what lies between stays the same.
            var text = Convert.ToBase64String([.. new byte[before], .. Encoding.UTF8.GetBytes(secret)]);
            yield return text[4..^4];
        }
    }

    private static string Around(string text, string form)
    {
        var at = text.IndexOf(form, StringComparison.OrdinalIgnoreCase);
        return text[Math.Max(0, at - 60)..Math.Min(text.Length, at + 60)];
    }

    private async Task<string> ProviderAsync(string channel, string kind, string settings, string credentials)
    {
        var made = await SendAsync(
            "POST", "/v1/providers", $$"""{"name":"{{kind}}-{{_made++}}","channel":"{{channel}}","kind":"{{kind}}","settings":{{settings}},"credentials":{{credentials}},"priority":{{_made}} }""");
        Assert.True(made.Status == HttpStatusCode.Created, made.Body);
        return JsonElement.Parse(made.Body).GetProperty("id").GetString()!;
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _admin);
        using var answer = await _host.Client.SendAsync(request, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        _seen.Add(($"{method} {path}", text + answer.Headers));
        return (answer.StatusCode, text);
    }

    private sealed class CollectedLogs : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception) + exception);
    }
}
