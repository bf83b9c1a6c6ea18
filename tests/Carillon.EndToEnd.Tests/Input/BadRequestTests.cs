using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Input;

/// <summary>Requests with faults: each fault is named with its field, all at once, and nothing of the request is stored.</summary>
public sealed class BadRequestTests(InputServer server)
{
    private const int Timeout = 60_000;
    private const string Path = "/v1/notifications";

    [Fact(Timeout = Timeout)]
    public async Task Every_fault_of_a_request_is_reported_at_once_by_its_field()
    {
        var answer = await PostAsync("""
            {
              "recipient": { "email": "not an address", "phone": 12, "nickname": "Al", "name": "Ana\r\nBcc: two" },
              "channel": "pigeon",
              "subject": "one\r\nBcc: two",
              "message": ["a"],
              "priority": "top",
              "on_unknown": "guess",
              "scheduled_at": "tomorrow",
              "expires_at": 17,
              "tags": "x",
              "metadata": [],
              "headers": { "X-Ok": "a\r\nb", "Subject": "mine" },
              "colour": "blue"
            }
            """);

        answer.AssertFaults(
            HttpStatusCode.UnprocessableEntity,
            "recipient.email: invalid_email", "recipient.phone: wrong_type", "recipient.nickname: unknown_field", "recipient.name: invalid_character", "channel: invalid",
            "subject: invalid_character", "message: wrong_type", "priority: invalid", "on_unknown: invalid", "scheduled_at: invalid_time",
            "expires_at: wrong_type", "tags: wrong_type", "metadata: wrong_type", "headers.X-Ok: invalid_character",
            "headers.Subject: invalid_header", "colour: unknown_field");
    }

    [Theory(Timeout = Timeout)]
    [InlineData("plain")]
    [InlineData("@example.net")]
    [InlineData("a b@example.net")]
    [InlineData("a@example.net, b@example.net")]
    [InlineData("a@example.net\r\nRCPT TO:<b@example.net>")]
    [InlineData("Ana <ana@example.net>")]
    [InlineData("")]
    public async Task What_is_no_address_is_refused(string address)
    {
        var answer = await (await server.ApiAsync()).PostAsync(Path, Bodies.Mail(address));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains(AnswerAssertions.Faults(answer.Json), f => f.StartsWith("recipient.email:", StringComparison.Ordinal));
    }

    [Fact(Timeout = Timeout)]
    public async Task An_unknown_template_and_an_unknown_recipient_are_named_together()
    {
        var answer = await PostAsync("""{ "recipient_id": "nobody-yet", "template_id": "no-such-template", "channel": "email" }""");

        answer.AssertFaults(HttpStatusCode.UnprocessableEntity, "recipient_id: not_found", "template_id: not_found");
    }

    [Fact(Timeout = Timeout)]
    public async Task Missing_variables_and_wrong_ones_are_named()
    {
        var answer = await PostAsync("""{ "recipient": { "email": "a@example.net" }, "template_id": "welcome", "template_variables": { "number": "seven" } }""");

        answer.AssertFaults(HttpStatusCode.UnprocessableEntity, "template_variables.name: required", "template_variables.number: wrong_type");
    }

    [Fact(Timeout = Timeout)]
    public async Task A_request_without_anything_is_told_what_it_needs()
    {
        var answer = await PostAsync("{}");

        answer.AssertFaults(HttpStatusCode.UnprocessableEntity, "recipient: required", "message: required");
    }

    [Fact(Timeout = Timeout)]
    public async Task What_has_expired_already_is_refused()
    {
        var body = Bodies.Mail("late@example.net").With("expires_at", "2020-01-01T00:00:00Z");

        (await (await server.ApiAsync()).PostAsync(Path, body)).AssertFaults(HttpStatusCode.UnprocessableEntity, "expires_at: in_the_past");
    }

    [Fact(Timeout = Timeout)]
    public async Task What_should_have_been_sent_already_is_sent_now()
    {
        var api = await server.ApiAsync();
        var id = await api.SendAsync(Bodies.Mail("overdue@example.net").With("scheduled_at", "2020-01-01T00:00:00Z"));

        await api.WaitForAsync(id, "sent");
    }

    [Theory(Timeout = Timeout)]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"recipient": {"email": "a@example.net"}, "message": "x"} {}""")]
    [InlineData("""{"recipient": {"email": "a@example.net",}, "message": "x"}""")]
    public async Task What_is_not_one_JSON_object_is_refused_in_a_problem(string body)
    {
        var answer = await PostAsync(body);

        Assert.True(answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity, answer.Text);
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.Single(AnswerAssertions.Faults(answer.Json));
    }

    [Theory(Timeout = Timeout)]
    [InlineData("template_variables")]
    [InlineData("metadata")]
    [InlineData("unheard_of")]
    public async Task Deep_JSON_is_refused(string field)
    {
        const int depth = 100_000;
        var body = $$"""{"recipient":{"email":"a@example.net"},"message":"x","{{field}}":{{string.Concat(Enumerable.Repeat("""{"a":""", depth))}}1{{new string('}', depth)}}}""";

        var answer = await PostAsync(body);

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.Status, answer.ContentType));
        Assert.Contains(AnswerAssertions.Faults(answer.Json), f => f.EndsWith(": too_deep", StringComparison.Ordinal));
    }

    [Fact(Timeout = Timeout)]
    public async Task Bytes_that_are_no_UTF8_are_refused_with_their_field()
    {
        byte[] body = [.. """{"recipient":{"email":"a@example.net"},"message":"x"""u8, 0xC3, 0x28, 0xFF, .. """ ","subject":"\ud800"}"""u8];

        var answer = await (await server.ApiAsync()).PostAsync(Path, body);

        answer.AssertFaults(HttpStatusCode.UnprocessableEntity, "message: invalid_unicode", "subject: invalid_unicode");
    }

    [Fact(Timeout = Timeout)]
    public async Task A_body_of_30_MB_is_refused_and_the_server_stays_small()
    {
        var api = await server.ApiAsync();
        var body = Encoding.UTF8.GetBytes($$"""{"recipient":{"email":"a@example.net"},"message":"{{new string('x', 30 << 20)}}"}""");

        var answer = await api.PostAsync(Path, body);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "application/problem+json"), (answer.Status, answer.ContentType));
        Assert.InRange(server.Server.PeakMemory(), 0, 500L << 20);
        await api.WaitForAsync(await api.SendAsync(Bodies.Mail("after-the-flood@example.net")), "sent");
    }

    [Fact(Timeout = Timeout)]
    public async Task Another_type_of_body_and_a_missing_key_are_problems_too()
    {
        var api = await server.ApiAsync();
        var form = await api.PostAsync(Path, "to=a"u8.ToArray(), "application/x-www-form-urlencoded");
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "application/problem+json"), (form.Status, form.ContentType));

        using var stranger = server.Server.CreateApi("ck_000000000000000000000000");
        var unknown = await stranger.PostAsync(Path, Bodies.Mail("a@example.net"));
        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (unknown.Status, unknown.ContentType));
    }

    [Fact(Timeout = Timeout)]
    public async Task One_key_for_two_requests_is_refused()
    {
        var api = await server.ApiAsync();
        var first = await api.PostAsync(Path, Bodies.Mail("key@example.net"), "the-same-key");
        var replay = await api.PostAsync(Path, Bodies.Mail("key@example.net"), "the-same-key");
        var other = await api.PostAsync(Path, Bodies.Mail("another@example.net"), "the-same-key");

        Assert.Equal((HttpStatusCode.Accepted, first.Text), (replay.Status, replay.Text));
        Assert.Equal("true", Assert.Single(replay.Headers.GetValues("Idempotent-Replayed")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.Status);
        Assert.Single(await api.MessagesAsync("&address=key@example.net"));
        Assert.Empty(await api.MessagesAsync("&address=another@example.net"));
    }

    private async Task<Answer> PostAsync(string json) => await (await server.ApiAsync()).PostAsync(Path, Encoding.UTF8.GetBytes(json));
}
