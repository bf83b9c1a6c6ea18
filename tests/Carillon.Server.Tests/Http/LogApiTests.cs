using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Carillon.Server.Tests.Http;

/// <summary>The log through the API over a whole engine, whose simulator takes every message.</summary>
public sealed class LogApiTests : IAsyncLifetime
{
    private EngineHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await EngineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<JsonElement> GetAsync(string path)
    {
        var response = await _host.Client.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await ApiHost.JsonAsync(response);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string body) =>
        await _host.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

    private async Task<JsonElement> SendAsync(string more, string address = "ana@example.net")
    {
        var response = await PostAsync("/v1/notifications", $$"""{"recipient":{"email":"{{address}}"},"channel":"email","subject":"s","message":"m"{{more}}}""");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return await ApiHost.JsonAsync(response);
    }

    private async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var i = 0; i < 2000; i++)
        {
            var found = await GetAsync(path);
            if (condition(found)) return found;
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        throw new TimeoutException(path);
    }

    [Fact]
    public async Task Notifications_are_listed_page_by_page_while_others_come_in()
    {
        var sent = new List<string?>();
        for (var i = 0; i < 5; i++) sent.Add((await SendAsync("""

            ,"category":"billing","related":{"type":"order","id":"7"},"metadata":{"a":1}
            """)).GetProperty("id").GetString());

        var seen = new List<string?>();
        string? next = null;
        do
        {
            var page = await GetAsync("/v1/notifications?limit=2&category=billing" + (next is null ? "" : "&after=" + next));
            seen.AddRange(page.GetProperty("data").EnumerateArray().Select(n => n.GetProperty("id").GetString()));
            next = page.GetProperty("next").GetString();
            await SendAsync(",\"category\":\"billing\"");
        }
        while (next is not null);

        sent.Reverse();
        Assert.Equal(sent, seen);
        var one = (await GetAsync("/v1/notifications?related_type=order&related_id=7&limit=1")).GetProperty("data")[0];
        Assert.Equal("ana@example.net", one.GetProperty("messages")[0].GetProperty("address").GetString());
        Assert.Equal("outbound", one.GetProperty("messages")[0].GetProperty("direction").GetString());
        Assert.False(one.TryGetProperty("metadata", out _));
    }

    [Fact]
    public async Task A_message_that_failed_is_sent_again_by_hand()
    {
        // Of the simulator's addresses, this one is always refused.
        var id = (await SendAsync("", "reject@example.net")).GetProperty("messages")[0].GetProperty("id").GetString();
        var failed = await UntilAsync($"/v1/messages/{id}", m => m.GetProperty("status").GetString() is "failed" or "sent");
        Assert.Equal("failed", failed.GetProperty("status").GetString());

        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync($"/v1/messages/{id}/retry", "")).StatusCode);

        var again = await UntilAsync($"/v1/messages/{id}", m => m.GetProperty("attempt_count").GetInt32() == 2 && m.GetProperty("status").GetString() == "failed");
        Assert.StartsWith("key_", again.GetProperty("trace").EnumerateArray().Single(t => t.GetProperty("kind").GetString() == "retried").GetProperty("by").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.String, again.GetProperty("retried_at").ValueKind);
        Assert.Contains(id, (await GetAsync("/v1/messages?status=failed")).GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_batch_is_cancelled_as_a_whole_and_only_what_waits()
    {
        const int count = 450;
        var items = string.Join(',', Enumerable.Range(0, count).Select(i => string.Create(
            CultureInfo.InvariantCulture, $$"""{"recipient":{"email":"c{{i}}@example.net"},"channel":"email","subject":"s","message":"m"{{(i < 3 ? "" : ",\"scheduled_at\":\"2035-01-01T00:00:00Z\"")}}}""")));
        var batch = (await ApiHost.JsonAsync(await PostAsync("/v1/notifications/batch", $"[{items}]"))).GetProperty("batch_id").GetString();
        await UntilAsync($"/v1/batches/{batch}", b => b.GetProperty("finished").GetInt32() == 3);

        var cancelled = await ApiHost.JsonAsync(await PostAsync($"/v1/batches/{batch}/cancel", ""));

        Assert.Equal((count - 3, 0, 3), (cancelled.GetProperty("cancelled").GetInt32(), cancelled.GetProperty("in_flight").GetInt32(), cancelled.GetProperty("final").GetInt32()));
        var after = await GetAsync($"/v1/batches/{batch}");
        Assert.Equal((count, count, 1d), (after.GetProperty("messages").GetInt32(), after.GetProperty("finished").GetInt32(), after.GetProperty("progress").GetDouble()));
        Assert.Equal(count - 3, after.GetProperty("by_status").GetProperty("cancelled").GetInt32());
        Assert.Equal(JsonValueKind.Null, after.GetProperty("expected_end").ValueKind);
        var listed = (await GetAsync("/v1/batches?limit=1")).GetProperty("data")[0];
        Assert.Equal((batch, count), (listed.GetProperty("id").GetString(), listed.GetProperty("notifications").GetInt32()));
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("/v1/batches/bat_00000000000000000000000000/cancel", "")).StatusCode);
    }
}
