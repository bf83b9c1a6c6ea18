using System.Net;
using Carillon.Client;

namespace Carillon.Server.Tests.Clients;

public sealed class RepetitionTests : IAsyncLifetime
{
    private const string Accepted = """{"id":"ntf_1","status":"accepted","messages":[]}""";
    private const string Key = """{"id":"key_1","key":"ck_1","name":"n","scopes":["admin"],"created_at":"2026-03-14T12:00:00Z"}""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(77);
    private readonly HurriedTime _time = new(Patience);
    private ScriptedApi _api = null!;
    private CarillonClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ScriptedApi.StartAsync();
        _client = Connect(new CarillonClientOptions { Time = _time, AttemptTimeout = Patience });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    private CarillonClient Connect(CarillonClientOptions options) => new(_api.Address, "ck_test", options);

    private static NotificationRequest Hello => new() { Recipient = new Recipient { Email = "ana@example.net" }, Message = "Hello" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_send_whose_answer_was_lost_is_repeated_under_the_same_key_with_the_same_bytes()
    {
        _api.ThenBreaksOff().Then(503).Then(429).Then(202, Accepted);

        var accepted = await _client.Notifications.SendAsync(Hello, Token);

        Assert.Equal("ntf_1", accepted.Id);
        Assert.Equal(4, _api.Seen.Count);
        Assert.NotEmpty(_api.Seen[0].IdempotencyKey);
        Assert.Single(_api.Seen.Select(s => (s.IdempotencyKey, s.Body)).Distinct());
    }

    [Fact]
    public async Task Two_sends_have_two_keys_and_a_callers_key_is_kept()
    {
        _api.Then(202, Accepted).Then(202, Accepted).Then(202, Accepted);

        await _client.Notifications.SendAsync(Hello, Token);
        await _client.Notifications.SendAsync(Hello, Token);
        await _client.Notifications.SendAsync(Hello with { IdempotencyKey = "mine" }, Token);

        Assert.Equal(3, _api.Seen.Select(s => s.IdempotencyKey).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal("mine", _api.Seen[2].IdempotencyKey);
    }

    [Fact]
    public async Task It_does_not_come_back_before_the_server_said()
    {
        _api.Then(503, retryAfter: "7").Then(202, Accepted);

        await _client.Notifications.SendAsync(Hello, Token);

        Assert.InRange(Assert.Single(_time.Waits), TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7.2));
    }

    [Fact]
    public async Task A_longer_wait_than_it_has_patience_for_is_thrown_with_the_time()
    {
        _api.Then(429, """{"type":"/problems/too_many_requests","title":"Too many.","status":429}""", "application/problem+json", retryAfter: "3600");

        var refusal = await Assert.ThrowsAsync<CarillonApiException>(() => _client.Notifications.SendAsync(Hello, Token));

        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromHours(1)), (refusal.Status, refusal.RetryAfter));
        Assert.Single(_api.Seen);
    }

    [Fact]
    public async Task Waits_grow_to_a_bound_and_end()
    {
        for (var i = 0; i < 5; i++) _api.Then(503);

        var refusal = await Assert.ThrowsAsync<CarillonApiException>(() => _client.Operations.GetQueueAsync(Token));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
        Assert.Equal((5, 4), (_api.Seen.Count, _time.Waits.Count));
        for (var i = 0; i < 4; i++) Assert.InRange(_time.Waits[i], TimeSpan.Zero, TimeSpan.FromMilliseconds(200 << i));
    }

    [Fact]
    public async Task What_is_refused_for_its_faults_is_not_repeated()
    {
        _api.Then(
            422,
            """{"type":"/problems/invalid_request","title":"The request has faults.","status":422,"request_id":"r1","errors":[{"field":"recipient.email","code":"invalid","message":"Not an address."}]}""",
            "application/problem+json");

        var refusal = await Assert.ThrowsAsync<CarillonApiException>(() => _client.Notifications.SendAsync(Hello, Token));

        Assert.Equal(("/problems/invalid_request", "r1"), (refusal.Type, refusal.RequestId));
        Assert.Equal(new ApiFault("recipient.email", "invalid", "Not an address."), Assert.Single(refusal.Errors));
        Assert.Contains("recipient.email: Not an address.", refusal.Message, StringComparison.Ordinal);
        Assert.Single(_api.Seen);
    }

    [Fact]
    public async Task A_key_is_not_made_twice_for_an_answer_that_was_lost()
    {
        _api.ThenBreaksOff().Then(201, Key);

        await Assert.ThrowsAsync<HttpRequestException>(() => _client.Keys.CreateAsync(new KeyDraft { Name = "n", Scopes = ["admin"] }, Token));

        Assert.Single(_api.Seen);
    }

    [Fact]
    public async Task A_key_is_asked_for_again_when_the_server_said_that_it_did_nothing()
    {
        _api.Then(503, retryAfter: "1").Then(201, Key);

        Assert.Equal("ck_1", (await _client.Keys.CreateAsync(new KeyDraft { Name = "n", Scopes = ["admin"] }, Token)).Text);
    }

    [Fact]
    public async Task What_a_lost_attempt_deleted_is_deleted()
    {
        _api.ThenBreaksOff().Then(404);

        await _client.Senders.DeleteAsync("snd_1", Token);

        Assert.Equal(2, _api.Seen.Count);
    }

    [Fact]
    public async Task A_server_that_keeps_silent_is_left_after_the_timeout()
    {
        using var hasty = Connect(new CarillonClientOptions { AttemptTimeout = TimeSpan.FromMilliseconds(50), MaxRetries = 1, BaseDelay = TimeSpan.Zero });
        _api.ThenKeepsSilent().ThenKeepsSilent();

        await Assert.ThrowsAsync<TimeoutException>(() => hasty.Operations.GetQueueAsync(Token));

        Assert.Equal(2, _api.Seen.Count);
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled_and_not_repeated()
    {
        _api.ThenKeepsSilent();
        using var cancel = new CancellationTokenSource();
        var call = _client.Operations.GetQueueAsync(cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(_api.Seen.Count <= 1);
    }

    [Fact]
    public async Task What_is_no_Carillon_server_is_said_to_be_none()
    {
        _api.Then(200, "<html>", "text/html");

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => _client.Operations.GetHealthAsync(Token));

        Assert.Contains("is it a Carillon server?", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_older_server_does_not_say_is_empty_and_what_a_newer_one_says_is_passed_over()
    {
        _api.Then(200, """{"id":"ntf_1","created_at":"2026-03-14T12:00:00Z","invented_later":[1]}""");

        var notification = await _client.Notifications.GetAsync("ntf_1", Token);

        Assert.Empty(notification.Tags);
        Assert.Empty(notification.Messages);
    }

    [Fact]
    public async Task A_page_of_a_proxy_speaks_by_its_status()
    {
        _api.Then(404, "<html>", "text/html");

        var refusal = await Assert.ThrowsAsync<CarillonApiException>(() => _client.Messages.GetAsync("msg_1", Token));

        Assert.Contains("404", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(refusal.Errors);
    }

    [Fact]
    public async Task Ids_stay_within_their_segment_of_the_path()
    {
        _api.Then(404);

        await Assert.ThrowsAsync<CarillonApiException>(() => _client.Messages.GetAsync("../keys?a=b", Token));

        Assert.Equal("/v1/messages/..%2Fkeys%3Fa=b", _api.Seen[0].Path, ignoreCase: true);
        await Assert.ThrowsAsync<ArgumentException>(() => _client.Messages.GetAsync("..", Token));
    }

    [Fact]
    public async Task Many_go_in_batches_with_a_result_each_in_order_and_a_batch_is_repeated_alone()
    {
        _api.Then(202, Answer("bat_1", "a", "b")).ThenBreaksOff().Then(202, Answer("bat_2", "c"));
        var results = new List<BatchResult>();

        await foreach (var result in _client.Notifications.SendManyAsync([Hello, Hello, Hello], new BatchOptions { Size = 2, IdempotencyKey = "march" }, Token))
            results.Add(result);

        Assert.Equal([(0, "bat_1", "a"), (1, "bat_1", "b"), (2, "bat_2", "c")], results.Select(r => (r.Index, r.BatchId!, r.Accepted!.Id)));
        Assert.Equal(["march:0", "march:1", "march:1"], _api.Seen.Select(s => s.IdempotencyKey));
        Assert.Equal([2, 1, 1], _api.Seen.Select(s => s.Body.Count(c => c == '\n')));

        static string Answer(string batch, params string[] ids) =>
            $$"""{"batch_id":"{{batch}}","accepted":{{ids.Length}},"rejected":0,"results":[{{string.Join(',', ids.Select(id => $$"""{"id":"{{id}}","status":"accepted","messages":[]}"""))}}]}""";
    }

    [Fact]
    public async Task A_source_that_fails_is_told_after_the_results_of_what_was_sent()
    {
        _api.Then(202, """{"batch_id":"bat_1","accepted":1,"rejected":0,"results":[{"id":"a","status":"accepted","messages":[]}]}""");
        var results = new List<BatchResult>();

        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var result in _client.Notifications.SendManyAsync(Source(), new BatchOptions { Size = 2 }, Token)) results.Add(result);
        });

        Assert.Equal("a", Assert.Single(results).Accepted!.Id);

        static async IAsyncEnumerable<NotificationRequest> Source()
        {
            yield return Hello;
            await Task.Yield();
            throw new InvalidDataException("line 2");
        }
    }

    [Fact]
    public void Options_tell_every_fault_at_once()
    {
        var fault = Assert.Throws<ArgumentException>(() => Connect(new CarillonClientOptions { MaxRetries = -1, BaseDelay = TimeSpan.FromHours(2) }));

        Assert.Contains("MaxRetries", fault.Message, StringComparison.Ordinal);
        Assert.Contains("BaseDelay", fault.Message, StringComparison.Ordinal);
    }
}
