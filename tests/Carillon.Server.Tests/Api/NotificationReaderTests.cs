using System.Text;
using System.Text.Json;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Server.Api;

namespace Carillon.Server.Tests.Api;

public sealed class NotificationReaderTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private static ReadNotification Read(string json) => NotificationJson.Read(Encoding.UTF8.GetBytes(json), Now);

    private static string Deep(int levels) => string.Concat(Enumerable.Repeat("""{"a":""", levels)) + "1" + new string('}', levels);

    /// <summary>A request that is good but for what is put into it.</summary>
    private static string With(string fields) => $$"""{"recipient_id":"c1","message":"Hello",{{fields}}}""";

    [Fact]
    public void Every_field_of_the_contract_is_read()
    {
        var read = Read("""
            { "recipient": { "id": "customer_123", "name": "Ana", "email": "ana@example.net", "phone": "+5215512345678", "locale": "es-MX",
                "timezone": "America/Mexico_City", "attributes": { "plan": "gold" }, "addresses": [ { "channel": "push", "identifier": "token" } ] },
              "channels": ["email", "sms"], "delivery": "fallback", "fallback_after": "PT2H", "until": "delivered",
              "template_id": "welcome", "template_variables": { "customer_name": "Ana", "password": "p" }, "secret_variables": ["password"],
              "overrides": { "sms": { "message": "short text", "syntax": "simple" }, "push": {} }, "from": null, "reply_to": "help@example.net",
              "attachments": [ { "filename": "invoice.pdf", "content_type": "application/pdf", "content": "aGVsbG8=" } ], "headers": { "X-Order": "7" },
              "category": "billing", "priority": "high", "on_unknown": "stop", "scheduled_at": "2026-03-14T09:00:00-05:00", "expires_at": "2026-03-15T00:00:00Z",
              "related": { "type": "appointment", "id": "77" }, "metadata": { "a": 1 }, "tags": ["one", "two"], "idempotency_key": "k" }
            """);

        Assert.Null(read.Faults);
        var request = read.Request!;
        Assert.Equal("customer_123", request.Recipient!.Id);
        Assert.Equal("Ana", request.Recipient.Name);
        Assert.Equal("ana@example.net", request.Recipient.Email);
        Assert.Equal("+5215512345678", request.Recipient.Phone);
        Assert.Equal("es-MX", request.Recipient.Locale);
        Assert.Equal("America/Mexico_City", request.Recipient.TimeZone);
        Assert.Equal("gold", request.Recipient.Attributes!.Value.GetProperty("plan").GetString());
        Assert.Equal([(Channel.Push, "token")], request.Recipient.Addresses!);
        Assert.Equal([Channel.Email, Channel.Sms], request.Channels!);
        Assert.Equal(DeliveryMode.Fallback, request.Delivery);
        Assert.Equal(TimeSpan.FromHours(2), request.FallbackAfter);
        Assert.Equal(Until.Delivered, request.Until);
        Assert.Equal("welcome", request.TemplateId);
        Assert.Equal("""{ "customer_name": "Ana", "password": "p" }""", Encoding.UTF8.GetString(request.TemplateVariables.Span));
        Assert.Equal(["password"], request.SecretVariables!);
        var (channel, content) = Assert.Single(request.Overrides!);
        Assert.Equal(Channel.Sms, channel);
        Assert.Equal(new MessageContent { Text = "short text", Syntax = ContentSyntax.Simple }, content);
        Assert.Null(request.From);
        Assert.Equal("help@example.net", request.ReplyTo);
        var attachment = Assert.Single(request.Attachments!);
        Assert.Equal(("invoice.pdf", "application/pdf", "hello"), (attachment.FileName, attachment.ContentType, Encoding.UTF8.GetString(attachment.Content.Span)));
        Assert.Equal("7", request.Headers!["x-order"]);
        Assert.Equal(("billing", Priority.High, (OnUnknown?)OnUnknown.Stop), (request.Category, request.Priority, request.OnUnknown));
        Assert.Equal(new DateTimeOffset(2026, 3, 14, 14, 0, 0, TimeSpan.Zero), request.ScheduledAt);
        Assert.Equal(new DateTimeOffset(2026, 3, 15, 0, 0, 0, TimeSpan.Zero), request.ExpiresAt);
        Assert.Equal(("appointment", "77"), (request.RelatedType, request.RelatedId));
        Assert.Equal(1, request.Metadata!.Value.GetProperty("a").GetInt32());
        Assert.Equal(["one", "two"], request.Tags!);
        Assert.Equal("k", request.IdempotencyKey);
    }

    [Fact]
    public void Template_variables_are_a_slice_of_the_body_and_no_copy()
    {
        var body = Encoding.UTF8.GetBytes("""{"recipient_id":"c","template_id":"t","template_variables":{"a":1}}""");

        var request = NotificationJson.Read(body, Now).Request!;

        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(request.TemplateVariables, out var segment));
        Assert.Same(body, segment.Array);
    }

    [Fact]
    public void Absent_fields_take_their_defaults_and_null_counts_as_absent()
    {
        var read = Read(With("""
            "priority":null,"channel":null,"tags":null,"metadata":null
            """));

        Assert.Null(read.Faults);
        Assert.Equal(Priority.Normal, read.Request!.Priority);
        Assert.Null(read.Request.Channels);
        Assert.Equal(DeliveryMode.All, read.Request.Delivery);
        Assert.Equal(Until.Sent, read.Request.Until);
    }

    [Fact]
    public void A_scheduled_time_that_has_passed_is_no_fault() =>
        Assert.Null(Read(With("\"scheduled_at\":\"2020-01-01T00:00:00Z\"")).Faults);

    [Fact]
    public void Names_and_words_may_be_written_with_escapes()
    {
        var read = Read("""{"recipient\u005fid":"c1","message":"Ol\u00e1 \ud83d\ude00","priority":"h\u0069gh"}""");

        Assert.Null(read.Faults);
        Assert.Equal("c1", read.Request!.RecipientId);
        Assert.Equal("Olá 😀", read.Request.Message);
        Assert.Equal(Priority.High, read.Request.Priority);
    }

    public static TheoryData<string, string, string, string> Faults => new()
    {
        // fields, path, code, a part of the message
        { "\"recipientId\":\"x\"", "recipientId", "unknown_field", "did you mean recipient_id?" },
        { "\"colour\":\"x\"", "colour", "unknown_field", "remove it" },
        { "\"subject\":7", "subject", "wrong_type", "a string, not a number" },
        { "\"tags\":{\"a\":[1,2]}", "tags", "wrong_type", "array of strings, not an object" },
        { "\"channel\":\"fax\"", "channel", "invalid", "email, sms, whatsapp" },
        { "\"channel\":[\"email\"]", "channel", "wrong_type", "email, sms" },
        { "\"channels\":[\"email\",\"email\"]", "channels[1]", "duplicate", "twice" },
        { "\"channels\":[]", "channels", "invalid", "at least one" },
        { "\"channel\":\"sms\",\"channels\":[\"email\"]", "channel", "conflict", "not both" },
        { "\"priority\":\"urgent\"", "priority", "invalid", "low, normal, high, critical" },
        { "\"scheduled_at\":\"2026-03-14T14:00:00\"", "scheduled_at", "invalid_time", "with its offset" },
        { "\"scheduled_at\":\"tomorrow\"", "scheduled_at", "invalid_time", "RFC 3339" },
        { "\"scheduled_at\":1773496800", "scheduled_at", "wrong_type", "RFC 3339" },
        { "\"scheduled_at\":\"2126-03-14T14:00:00Z\"", "scheduled_at", "out_of_range", "ten years" },
        { "\"expires_at\":\"2026-03-14T11:59:59Z\"", "expires_at", "in_the_past", "later one" },
        { "\"expires_at\":\"2026-03-15T00:00:00Z\",\"scheduled_at\":\"2026-03-16T00:00:00Z\"", "expires_at", "conflict", "later than scheduled_at" },
        { "\"delivery\":\"fallback\",\"fallback_after\":\"2h\"", "fallback_after", "invalid_duration", "PT2H" },
        { "\"delivery\":\"fallback\",\"fallback_after\":\"P1Y\"", "fallback_after", "invalid_duration", "ISO 8601" },
        { "\"delivery\":\"fallback\",\"fallback_after\":\"PT0S\"", "fallback_after", "out_of_range", "PT1S" },
        { "\"fallback_after\":\"PT2H\"", "fallback_after", "conflict", "fallback" },
        { "\"subject\":\"a\",\"subject\":\"b\"", "subject", "duplicate_field", "twice" },
        { "\"subject\":\"a\\r\\nBcc: b@example.net\"", "subject", "invalid_character", "Line breaks" },
        { "\"from\":\"a\\nb\"", "from", "invalid_character", "Line breaks" },
        { "\"html\":\"a\\u0000b\"", "html", "invalid_character", "NUL" },
        { "\"html\":\"\\ud83d\"", "html", "invalid_unicode", "surrogate" },
        { "\"recipient\":{\"email\":\"a@b.c\",\"name\":\"a\\nb\"}", "recipient.name", "invalid_character", "Line breaks" },
        { "\"recipient\":{\"email\":\"\"}", "recipient.email", "invalid", "empty" },
        { "\"recipient\":{\"name\":\"Ana\"}", "recipient", "required", "address" },
        { "\"recipient\":\"ana@example.net\"", "recipient", "wrong_type", "an object, not a string" },
        { "\"recipient\":{\"id\":\"c2\"}", "recipient_id", "conflict", "two contacts" },
        { "\"recipient\":{\"id\":\"c1\",\"e-mail\":\"a@b.c\"}", "recipient.e-mail", "unknown_field", "did you mean email?" },
        { "\"recipient\":{\"id\":\"c1\",\"timezone\":\"Mexico\\u0000\"}", "recipient.timezone", "invalid_character", "control" },
        { "\"recipient\":{\"id\":\"c1\",\"timezone\":\"../../etc/passwd\"}", "recipient.timezone", "invalid", "IANA" },
        { "\"recipient\":{\"id\":\"c1\",\"timezone\":\"Mars/Olympus\"}", "recipient.timezone", "invalid", "IANA" },
        { "\"recipient\":{\"id\":\"c1\",\"locale\":\"spañol\"}", "recipient.locale", "invalid", "BCP 47" },
        { "\"recipient\":{\"id\":\"c1\",\"attributes\":[1]}", "recipient.attributes", "wrong_type", "an object" },
        { "\"recipient\":{\"addresses\":[{\"channel\":\"push\"}]}", "recipient.addresses[0].identifier", "required", "token" },
        { "\"template_variables\":[1]", "template_variables", "wrong_type", "an object, not an array" },
        { "\"template_variables\":{\"a\":1,\"b\":2,\"a\":3}", "template_variables", "duplicate_field", "variable a" },
        { "\"template_variables\":{\"a\":{\"b\":[\"\\udc00\"]}}", "template_variables", "invalid_unicode", "UTF-8" },
        { "\"template_variables\":{\"a\":1},\"secret_variables\":[\"a\",\"b\"]", "secret_variables[1]", "unknown_variable", "no variable" },
        { "\"secret_variables\":[\"b\"]", "secret_variables[0]", "unknown_variable", "no variable" },
        { "\"template_id\":\"welcome\"", "message", "conflict", "not both" },
        { "\"overrides\":{\"sms\":{\"message\":7}}", "overrides.sms.message", "wrong_type", "a string" },
        { "\"overrides\":{\"fax\":{}}", "overrides.fax", "unknown_field", "no such field" },
        { "\"overrides\":{\"sms\":{\"body\":\"x\"}}", "overrides.sms.body", "unknown_field", "no such field" },
        { "\"headers\":{\"Bcc\":\"x@example.net\"}", "headers.Bcc", "invalid_header", "each recipient" },
        { "\"headers\":{\"content-type\":\"x\"}", "headers.content-type", "invalid_header", "server writes" },
        { "\"headers\":{\"Resent-To\":\"x\"}", "headers.Resent-To", "invalid_header", "server writes" },
        { "\"headers\":{\"X A\":\"x\"}", "headers.X A", "invalid_header", "printable" },
        { "\"headers\":{\"X-A\":\"x\\r\\nBcc: y\"}", "headers.X-A", "invalid_character", "Line breaks" },
        { "\"headers\":{\"X-A\":\"1\",\"x-a\":\"2\"}", "headers.x-a", "duplicate_field", "twice" },
        { "\"attachments\":[{\"filename\":\"a\",\"content\":\"aGk=\"},{\"filename\":\"b\",\"content\":\"?\"}]", "attachments[1].content", "invalid_base64", "RFC 4648" },
        { "\"attachments\":[{\"content\":\"aGk=\"}]", "attachments[0].filename", "required", "invoice.pdf" },
        { "\"attachments\":[{\"filename\":\"../a\",\"content\":\"aGk=\"}]", "attachments[0].filename", "invalid", "path" },
        { "\"attachments\":[{\"filename\":\"a\",\"content_type\":\"pdf\",\"content\":\"aGk=\"}]", "attachments[0].content_type", "invalid", "media type" },
        { "\"attachments\":[{\"id\":\"att_1\"}]", "attachments[0].id", "invalid", "att_" },
        { "\"related\":{\"type\":\"appointment\"}", "related.id", "required", "own id" },
        { "\"metadata\":\"x\"", "metadata", "wrong_type", "an object" },
        { "\"tags\":[\"a\",\"\"]", "tags[1]", "invalid", "empty" },
        { "\"category\":\"" + new string('x', 101) + "\"", "category", "too_long", "100 characters" },
        { "\"subject\":\"" + new string('x', 999) + "\"", "subject", "too_long", "998 characters" },
        { "\"html\":\"" + new string('é', 524_289) + "\"", "html", "too_long", "bytes" },
        { "\"metadata\":{\"a\":\"" + new string('x', 65_530) + "\"}", "metadata", "too_long", "65,536" },
        { "\"tags\":[" + string.Join(',', Enumerable.Range(0, 51).Select(i => $"\"{i}\"")) + "]", "tags", "too_many", "at most 50" },
        { "\"template_variables\":" + Deep(64), "template_variables", "too_deep", "64 levels" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_named_by_its_path_with_a_remedy(string fields, string path, string code, string part)
    {
        var fault = Assert.Single(Read(With(fields)).Faults!);

        Assert.Equal(path, fault.Field);
        Assert.Equal(code, fault.Code);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_of_a_request_are_reported_together()
    {
        var faults = Read("""
            {"recipient":{"emial":"x","locale":5},"channel":"fax","subject":"a\nb","tags":[1],"expires_at":"2020-01-01T00:00:00Z"}
            """).Faults!;

        Assert.Equal(
            ["recipient.emial", "recipient.locale", "recipient", "channel", "subject", "tags[0]", "expires_at", "message"],
            faults.Select(f => f.Field));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("{", "line 1")]
    [InlineData("{\n \"message\": nope }", "line 2, byte 14")]
    [InlineData("{\"message\":\"a\"} x", "line 1, byte 17")]
    [InlineData("{\"message\":\"a\",}", "trailing comma")]
    public void Malformed_json_is_a_fault_with_its_position(string json, string part)
    {
        var read = Read(json);

        Assert.Null(read.Request);
        var fault = read.Faults![^1];
        Assert.Equal(("", "malformed_json"), (fault.Field, fault.Code));
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    public void What_is_no_object_is_one_fault_of_the_whole(string json)
    {
        var fault = Assert.Single(Read(json).Faults!);

        Assert.Equal(("", "wrong_type"), (fault.Field, fault.Code));
    }

    [Fact]
    public void Bytes_that_are_no_utf_8_are_a_fault_of_the_field_that_has_them()
    {
        byte[] body = [.. "{\"recipient_id\":\"c\",\"subject\":\"a"u8, 0xFF, .. "\",\"message\":\"m\",\"metadata\":{\"a\":\""u8, 0xC3, .. "\"},\""u8, 0xFE, .. "\":1}"u8];

        var faults = NotificationJson.Read(body, Now).Faults!;

        Assert.Equal([("subject", "invalid_unicode"), ("metadata", "invalid_unicode"), ("\uFFFD", "unknown_field")], faults.Select(f => (f.Field, f.Code)));
    }

    [Fact]
    public void A_byte_order_mark_is_skipped() =>
        Assert.Null(NotificationJson.Read((byte[])[0xEF, 0xBB, 0xBF, .. "{\"recipient_id\":\"c\",\"message\":\"m\"}"u8], Now).Faults);

    [Fact]
    public void Items_of_an_array_have_their_own_faults()
    {
        var items = new List<ReadNotification>();

        var whole = NotificationJson.ReadArray("""
            [{"recipient_id":"a","message":"m","related":{"type":"t","id":"1"}},{"recipient_id":7,"message":"m"},8,{"recipient_id":"b","message":"m"}]
            """u8.ToArray(), Now, 10, items);

        Assert.Null(whole);
        Assert.Equal([null, "recipient_id", "", null], items.Select(i => i.Faults?[0].Field));
    }

    [Fact]
    public void An_array_that_is_too_long_is_refused_as_a_whole()
    {
        var one = """{"recipient_id":"a","message":"m"}""";

        var whole = NotificationJson.ReadArray(Encoding.UTF8.GetBytes($"[{one},{one},{one}]"), Now, 2, []);

        Assert.Equal("too_many", whole!.Value.Code);
        Assert.Contains("3 notifications", whole.Value.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "wrong_type")]
    [InlineData("[]", "required")]
    [InlineData("[{},", "malformed_json")]
    public void What_is_no_array_of_notifications_is_refused_as_a_whole(string json, string code) =>
        Assert.Equal(code, NotificationJson.ReadArray(Encoding.UTF8.GetBytes(json), Now, 10, [])!.Value.Code);

    [Fact]
    public void More_names_of_variables_than_fit_the_fast_path_are_compared_all_the_same()
    {
        var names = string.Join(',', Enumerable.Range(0, 100).Append(3).Select(i => $"\"v{i}\":{i}"));

        var fault = Assert.Single(Read(With($"\"template_variables\":{{{names}}}")).Faults!);

        Assert.Contains("v3", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_typical_request_costs_little_memory()
    {
        var body = Encoding.UTF8.GetBytes("""
            {"recipient":{"email":"ana@example.net","name":"Ana"},"channel":"email","template_id":"welcome",
             "template_variables":{"name":"Ana","plan":"Fibre 100","items":[1,2,3]},"category":"onboarding","priority":"normal"}
            """);
        NotificationJson.Read(body, Now);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) NotificationJson.Read(body, Now);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / 100;

        // The request, the recipient and four short strings.
        Assert.InRange(each, 0, 800);
    }
}
