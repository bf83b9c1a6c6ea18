using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Tests.Http;

public sealed class ServerTests : IAsyncLifetime
{
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<HttpResponseMessage> GetAsync(string path, string? key = null, string? requestId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null) request.Headers.TryAddWithoutValidation("Authorization", key);
        if (requestId is not null) request.Headers.TryAddWithoutValidation("X-Request-Id", requestId);
        return await _host.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<string?> TypeOf(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
        var problem = await ApiHost.JsonAsync(response);
        Assert.Equal((int)response.StatusCode, problem.GetProperty("status").GetInt32());
        return problem.GetProperty("type").GetString();
    }

    [Fact]
    public async Task A_tenant_is_made_together_with_the_key_that_is_shown()
    {
        _host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _host.AddKey(TenantId.Installation, Scopes.Admin));

        var response = await _host.PostAsync("/v1/tenants", """{"key":"acme"}""");

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var text = (await ApiHost.JsonAsync(response)).GetProperty("api_key").GetString();
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/v1/keys", "Bearer " + text)).StatusCode);
    }

    [Theory]
    [InlineData("Bearer ck_unknown")]
    [InlineData("Bearer")]
    [InlineData("Basic YTpi")]
    public async Task Without_a_valid_key_the_answer_is_401(string authorization)
    {
        var response = await GetAsync("/v1/messages", authorization);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        Assert.Equal("/problems/unauthorized", await TypeOf(response));
    }

    [Fact]
    public async Task A_key_that_lacks_the_scope_is_told_which()
    {
        var response = await GetAsync("/v1/keys");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("admin", (await ApiHost.JsonAsync(response)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_administrator_may_do_everything_of_its_tenant_but_not_see_tenants()
    {
        var key = "Bearer " + _host.AddKey(Scopes.Admin);

        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/v1/queue", key)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("/v1/tenants", key)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/v1/tenants", "Bearer " + _host.AddKey(TenantId.Installation, Scopes.Admin))).StatusCode);
    }

    [Fact]
    public async Task A_key_is_remembered_and_a_revoked_one_refused_within_two_seconds()
    {
        var key = "Bearer " + _host.AddKey(Scopes.Read);
        await GetAsync("/v1/queue", key);
        var reads = _host.Storage.KeyReads;
        await GetAsync("/v1/queue", key);
        Assert.Equal(reads, _host.Storage.KeyReads);

        _host.Storage.Keys[^1] = _host.Storage.Keys[^1] with { RevokedAt = _host.Time.GetUtcNow() };
        _host.Time.Advance(Authenticator.Lifetime);

        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/v1/queue", key)).StatusCode);
        Assert.True(Authenticator.Lifetime < TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/v1/messages/msg_00000000000000000000000000")]
    [InlineData("/v1/messages/nonsense")]
    public async Task What_is_not_there_is_a_404_problem(string path)
    {
        var response = await GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("/problems/not_found", await TypeOf(response));
    }

    [Fact]
    public async Task A_method_that_a_resource_does_not_know_is_a_405_problem_with_allow()
    {
        var response = await _host.Client.DeleteAsync("/v1/messages", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("/problems/method_not_allowed", await TypeOf(response));
        Assert.Equal(["GET"], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("my-id-1", true)]
    [InlineData("has space", false)]
    public async Task A_callers_request_id_is_kept_when_it_is_one(string id, bool isKept)
    {
        var response = await GetAsync("/health", requestId: id);

        Assert.Equal(isKept, response.Headers.GetValues("X-Request-Id").Single() == id);
    }

    [Fact]
    public async Task A_store_that_fails_for_now_is_503_with_retry_after()
    {
        _host.Storage.Failure = new StorageUnavailableException("The disk is full.");

        var response = await GetAsync("/v1/messages/" + PublicId.Format(PublicId.Message, Guid.CreateVersion7()));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(response.Headers.Contains("Retry-After"));
        Assert.Equal("/problems/unavailable", await TypeOf(response));
    }

    [Fact]
    public async Task A_defect_is_500_and_tells_nothing_of_it()
    {
        _host.Storage.Failure = new InvalidOperationException("secret detail");

        var response = await GetAsync("/v1/messages/" + PublicId.Format(PublicId.Message, Guid.CreateVersion7()));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.DoesNotContain("secret", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readiness_says_what_is_missing()
    {
        _host.Storage.Failure = new StorageUnavailableException("gone");

        var response = await GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var checks = (await ApiHost.JsonAsync(response)).GetProperty("checks");
        Assert.Equal(("unreachable", "not_running"), (checks.GetProperty("store").GetString(), checks.GetProperty("dispatcher").GetString()));
    }

    [Fact]
    public async Task The_store_is_not_asked_for_figures_more_than_once_in_five_seconds()
    {
        await Task.WhenAll(GetAsync("/metrics"), GetAsync("/metrics"), GetAsync("/metrics"));
        Assert.Equal(1, _host.Storage.SumReads);

        _host.Time.Advance(TimeSpan.FromSeconds(5));
        await GetAsync("/metrics");

        Assert.Equal(2, _host.Storage.SumReads);
    }

    [Fact]
    public async Task Metrics_are_of_the_whole_installation()
    {
        var text = await (await GetAsync("/metrics")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains("carillon_messages_total{channel=\"email\",status=\"sent\"} 11\n", text, StringComparison.Ordinal);
        Assert.Contains("carillon_queue_messages{status=\"queued\",channel=\"email\",priority=\"normal\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("process_resident_memory_bytes ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_shows_its_attempts_and_its_trace_with_times()
    {
        var message = Message(1) with
        {
            Trace = Encoding.UTF8.GetBytes("{\"t\":1773489600000,\"k\":\"accept\"}\n{\"t\":1773489600007,\"k\":\"attempt\",\"provider\":\"main\",\"answer\":\"250 OK\"}\n{\"t\":17734"),
            Cost = 0.0125m,
            Currency = "EUR",
        };
        _host.Storage.Messages.Add(message);

        var answer = await ApiHost.JsonAsync(await GetAsync("/v1/messages/" + PublicId.Format(PublicId.Message, message.Id)));

        Assert.Equal("""[{"at":"2026-03-14T12:00:00.007Z","kind":"attempt","provider":"main","answer":"250 OK","words":"Attempt ? by main took ? ms: ? (“250 OK”)."}]""", answer.GetProperty("attempts").GetRawText());
        Assert.Equal(2, answer.GetProperty("trace").GetArrayLength());
        Assert.Equal("0.0125", answer.GetProperty("cost").GetString());
        Assert.Equal("2026-03-14T12:00:00.000Z", answer.GetProperty("created_at").GetString());
    }

    [Fact]
    public async Task A_list_goes_on_from_its_cursor_to_its_end()
    {
        for (var i = 0; i < 5; i++) _host.Storage.Messages.Add(Message(i));
        var seen = new List<string?>();
        string? next = null;
        do
        {
            var page = await ApiHost.JsonAsync(await GetAsync("/v1/messages?limit=2" + (next is null ? "" : "&after=" + next)));
            seen.AddRange(page.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("address").GetString()));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);

        Assert.Equal(["a4", "a3", "a2", "a1", "a0"], seen);
    }

    [Fact]
    public async Task Every_fault_of_a_query_is_reported()
    {
        var response = await GetAsync("/v1/messages?status=gone&limit=0&after=x&created_after=yesterday&chanel=email");

        Assert.Equal(
            ["status", "created_after", "after", "limit", "chanel"],
            (await ApiHost.JsonAsync(response)).GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_plus_in_the_offset_of_a_filter_need_not_be_escaped() =>
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/v1/messages?created_after=2026-03-14T12:00:00+02:00")).StatusCode);

    [Fact]
    public async Task A_new_key_is_shown_once_and_works()
    {
        _host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _host.AddKey(Scopes.Admin));

        var made = await _host.PostAsync("/v1/keys", """{"name":"billing","scopes":["messages:read"]}""");
        var wrong = await _host.PostAsync("/v1/keys", """{"scopes":["messages:read","root"]}""");

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var key = (await ApiHost.JsonAsync(made)).GetProperty("key").GetString();
        Assert.Matches("^ck_[A-Za-z0-9_-]{43}$", key);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/v1/queue", "Bearer " + key)).StatusCode);
        Assert.Equal(["name", "scopes[1]"], (await ApiHost.JsonAsync(wrong)).GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_key_that_is_revoked_by_its_id_is_listed_as_such()
    {
        _host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _host.AddKey(Scopes.Admin));
        var made = await ApiHost.JsonAsync(await _host.PostAsync("/v1/keys", """{"name":"billing","scopes":["messages:read"]}"""));
        var id = made.GetProperty("id").GetString();

        var revoked = await _host.Client.DeleteAsync("/v1/keys/" + id, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        var listed = (await ApiHost.JsonAsync(await GetAsync("/v1/keys"))).GetProperty("data").EnumerateArray().Single(k => k.GetProperty("id").GetString() == id);
        Assert.Equal(JsonValueKind.String, listed.GetProperty("revoked_at").ValueKind);
        Assert.False(listed.TryGetProperty("key", out _));
    }

    [Fact]
    public async Task The_openapi_document_tells_every_route_with_its_shapes()
    {
        var document = await ApiHost.JsonAsync(await GetAsync("/openapi/v1.json"));

        var paths = document.GetProperty("paths");
        Assert.Equal(
            [
                "/health", "/health/ready", "/metrics", "/v1/alerts", "/v1/alerts/settings", "/v1/alerts/{id}", "/v1/attachments", "/v1/attachments/{id}", "/v1/attachments/{id}/content", "/v1/batches", "/v1/batches/{id}", "/v1/batches/{id}/cancel", "/v1/callbacks/{id}/retry", "/v1/counters/rebuild", "/v1/encryption", "/v1/encryption/reseal", "/v1/keys", "/v1/keys/{id}", "/v1/messages", "/v1/messages/{id}",
                "/v1/messages/{id}/content", "/v1/messages/{id}/retry", "/v1/nodes", "/v1/notifications", "/v1/notifications/batch", "/v1/notifications/preview", "/v1/notifications/{id}", "/v1/notifications/{id}/cancel",
                "/v1/providers", "/v1/providers/kinds", "/v1/providers/{id}", "/v1/providers/{id}/callbacks", "/v1/providers/{id}/days", "/v1/providers/{id}/status", "/v1/providers/{id}/test", "/v1/queue", "/v1/routing", "/v1/senders", "/v1/senders/{id}", "/v1/simulator/outbox",
                "/v1/simulator/vendors/{vendor}", "/v1/simulator/vendors/{vendor}/messages", "/v1/simulator/vendors/{vendor}/replies", "/v1/stops", "/v1/templates",
                "/v1/templates/{id}", "/v1/templates/{id}/rollback", "/v1/templates/{id}/test", "/v1/templates/{id}/versions",
                "/v1/templates/{id}/versions/{from}/diff/{to}", "/v1/templates/{id}/versions/{number}", "/v1/templates/{id}/versions/{number}/publish",
                "/v1/tenants", "/v1/tenants/{id}/limits", "/v1/webhook-endpoints", "/v1/webhook-endpoints/{id}/enable",
            ],
            paths.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        var create = paths.GetProperty("/v1/notifications").GetProperty("post");
        Assert.Equal("createNotification", create.GetProperty("operationId").GetString());
        Assert.True(create.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").TryGetProperty("example", out _));
        Assert.Equal(JsonValueKind.Object, create.GetProperty("responses").GetProperty("202").ValueKind);
        var text = document.GetRawText();
        Assert.Contains("\"template_variables\"", text, StringComparison.Ordinal);
        Assert.Contains("\"api_key\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_openapi_document_changes_only_on_purpose()
    {
        var document = await ApiHost.JsonAsync(await GetAsync("/openapi/v1.json"));
        var actual = JsonSerializer.Serialize(document, Indented).ReplaceLineEndings("\n") + "\n";
        var root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Carillon.slnx"))) root = Path.GetDirectoryName(root);
        var file = Path.Combine(root!, "tests", "Carillon.Server.Tests", "Api", "openapi.v1.json");

        var expected = File.Exists(file) ? await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken) : "";
        if (expected != actual) await File.WriteAllTextAsync(file + ".actual", actual, TestContext.Current.CancellationToken);

        Assert.True(expected == actual, $"The document is another than {file}: compare it with {file}.actual, and put that in its place if it is meant so.");
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static StoredMessage Message(int i) => new()
    {
        Id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddDays(i)),
        NotificationId = Guid.CreateVersion7(),
        Tenant = ApiHost.Tenant,
        Channel = Channel.Email,
        Address = $"a{i}",
        Status = MessageStatus.Sent,
        CreatedAt = new DateTimeOffset(2026, 3, 14, 12, 0, 0, TimeSpan.Zero),
        UpdatedAt = new DateTimeOffset(2026, 3, 14, 12, 0, 1, TimeSpan.Zero),
    };
}
