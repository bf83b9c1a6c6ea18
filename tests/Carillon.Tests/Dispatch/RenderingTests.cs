using System.Text;
using System.Text.Json;
using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Jinja;
using Carillon.Messages;
using Carillon.Storage;
using Carillon.Templates;

namespace Carillon.Tests.Dispatch;

/// <summary>What is said, what is not, and what the trace keeps of it.</summary>
public sealed class RenderingTests
{
    private const string Secret = "tiger-4711-lily";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Content_whose_secrets_were_erased_is_not_shown_without_them()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var message = await harness.DeliverAsync(WithSecret("Your code: {{ code }}"));
        Assert.Equal($"Your code: {Secret}", Assert.Single(harness.Sends).Text);

        var content = await harness.Engine.Contents.ReadAsync(EngineHarness.Tenant, message.Id, Cancellation);

        Assert.Contains("erased", content!.Unavailable, StringComparison.Ordinal);
        Assert.Null(content.Text);
    }

    [Fact]
    public async Task A_template_error_does_not_tell_a_secret()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");

        var message = await harness.DeliverAsync(WithSecret("{{ {}[code].name }}"));

        Assert.Equal(MessageReasons.TemplateError, message.Reason);
        Assert.Contains(TraceSecrets.Replacement, TraceOf(message), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, TraceOf(message), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_quotes_a_secret_is_kept_without_it()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        harness.Scripts["one"] = m => new(SendResult.Rejected($"spam: {Encoding.UTF8.GetString(m.Content.Text.Span)}"));

        var message = await harness.DeliverAsync(WithSecret("Your code: {{ code }}"));

        Assert.Contains("spam: Your code: [secret]", TraceOf(message), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, TraceOf(message), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\":\"tiger-4711-lily\"}", "say tiger-4711-lily!", "say [secret]!")]
    [InlineData("{\"a\":\"tiger-4711-lily\"}", "say tiger-4711-li…", "say [secret]…")]
    [InlineData("{\"a\":{\"b\":[\"one\",\"it's\"]}}", "one 'it\\'s'", "[secret] '[secret]'")]
    [InlineData("{\"a\":\"ab\",\"b\":12,\"c\":482913}", "ab 12 482913", "ab 12 [secret]")]
    [InlineData("{\"a\":\"x y&z\"}", "x%20y%26z x y&amp;z", "[secret] [secret]")]
    public void Secrets_are_found_in_the_forms_in_which_texts_have_them(string secrets, string text, string expected) =>
        Assert.Equal(expected, new TraceSecrets(JinjaValue.ParseJson(Encoding.UTF8.GetBytes(secrets))).Redact(text));

    [Fact]
    public async Task An_override_of_the_subject_keeps_the_rest_of_the_content()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var request = EngineHarness.Mail();
        request.Overrides = new() { [Channel.Email] = new MessageContent { Subject = "Another" } };

        await harness.DeliverAsync(request);

        Assert.Equal(("one", "ana@example.net", "Another", "Hello"), Assert.Single(harness.Sends));
    }

    [Fact]
    public async Task An_override_of_the_subject_keeps_the_rest_of_the_template_and_the_trace_names_the_variant()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var draft = new TemplateDraft
        {
            Key = "welcome",
            Name = "Welcome",
            Document = new TemplateDocument
            {
                Syntax = ContentSyntax.Jinja,
                Variants =
                [
                    new TemplateVariant { Channel = Channel.Email, Subject = "Welcome", Text = "Hi" },
                    new TemplateVariant { Channel = Channel.Email, Locale = "es", Subject = "Bienvenida", Text = "Hola" },
                ],
            },
        };
        Assert.IsType<TemplateCreation.Created>(await harness.Engine.Templates.CreateAsync(EngineHarness.Tenant, draft, Cancellation));
        var request = EngineHarness.Mail();
        (request.Message, request.Subject, request.TemplateId, request.Recipient!.Locale) = (null, null, "welcome", "es-MX");
        request.Overrides = new() { [Channel.Email] = new MessageContent { Subject = "Another" } };

        var message = await harness.DeliverAsync(request);

        Assert.Equal(("one", "ana@example.net", "Another", "Hola"), Assert.Single(harness.Sends));
        Assert.Contains("\"k\":\"render\",\"variant\":\"es\"", TraceOf(message), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_override_without_a_body_is_no_content()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var request = EngineHarness.Mail();
        (request.Message, request.Subject) = (null, null);
        request.Overrides = new() { [Channel.Email] = new MessageContent { Subject = "Alone" } };

        Assert.Equal("no_content", Assert.Single(Assert.IsType<AcceptResult.Refused>(await harness.TryAcceptAsync(request)).Faults).Code);
    }

    [Fact]
    public async Task The_trace_names_the_provider_that_was_passed_over_and_why()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one", "two");
        harness.Scripts["one"] = _ => new(SendResult.Unavailable("out of order"));
        StoredMessage message = null!;
        for (var i = 0; i < 6; i++) message = await harness.DeliverAsync(EngineHarness.Mail($"user{i}@example.net"));

        // After five failures in a row the first one rests.
        Assert.Equal(5, harness.Sends.Count(s => s.Provider == "one"));
        var first = TraceOf(message).Split('\n').First(l => l.Contains("\"k\":\"route\"", StringComparison.Ordinal));
        using var line = JsonDocument.Parse(first);
        Assert.Equal("resting", line.RootElement.GetProperty("why").GetString());
        Assert.True(line.RootElement.GetProperty("until").GetInt64() > line.RootElement.GetProperty("t").GetInt64());
        Assert.Contains("\"variant\":\"content\"", TraceOf(message), StringComparison.Ordinal);
    }

    private static NotificationRequest WithSecret(string message)
    {
        var request = EngineHarness.Mail(message: message);
        request.Syntax = ContentSyntax.Jinja;
        request.TemplateVariables = Encoding.UTF8.GetBytes($"{{\"code\":\"{Secret}\"}}");
        request.SecretVariables = ["code"];
        return request;
    }

    private static string TraceOf(StoredMessage message) => Encoding.UTF8.GetString(message.Trace!);
}
