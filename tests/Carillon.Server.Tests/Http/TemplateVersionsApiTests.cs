using System.Net;
using Carillon.Client;

namespace Carillon.Server.Tests.Http;

/// <summary>Drafts, publication, the way back, and how versions differ.</summary>
public sealed class TemplateVersionsApiTests : TemplateScenes
{
    [Fact]
    public async Task A_template_goes_from_its_first_version_over_a_draft_to_the_next_and_back()
    {
        await Templates.CreateAsync(Template("welcome", "Hello {{ name }}"));
        var draft = await Templates.CreateVersionAsync("welcome", Content("Hi {{ name }}"));
        Assert.Equal(("draft", 2), (draft.Status, draft.Version));
        Assert.Equal("Hello Ana", await SentTextAsync("welcome"));

        var edited = await Templates.ReplaceVersionAsync("welcome", 2, Content("Good day {{ name }}"), draft.Revision);
        Assert.Equal(HttpStatusCode.PreconditionFailed, await Templates.ReplaceVersionAsync("welcome", 2, Content("x"), draft.Revision).StatusAsync());
        Assert.Equal(HttpStatusCode.PreconditionFailed, await Templates.PublishAsync("welcome", 2, draft.Revision).StatusAsync());

        Assert.Equal(2, (await Templates.PublishAsync("welcome", 2, edited.Revision)).Version);
        Assert.Equal("Good day Ana", await SentTextAsync("welcome"));

        var refused = await Templates.ReplaceVersionAsync("welcome", 2, Content("late")).RefusedAsync();
        Assert.Equal((HttpStatusCode.Conflict, "/problems/already_published"), (refused.Status, refused.Type));

        Assert.Equal(1, (await Templates.RollbackAsync("welcome")).Version);
        Assert.Equal("Hello Ana", await SentTextAsync("welcome"));
        Assert.Equal(["version:not_found"], await Templates.RollbackAsync("welcome").FaultsAsync());
        Assert.Equal(2, (await Templates.RollbackAsync("welcome", 2)).Version);
        Assert.Equal(1, (await Templates.PublishAsync("welcome", 1)).Version);

        await Host.RestartAsync();
        Assert.Equal("Hello Ana", await SentTextAsync("welcome"));
        Assert.Equal(["published", "published"], await Templates.ListVersionsAsync("welcome").Select(v => v.Status).ToListAsync(Token));
    }

    [Fact]
    public async Task What_is_made_has_its_address_and_what_can_be_changed_its_etag()
    {
        const string content = """{"variants":[{"channel":"sms","text":"Hi"}]}""";

        var made = await Host.Client.SendAsync("POST", "/v1/templates", """{"key":"welcome","variants":[{"channel":"sms","text":"Hello"}]}""");
        var draft = await Host.Client.SendAsync("POST", "/v1/templates/welcome/versions", content);
        var edited = await Host.Client.SendAsync("PUT", "/v1/templates/welcome/versions/2", content, ifMatch: "\"1\"");
        var published = await Host.Client.SendAsync("POST", "/v1/templates/welcome/versions/2/publish", ifMatch: "\"2\"");
        var changed = await Host.Client.SendAsync("PUT", "/v1/templates/welcome", "{}", ifMatch: "\"2\"");
        // Without a body, too, it goes back.
        var back = await Host.Client.SendAsync("POST", "/v1/templates/welcome/rollback");

        var id = (await ApiHost.JsonAsync(made)).GetProperty("id").GetString();
        Assert.Equal((HttpStatusCode.Created, "\"1\"", "/v1/templates/" + id), (made.StatusCode, made.Headers.ETag?.Tag, made.Headers.Location?.ToString()));
        Assert.Equal((HttpStatusCode.Created, "\"1\"", "/v1/templates/welcome/versions/2"), (draft.StatusCode, draft.Headers.ETag?.Tag, draft.Headers.Location?.ToString()));
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (edited.StatusCode, edited.Headers.ETag?.Tag));
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (published.StatusCode, published.Headers.ETag?.Tag));
        Assert.Equal((HttpStatusCode.OK, "\"3\""), (changed.StatusCode, changed.Headers.ETag?.Tag));
        Assert.Equal((HttpStatusCode.OK, "\"4\""), (back.StatusCode, back.Headers.ETag?.Tag));
    }

    [Fact]
    public async Task A_template_that_is_not_published_cannot_be_sent_until_it_is()
    {
        var made = await Templates.CreateAsync(Template("welcome", "Hi {{ name") with { Publish = false });
        Assert.Null(made.Version);
        Assert.Equal(["template_id:inactive"], await Api.Notifications.SendAsync(Notice("welcome")).FaultsAsync());

        var fault = Assert.Single((await Templates.PublishAsync("welcome", 1).RefusedAsync()).Errors);
        Assert.Equal(("variants[0].text", "template_syntax"), (fault.Field, fault.Code));
        Assert.StartsWith("Line 1, column 11: ", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith(": Hi {{ name", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["version:not_published"], await Templates.RollbackAsync("welcome", 1).FaultsAsync());

        await Templates.ReplaceVersionAsync("welcome", 1, Content("Hi {{ name }}"));
        await Templates.PublishAsync("welcome", 1);
        Assert.Equal("Hi Ana", await SentTextAsync("welcome"));
    }

    [Theory]
    [InlineData("{}", "variants:required")]
    [InlineData("""{"variants":[]}""", "variants:required")]
    [InlineData("""{"key":"x","variants":[{"channel":"sms","text":"x"}]}""", "key:unknown_field")]
    [InlineData("""{"variants":[{"channel":"sms","html":"x"}]}""", "variants[0].text:required")]
    [InlineData("""{"variants":[{"channel":"fax","text":"x"}],"syntax":"twig"}""", "variants[0].channel:invalid", "syntax:invalid")]
    [InlineData("""{"variants":[{"channel":"sms","text":"x"}],"includes":{"a":"tpv_x"}}""", "includes:unknown_field")]
    public async Task A_bad_version_is_refused_by_field(string body, params string[] faults)
    {
        await Templates.CreateAsync(Template("welcome", "Hi"));
        await Templates.CreateVersionAsync("welcome", Content("x"));

        Assert.Equal(faults, await (await Host.Client.SendAsync("POST", "/v1/templates/welcome/versions", body)).FaultsAsync());
        Assert.Equal(faults, await (await Host.Client.SendAsync("PUT", "/v1/templates/welcome/versions/2", body)).FaultsAsync());
        Assert.Equal(2, await Templates.ListVersionsAsync("welcome").CountAsync(Token));
    }

    [Fact]
    public async Task A_diff_tells_lines_by_variant_and_part()
    {
        await Templates.CreateAsync(
            Template("welcome", Mail("one\ntwo\nthree\nfour\nfive\nsix", subject: "S"), Sms("gone")) with { Variables = [Variable("a"), Variable("b", 1)] });
        await Templates.CreateVersionAsync("welcome", new TemplateContent
        {
            Variables = [Variable("b", 2), Variable("c")],
            Variants = [Mail("one\nTWO\nthree\nfour\nfive\nsix\nseven", "<p>\n", "S"), new TemplateVariant { Channel = KnownChannels.Push, Text = "new" }],
        });

        var diff = await Templates.DiffAsync("welcome", 1, 2);

        Assert.Equal(["a removed", "b changed", "c added"], diff.Variables.Select(v => $"{v.Name} {v.Change}"));
        Assert.Equal(["email changed", "sms removed", "push added"], diff.Variants.Select(v => $"{v.Channel} {v.Change}"));
        var parts = diff.Variants[0].Parts;
        Assert.Equal(["subject unchanged", "text changed", "html added"], parts.Select(p => $"{p.Part} {p.Change}"));
        var lines = Assert.Single(parts[1].Hunks).Lines;
        Assert.Equal("same one|removed two|added TWO|same three|same four|same five|same six|added seven", string.Join('|', lines.Select(l => $"{l.Change} {l.Text}")));
        Assert.Equal("""
            --- v1/email/text
            +++ v2/email/text
            @@ -1,6 +1,7 @@
             one
            -two
            +TWO
             three
             four
             five
             six
            +seven
            --- /dev/null
            +++ v2/email/html
            @@ -0,0 +1,1 @@
            +<p>
            --- v1/sms/text
            +++ /dev/null
            @@ -1,1 +0,0 @@
            -gone
            --- /dev/null
            +++ v2/push/text
            @@ -0,0 +1,1 @@
            +new

            """.ReplaceLineEndings("\n"), diff.Unified);
        Assert.Equal("", (await Templates.DiffAsync("welcome", 2, 2)).Unified);
        foreach (var path in new[] { "1/diff/3", "0/diff/1", "x/diff/1", "1/diff/99999999999" })
            Assert.Equal(HttpStatusCode.NotFound, (await Host.Client.SendAsync("GET", "/v1/templates/welcome/versions/" + path)).StatusCode);
    }
}
