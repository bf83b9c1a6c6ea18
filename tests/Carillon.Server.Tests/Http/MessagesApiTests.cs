using System.Net;
using Carillon.Client;
using Carillon.Messages;
using Carillon.Storage;
using MessageQuery = Carillon.Storage.MessageQuery;

namespace Carillon.Server.Tests.Http;

public sealed class MessagesApiTests : AloneApiTests
{
    private const string Id = "msg_00000000000000000000000000";

    private Task<HttpResponseMessage> GetAsync(string path) => Host.Client.SendAsync("GET", path);

    [Fact]
    public async Task Every_filter_comes_to_the_log()
    {
        var (provider, batch) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        await Api.Messages.GetPageAsync(new Client.MessageQuery
        {
            Status = KnownStatuses.Bounced,
            Channel = KnownChannels.Sms,
            RecipientId = "c1",
            Address = "+1",
            Category = "billing",
            RelatedType = "order",
            RelatedId = "7",
            Direction = "outbound",
            PageSize = 7,
            ProviderId = PublicId.Format(PublicId.Provider, provider),
            BatchId = PublicId.Format(PublicId.Batch, batch),
            CreatedAfter = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            CreatedBefore = new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero),
        });

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
            Host.Storage.LastQuery);
    }

    [Fact]
    public async Task A_filter_that_is_not_there_is_refused_by_its_name()
    {
        var response = await GetAsync("/v1/messages?campaign_id=cmp_1&template_id=nowhere&provider_id=msg_1&direction=up");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal(
            ["campaign_id:unknown_field", "direction:invalid", "provider_id:invalid", "template_id:not_found"], (await response.FaultsAsync()).Order(StringComparer.Ordinal));
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
            Assert.Equal(["after:invalid"], await response.FaultsAsync());
        }
    }

    [Fact]
    public async Task A_cursor_of_one_list_is_none_of_another()
    {
        for (var i = 0; i < 2; i++) Host.Storage.Messages.Add(Message());
        var next = (await Api.Messages.GetPageAsync(new Client.MessageQuery { PageSize = 1 })).Next!;

        Assert.Single((await Api.Messages.GetPageAsync(after: next)).Data);
        Assert.Equal(HttpStatusCode.BadRequest, await Api.Notifications.GetPageAsync(after: next).StatusAsync());
        // One character of it is another.
        var altered = (next[0] == 'A' ? 'B' : 'A') + next[1..];
        Assert.Equal(HttpStatusCode.BadRequest, await Api.Messages.GetPageAsync(after: altered).StatusAsync());
    }

    public static TheoryData<int, string> Refusals => new()
    {
        { (int)RetryRefusal.NotFailed, "/problems/not_failed" },
        { (int)RetryRefusal.Cancelled, "/problems/cancelled" },
        { (int)RetryRefusal.Expired, "/problems/expired" },
        { (int)RetryRefusal.SecretsErased, "/problems/secrets_erased" },
        { (int)RetryRefusal.ContentGone, "/problems/content_gone" },
        { (int)RetryRefusal.Superseded, "/problems/superseded" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_cannot_be_sent_again_is_409_and_says_why(int why, string type)
    {
        Host.Storage.Retry = new RetryResult.Refused((RetryRefusal)why, MessageStatus.Sent);

        var refusal = await Api.Messages.RetryAsync(Id).RefusedAsync();

        Assert.Equal((HttpStatusCode.Conflict, type), (refusal.Status, refusal.Type));
        Assert.NotEmpty(refusal.Problem.Detail!);
    }

    [Fact]
    public async Task What_is_sent_again_is_202_with_its_id()
    {
        Host.Storage.Retry = new RetryResult.Queued(new LaneKey(ApiHost.Tenant, Channel.Email, Priority.Normal));

        Assert.Equal(new RetriedMessage(Id, "queued"), await Api.Messages.RetryAsync(Id));
        Assert.Equal(HttpStatusCode.Accepted, (await Host.PostAsync($"/v1/messages/{Id}/retry", "")).StatusCode);
    }

    [Theory]
    [InlineData(Id)]
    [InlineData("nonsense")]
    [InlineData("ntf_00000000000000000000000000")]
    public async Task What_is_not_there_cannot_be_sent_again(string id) => Assert.Equal(HttpStatusCode.NotFound, await Api.Messages.RetryAsync(id).StatusAsync());

    [Fact]
    public async Task Sending_again_takes_the_scope_of_sending() =>
        Assert.Equal(HttpStatusCode.Forbidden, await Host.As(ApiHost.Tenant, Security.Scopes.Read).Messages.RetryAsync(Id).StatusAsync());

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
