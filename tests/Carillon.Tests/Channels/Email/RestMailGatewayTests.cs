using System.Text.Json;
using Carillon.Channels;
using Carillon.Channels.Email;
using Carillon.Messages;
using Carillon.Tests.Channels.Http;
using Carillon.Tests.Channels.Sms;

namespace Carillon.Tests.Channels.Email;

public sealed class RestMailGatewayTests
{
    /// <summary>As Postmark's API has it: https://postmarkapp.com/developer/api/email-api.</summary>
    private const string Postmark = """
        { "body": { "From": "{{from}}", "To": "{{to}}", "ReplyTo": "{{reply_to}}", "Subject": "{{subject}}", "TextBody": "{{text}}", "HtmlBody": "{{html}}",
                    "Metadata": { "id": "{{id}}" }, "Headers": "{{headers}}", "Attachments": "{{attachments}}", "MessageStream": "outbound", "TrackOpens": true },
          "attachment": { "Name": "{{file_name}}", "Content": "{{content}}", "ContentType": "{{content_type}}" },
          "from_email": "shop@example.com", "from_name": "Shop \"&\" Co", "auth_method": "header", "auth_name": "X-Postmark-Server-Token",
          "id_path": "MessageID", "code_path": "ErrorCode", "error_path": "Message", "outcomes": { "0": "accepted", "300": "rejected", "406": "rejected", "429": "throttled" } }
        """;

    private const string Credentials = """{ "api_key": "token-1234" }""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mail_is_posted_as_the_settings_describe()
    {
        await using var rig = Rig(HttpReply.Json(200, """{ "To": "a", "MessageID": "0a129aee", "ErrorCode": 0, "Message": "OK" }"""), Postmark);

        var result = await rig.Gateway.SendAsync(
            Sample.Message(
                rig.Provider, subject: "Hola \"{{html}}\"", text: "{{id}}\r\n\t\u0001", html: "<p>}</p>",
                headers: new Dictionary<string, string> { ["X-Order"] = "17" }, attachments: [new GatewayAttachment("a.pdf", "application/pdf", new byte[] { 1, 2, 255 })]),
            Token);

        var request = Assert.Single(rig.Server.Requests);
        Assert.Equal(("POST", "/email", "token-1234"), (request.Method, request.Target, request.Headers["x-postmark-server-token"]));
        var expected = Sample.Json($$$"""
            { "From": "\"Shop \\\"&\\\" Co\" <shop@example.com>", "To": "ana@example.net", "Subject": "Hola \"{{html}}\"", "TextBody": "{{id}}\r\n\t\u0001", "HtmlBody": "<p>}</p>",
              "Metadata": { "id": "{{{VendorRig.MessageId}}}" }, "Headers": { "X-Order": "17" },
              "Attachments": [{ "Name": "a.pdf", "Content": "AQL/", "ContentType": "application/pdf" }], "MessageStream": "outbound", "TrackOpens": true }
            """);
        Assert.True(JsonElement.DeepEquals(expected, Sample.Json(request.Text)), request.Text);
        Assert.Equal(SendResult.Accepted("HTTP 200: 0 OK", "0a129aee"), result);
    }

    [Fact]
    public async Task What_a_message_has_not_is_left_out()
    {
        await using var rig = Rig(HttpReply.Json(200, "{}"), """
            { "body": { "to": [{ "email": "{{to}}", "name": "{{to_name}}" }], "reply_to": { "email": "{{reply_to}}" }, "line": "for {{to_name}}",
                        "content": [{ "type": "text/plain", "value": "{{text!}}" }, { "type": "text/html", "value": "{{html!}}" }], "list": [], "empty": {}, "none": null },
              "from_email": "shop@example.com"
            """);

        await rig.Gateway.SendAsync(Sample.Message(rig.Provider, text: "Hola"), Token);

        var expected = Sample.Json("""{ "to": [{ "email": "ana@example.net" }], "line": "for ", "content": [{ "type": "text/plain", "value": "Hola" }], "list": [], "empty": {}, "none": null }""");
        var text = Assert.Single(rig.Server.Requests).Text;
        Assert.True(JsonElement.DeepEquals(expected, Sample.Json(text)), text);
    }

    [Fact]
    public async Task A_form_a_placeholder_in_the_URL_and_one_in_a_header()
    {
        await using var rig = Rig(
            HttpReply.Json(200, "{}"),
            """{ "format": "form", "method": "put", "body": { "to": "{{to}}", "subject": "{{subject}}", "body": "{{text}}", "html": "{{html}}", "n": 1 }, "headers": { "Idempotency-Key": "k-{{id}}" }, "from_email": "shop@example.com", "auth_method": "body", "auth_name": "key" """,
            path: "/send/{{to}}?id={{id}}");

        await rig.Gateway.SendAsync(Sample.Message(rig.Provider, subject: "a&b=c", text: "ñ", address: "a/b@example.net"), Token);

        var (request, fields) = rig.Received();
        Assert.Equal(("PUT", $"/send/a%2Fb%40example.net?id={VendorRig.MessageId}", $"k-{VendorRig.MessageId}"), (request.Method, request.Target, request.Headers["idempotency-key"]));
        Assert.Equal([("to", "a/b@example.net"), ("subject", "a&b=c"), ("body", "ñ"), ("n", "1"), ("key", "token-1234")], fields.All.Select(f => (f.Key, f.Value)));
    }

    [Theory]
    [InlineData(422, 300, "Invalid 'From' address", SendOutcome.Rejected)]
    [InlineData(422, 406, "Inactive recipient", SendOutcome.Rejected)]
    [InlineData(401, 10, "Bad or missing Server API token token-1234.", SendOutcome.Unavailable)]
    [InlineData(200, 500, "Odd", SendOutcome.Unavailable)]
    public async Task An_answer_means_what_the_settings_say(int status, int code, string words, SendOutcome outcome)
    {
        await using var rig = Rig(HttpReply.Json(status, $$"""{ "ErrorCode": {{code}}, "Message": "{{words}}" }"""), Postmark);

        var result = await rig.Gateway.SendAsync(Sample.Message(rig.Provider), Token);

        Assert.Equal(outcome, result.Outcome);
        Assert.DoesNotContain("token-1234", result.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attachments_for_which_there_is_no_place_go_to_another_provider()
    {
        await using var rig = Rig(HttpReply.Json(200, "{}"), """{ "body": { "to": "{{to}}" }, "from_email": "shop@example.com" """);

        var result = await rig.Gateway.SendAsync(Sample.Message(rig.Provider, attachments: [new GatewayAttachment("a.txt", "text/plain", new byte[] { 1 })]), Token);

        Assert.Equal(SendOutcome.Unavailable, result.Outcome);
        Assert.Empty(rig.Server.Requests);
    }

    [Fact]
    public async Task What_cannot_be_a_mail_is_rejected_and_not_sent()
    {
        await using var rig = Rig(HttpReply.Json(200, "{}"), """{ "body": { "to": "{{to}}" }, "from_email": "shop@example.com" """);
        Assert.Equal(SendOutcome.Rejected, (await rig.Gateway.SendAsync(Sample.Message(rig.Provider, subject: "a\nb"), Token)).Outcome);
        Assert.Empty(rig.Server.Requests);
    }

    [Theory]
    [InlineData("{}", "{}", "settings.api_url", "settings.from_email", "settings.body")]
    [InlineData("""{"api_url":"https://{{to}}.example.com/","from_email":"a@example.com","body":{}}""", "{}", "settings.api_url")]
    [InlineData("""{"api_url":"https://example.com/{{subject}}","from_email":"a@example.com","body":[]}""", "{}", "settings.api_url", "settings.body")]
    [InlineData("""{"api_url":"https://example.com/","from_email":"a@example.com","body":{"a":[{"b":"x {{nobody}}"}]},"attachment":{"c":"{{text}}"}}""", "{}", "settings.body.a.0.b", "settings.attachment.c")]
    [InlineData("""{"api_url":"https://example.com/","from_email":"a@example.com","format":"form","body":{"a":["{{attachments}}"],"b":"{{attachments}}"}}""", "{}", "settings.body.a", "settings.body.a.0", "settings.body.b")]
    [InlineData("""{"api_url":"https://example.com/","from_email":"a@example.com","body":{"key":"x"},"headers":{"X-A":"{{to}}","Host":"x"},"auth_method":"body","auth_name":"key"}""", """{"api_key":"k"}""",
        "settings.headers.Host", "settings.headers.X-A", "settings.auth_name")]
    public void Settings_that_cannot_work_are_named(string settings, string credentials, params string[] fields) =>
        Assert.Equal(fields, RestMailGateway.Kind.Check(Sample.Settings(settings, credentials)).Select(f => f.Field));

    private static VendorRig Rig(HttpReply reply, string settings, string path = "/email") =>
        VendorRig.Of(RestMailGateway.Kind, settings, settings.Contains("auth_method", StringComparison.Ordinal) ? Credentials : "{}", reply, channel: Channel.Email, urlName: "api_url", path: path);
}
