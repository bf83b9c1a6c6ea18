using System.Net;
using Carillon.Client;
using Carillon.Dispatch;
using Carillon.Messages;
using NotificationRequest = Carillon.Client.NotificationRequest;

namespace Carillon.Server.Tests.Http;

public sealed class NotificationsApiTests : AloneApiTests
{
    private const string Good = """{"recipient_id":"customer_123","template_id":"welcome","template_variables":{"name":"Ana"}}""";

    private static readonly NotificationRequest Welcome = new()
    {
        RecipientId = "customer_123",
        TemplateId = "welcome",
        TemplateVariables = new() { ["name"] = "Ana" },
    };

    [Fact]
    public async Task A_good_notification_is_answered_202_with_its_messages()
    {
        var accepted = await Api.Notifications.SendAsync(Welcome);

        Assert.StartsWith("ntf_", accepted.Id, StringComparison.Ordinal);
        Assert.Equal("accepted", accepted.Status);
        var message = Assert.Single(accepted.Messages);
        Assert.StartsWith("msg_", message.Id, StringComparison.Ordinal);
        Assert.Equal(("email", "ana@example.net", "queued"), (message.Channel, message.Address, message.Status));
        Assert.Equal(("customer_123", """{"name":"Ana"}"""), Assert.Single(Host.Intake.Taken));
        var response = await Host.PostAsync("/v1/notifications", Good);
        Assert.Equal((HttpStatusCode.Accepted, "application/json"), (response.StatusCode, response.Content.Headers.ContentType!.ToString()));
    }

    [Fact]
    public async Task A_body_that_comes_in_many_pieces_is_read_whole()
    {
        var value = new string('x', 300_000);

        var response = await Host.PostAsync("/v1/notifications", $$$"""{"recipient_id":"c","template_id":"t","template_variables":{"a":"{{{value}}}"}}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($$"""{"a":"{{value}}"}""", Host.Intake.Taken[0].Variables);
    }

    [Fact]
    public async Task Faults_of_reader_and_intake_are_reported_together_and_consequences_are_not()
    {
        Host.Intake.Faults = _ =>
        [
            new FieldFault("template_id", "not_found", "There is no template of this key."),
            new FieldFault("recipient", "required", "This follows only from recipient.email."),
        ];

        var response = await Host.PostAsync("/v1/notifications", """{"recipient":{"email":7},"template_id":"none"}""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        var problem = await ApiHost.JsonAsync(response);
        Assert.Equal("/problems/invalid_request", problem.GetProperty("type").GetString());
        Assert.Equal(422, problem.GetProperty("status").GetInt32());
        Assert.Equal(["recipient.email", "template_id"], problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("field").GetString()));
        Assert.Equal(response.Headers.GetValues("X-Request-Id").Single(), problem.GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task Malformed_json_is_400_with_its_position()
    {
        var response = await Host.PostAsync("/v1/notifications", "{\n\"a\": }");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await ApiHost.JsonAsync(response);
        Assert.Equal("/problems/malformed_json", problem.GetProperty("type").GetString());
        Assert.Contains("line 2", problem.GetProperty("errors")[1].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_idempotency_key_is_answered_alike()
    {
        var first = await Host.PostAsync("/v1/notifications", Good, idempotencyKey: "k1");
        var second = await Host.PostAsync("/v1/notifications", Good, idempotencyKey: "k1");

        Assert.False(first.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        Assert.Equal("true", second.Headers.GetValues("Idempotent-Replayed").Single());
        Assert.Equal((await ApiHost.JsonAsync(first)).GetRawText(), (await ApiHost.JsonAsync(second)).GetRawText());
        Assert.Single(Host.Intake.Taken);
    }

    [Fact]
    public async Task An_idempotency_key_in_header_and_body_must_be_one()
    {
        var response = await Host.PostAsync("/v1/notifications", """{"recipient_id":"c","message":"m","idempotency_key":"b"}""", idempotencyKey: "a");

        Assert.Contains(await response.FaultsAsync(), fault => fault.StartsWith("idempotency_key:", StringComparison.Ordinal));
    }

    public static TheoryData<string, int, string> Refusals => new()
    {
        { "reused", 422, "/problems/idempotency_key_reused" },
        { "in flight", 409, "/problems/idempotency_key_in_flight" },
        { "unavailable", 503, "/problems/unavailable" },
        { "refused", 422, "/problems/invalid_request" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_the_intake_refuses_is_a_problem_of_its_own(string kind, int status, string type)
    {
        Host.Intake.Answer = _ => kind switch
        {
            "reused" => new AcceptResult.KeyReused(),
            "in flight" => new AcceptResult.KeyInFlight(),
            "unavailable" => new AcceptResult.Unavailable("The disk is full.", TimeSpan.FromSeconds(2.5)),
            _ => new AcceptResult.Refused([new FieldFault("template_id", "not_found", "There is none.")]),
        };

        var refusal = await Api.Notifications.SendAsync(Welcome).RefusedAsync();

        Assert.Equal((status, type), ((int)refusal.Status, refusal.Type));
        Assert.Equal(status switch { 503 => TimeSpan.FromSeconds(3), 409 => TimeSpan.FromSeconds(1), _ => null }, refusal.RetryAfter);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/x-ndjson")]
    public async Task A_body_of_another_type_is_415(string type)
    {
        var response = await Host.PostAsync("/v1/notifications", Good, type);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal("/problems/unsupported_media_type", (await ApiHost.JsonAsync(response)).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/vnd.acme+json")]
    public async Task Json_is_taken_by_any_of_its_names(string type) =>
        Assert.Equal(HttpStatusCode.Accepted, (await Host.PostAsync("/v1/notifications", Good, type)).StatusCode);

    [Fact]
    public async Task A_body_without_attachments_may_not_be_larger_than_25_megabytes()
    {
        var body = new byte[26 << 20];
        body.AsSpan().Fill((byte)' ');
        """{"recipient_id":"c","message":"m"}"""u8.CopyTo(body);

        var response = await Host.PostAsync("/v1/notifications", new ByteArrayContent(body));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("/problems/body_too_large", (await ApiHost.JsonAsync(response)).GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_body_over_every_bound_is_a_413_problem()
    {
        // As careful clients do with large bodies: asked first, the server refuses before they are sent.
        Host.Client.DefaultRequestHeaders.ExpectContinue = true;

        var response = await Host.PostAsync("/v1/notifications", new ByteArrayContent(new byte[37 << 20]));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("37,748,736", (await ApiHost.JsonAsync(response)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_large_bodies_at_once_are_all_read()
    {
        var value = new string('x', 1_000_000);
        var body = $$$"""{"recipient_id":"c","message":"{{{value}}}","html":"{{{value}}}"}""";

        var responses = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Host.PostAsync("/v1/notifications", body)));

        Assert.All(responses, r => Assert.Equal(HttpStatusCode.Accepted, r.StatusCode));
    }

    [Fact]
    public async Task Ids_of_another_tenant_are_not_found()
    {
        var id = (await Api.Notifications.SendAsync(Welcome)).Id;

        Assert.Equal(id, (await Api.Notifications.GetAsync(id)).Id);
        Assert.Equal(HttpStatusCode.NotFound, await Host.As(new TenantId(2), Security.Scopes.Read).Notifications.GetAsync(id).StatusAsync());
    }
}
