using System.Net;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Server.Tests.Http;

public sealed class MessagesApiTests : IAsyncLifetime
{
    private const string Id = "msg_00000000000000000000000000";
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<HttpResponseMessage> GetAsync(string path) => await _host.Client.GetAsync(path, TestContext.Current.CancellationToken);

    private static async Task<IEnumerable<(string?, string?)>> FaultsOf(HttpResponseMessage response) =>
        (await ApiHost.JsonAsync(response)).GetProperty("errors").EnumerateArray().Select(e => (e.GetProperty("field").GetString(), e.GetProperty("code").GetString()));

    [Fact]
    public async Task Every_filter_comes_to_the_log()
    {
        var (provider, batch) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var response = await GetAsync(
            "/v1/messages?status=bounced&channel=sms&recipient_id=c1&address=%2B1&category=billing&related_type=order&related_id=7&direction=outbound&limit=7" +
            $"&provider_id={PublicId.Format(PublicId.Provider, provider)}&batch_id={PublicId.Format(PublicId.Batch, batch)}" +
            "&created_after=2026-01-01T00:00:00Z&created_before=2026-02-01T00:00:00Z");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            new MessageQuery
            {
                Tenant = ApiHost.Tenant,
                Status = MessageStatus.Bounced,
                Channel = Channel.Sms,
                ContactId = "c1",
                Address = "+1",
                Category = "billing",
                RelatedType = "order",
                RelatedId = "7",
                Direction = MessageDirection.Outbound,
                ProviderId = provider,
                BatchId = batch,
                CreatedAfter = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
                CreatedBefore = new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero),
                Limit = 7,
            },
            _host.Storage.LastQuery);
    }

    [Fact]
    public async Task A_filter_that_is_not_there_is_refused_by_its_name()
    {
        var response = await GetAsync("/v1/messages?campaign_id=cmp_1&template_id=nowhere&provider_id=msg_1&direction=up");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal(
            [("campaign_id", "unknown_field"), ("direction", "invalid"), ("provider_id", "invalid"), ("template_id", "not_found")], (await FaultsOf(response)).Order());
    }

    [Theory]
    [InlineData("x")]
    [InlineData("AQAAAAAAAAABAAA")]
    [InlineData("msg_06f8q2k7w1e3r5t7y9v1b3n5m8")]
    [InlineData("%27%20OR%201=1")]
    public async Task A_cursor_that_is_none_of_the_list_is_400(string cursor)
    {
        foreach (var list in new[] { "messages", "notifications", "batches" })
        {
            var response = await GetAsync($"/v1/{list}?after={cursor}");

            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Equal("/problems/invalid_cursor", (await ApiHost.JsonAsync(response)).GetProperty("type").GetString());
            Assert.Equal([("after", "invalid")], await FaultsOf(response));
        }
    }

    [Fact]
    public async Task A_cursor_of_one_list_is_none_of_another()
    {
        for (var i = 0; i < 2; i++) _host.Storage.Messages.Add(Message());
        var next = (await ApiHost.JsonAsync(await GetAsync("/v1/messages?limit=1"))).GetProperty("next").GetString();

        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"/v1/messages?after={next}")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await GetAsync($"/v1/notifications?after={next}")).StatusCode);
        // One character of it is another.
        var altered = (next![0] == 'A' ? 'B' : 'A') + next[1..];
        Assert.Equal(HttpStatusCode.BadRequest, (await GetAsync($"/v1/messages?after={altered}")).StatusCode);
    }

    public static TheoryData<int, int, string> Refusals => new()
    {
        { (int)RetryRefusal.NotFailed, 409, "/problems/not_failed" },
        { (int)RetryRefusal.Cancelled, 409, "/problems/cancelled" },
        { (int)RetryRefusal.Expired, 409, "/problems/expired" },
        { (int)RetryRefusal.SecretsErased, 409, "/problems/secrets_erased" },
        { (int)RetryRefusal.ContentGone, 409, "/problems/content_gone" },
        { (int)RetryRefusal.Superseded, 409, "/problems/superseded" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_cannot_be_sent_again_is_409_and_says_why(int why, int status, string type)
    {
        _host.Storage.Retry = new RetryResult.Refused((RetryRefusal)why, MessageStatus.Sent);

        var response = await _host.PostAsync($"/v1/messages/{Id}/retry", "");

        Assert.Equal(status, (int)response.StatusCode);
        var problem = await ApiHost.JsonAsync(response);
        Assert.Equal(type, problem.GetProperty("type").GetString());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task What_is_sent_again_is_202_with_its_id()
    {
        _host.Storage.Retry = new RetryResult.Queued(new LaneKey(ApiHost.Tenant, Channel.Email, Priority.Normal));

        var response = await _host.PostAsync($"/v1/messages/{Id}/retry", "");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var answer = await ApiHost.JsonAsync(response);
        Assert.Equal((Id, "queued"), (answer.GetProperty("id").GetString(), answer.GetProperty("status").GetString()));
    }

    [Theory]
    [InlineData(Id)]
    [InlineData("nonsense")]
    [InlineData("ntf_00000000000000000000000000")]
    public async Task What_is_not_there_cannot_be_sent_again(string id) =>
        Assert.Equal(HttpStatusCode.NotFound, (await _host.PostAsync($"/v1/messages/{id}/retry", "")).StatusCode);

    [Fact]
    public async Task Sending_again_takes_the_scope_of_sending()
    {
        _host.Client.DefaultRequestHeaders.Authorization = new("Bearer", _host.AddKey(Security.Scopes.Read));

        Assert.Equal(HttpStatusCode.Forbidden, (await _host.PostAsync($"/v1/messages/{Id}/retry", "")).StatusCode);
    }

    private static StoredMessage Message() => new()
    {
        Id = Guid.CreateVersion7(),
        NotificationId = Guid.CreateVersion7(),
        Tenant = ApiHost.Tenant,
        Channel = Channel.Email,
        Address = "ana@example.net",
        Status = MessageStatus.Sent,
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
    };
}
