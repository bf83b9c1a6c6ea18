using System.Net;
using Carillon.Client;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

/// <summary>The life of templates: made, changed, listed, deleted, and by whom.</summary>
public sealed class TemplatesApiTests : TemplateScenes
{
    [Fact]
    public async Task Details_are_changed_without_a_version_and_an_inactive_template_is_not_sent()
    {
        var made = await Templates.CreateAsync(Template("welcome", "Hi"));

        var changed = await Templates.UpdateAsync(
            made.Id, new TemplateDetails { Key = "hello", Name = "Hello", Description = "d", Category = "c", Type = "t", IsActive = false }, made.Revision);

        Assert.Equal(("hello", "Hello", "d", "c", "t", 2), (changed.Key, changed.Name, changed.Description, changed.Category, changed.Type, changed.Revision));
        Assert.Equal((1, false), (changed.Version, changed.IsActive));
        Assert.Equal(made.Variants, changed.Variants);
        Assert.Equal(["template_id:not_found"], await Api.Notifications.SendAsync(Notice("welcome")).FaultsAsync());
        Assert.Equal(["template_id:inactive"], await Api.Notifications.SendAsync(Notice("hello")).FaultsAsync());
        Assert.Equal(HttpStatusCode.PreconditionFailed, await Templates.UpdateAsync("hello", new TemplateDetails(), made.Revision).StatusAsync());

        var reset = await Templates.UpdateAsync("hello", new TemplateDetails());
        Assert.Equal(("hello", "Hello", null, true), (reset.Key, reset.Name, reset.Category, reset.IsActive));
        Assert.Equal("Hi", await SentTextAsync("hello"));
    }

    [Theory]
    [InlineData("""{"key":"other"}""", "key:already_exists")]
    [InlineData("""{"key":"with space"}""", "key:invalid")]
    [InlineData("""{"key":"tpl_x"}""", "key:invalid")]
    [InlineData("""{"variants":[],"syntax":"none"}""", "variants:immutable", "syntax:immutable")]
    [InlineData("""{"is_active":"yes","nam":"x"}""", "is_active:wrong_type", "nam:unknown_field")]
    public async Task Bad_details_change_nothing(string body, params string[] faults)
    {
        await Templates.CreateAsync(Template("welcome", "Hi"));
        await Templates.CreateAsync(Template("other", "Hi"));

        Assert.Equal(faults, await (await Host.Client.SendAsync("PUT", "/v1/templates/welcome", body)).FaultsAsync());
        Assert.Equal(1, (await Templates.GetAsync("welcome")).Revision);
    }

    [Fact]
    public async Task A_deleted_template_is_gone_and_what_was_sent_of_it_is_still_shown()
    {
        await Templates.CreateAsync(Template("welcome", "Hello {{ name }}"));
        var message = await SentAsync(Notice("welcome"));

        Assert.Equal(HttpStatusCode.PreconditionFailed, await Templates.DeleteAsync("welcome", ifRevision: 7).StatusAsync());
        await Templates.DeleteAsync("welcome");

        foreach (var call in Everything) Assert.Equal(HttpStatusCode.NotFound, await call(Templates).StatusAsync());
        Assert.Equal(["template_id:not_found"], await Api.Notifications.SendAsync(Notice("welcome")).FaultsAsync());
        await Templates.CreateAsync(Template("welcome", "Another"));
        await Host.RestartAsync();
        var content = await Api.Messages.GetContentAsync(message.Id);
        Assert.Equal(("Hello Ana", true), (content.Text, content.Unchanged));
    }

    [Fact]
    public async Task Another_tenants_template_was_never_there_and_scopes_hold()
    {
        await Templates.CreateAsync(Template("welcome", "Hi"));
        var stranger = await Host.ApiAsync(new TenantId(2), Scopes.Admin);
        var colleague = await Host.ApiAsync(ApiHost.Tenant, Scopes.Send, Scopes.Read, Scopes.Providers);

        foreach (var call in Everything)
        {
            Assert.Equal(HttpStatusCode.NotFound, await call(stranger.Templates).StatusAsync());
            Assert.Equal(HttpStatusCode.Forbidden, await call(colleague.Templates).StatusAsync());
        }

        Assert.Equal(1, (await Templates.GetAsync("welcome")).Revision);
    }

    [Fact]
    public async Task Lists_go_on_from_their_cursors_by_their_filters()
    {
        foreach (var (key, category, active) in new[] { ("c", "x", true), ("a", "x", false), ("b", "y", true), ("d", "x", true) })
            await Templates.CreateAsync(Template(key, "x") with { Category = category, Type = "t", IsActive = active });

        Assert.Equal("acd", await KeysAsync(new TemplateQuery { Category = "x" }));
        Assert.Equal("cd", await KeysAsync(new TemplateQuery { Category = "x", IsActive = true, Type = "t" }));
        Assert.Equal("", await KeysAsync(new TemplateQuery { Type = "u" }));
        var pages = new TemplateQuery { Category = "x", PageSize = 2 };
        var first = await Templates.GetPageAsync(pages);
        Assert.Equal("d", Assert.Single((await Templates.GetPageAsync(pages, first.Next)).Data).Key);
        Assert.Equal(["is_active:invalid", "categry:unknown_field"], await (await Host.Client.SendAsync("GET", "/v1/templates?is_active=1&categry=x")).FaultsAsync());
    }

    [Fact]
    public async Task Versions_are_listed_page_by_page_while_others_are_added()
    {
        await Templates.CreateAsync(Template("a", "x"));
        for (var i = 0; i < 4; i++) await Templates.CreateVersionAsync("a", Content("x"));

        var seen = new List<int>();
        await foreach (var version in Templates.ListVersionsAsync("a", pageSize: 3))
        {
            if (seen.Count == 0) await Templates.CreateVersionAsync("a", Content("x"));
            seen.Add(version.Version);
        }

        Assert.Equal([5, 4, 3, 2, 1], seen);
        Assert.Equal(["after:invalid"], await (await Host.Client.SendAsync("GET", "/v1/templates/a/versions?after=x")).FaultsAsync());
    }

    [Fact]
    public async Task The_same_key_makes_one_template_and_one_version()
    {
        const string hi = """{"key":"welcome","variants":[{"channel":"sms","text":"Hi"}]}""";
        const string content = """{"variants":[{"channel":"sms","text":"x"}]}""";
        var first = await Host.Client.SendAsync("POST", "/v1/templates", hi, idempotencyKey: "k");
        var again = await Host.Client.SendAsync("POST", "/v1/templates", hi, idempotencyKey: "k");
        var other = await Host.Client.SendAsync("POST", "/v1/templates", hi.Replace("Hi", "Ho", StringComparison.Ordinal), idempotencyKey: "k");
        Assert.Equal([201, 201, 422], new[] { first, again, other }.Select(a => (int)a.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(Token), await again.Content.ReadAsStringAsync(Token));
        Assert.Equal((first.Headers.Location, first.Headers.ETag, "true"), (again.Headers.Location, again.Headers.ETag, again.Headers.GetValues("Idempotent-Replayed").Single()));

        var version = await Host.Client.SendAsync("POST", "/v1/templates/welcome/versions", content, idempotencyKey: "v");
        var replay = await Host.Client.SendAsync("POST", "/v1/templates/welcome/versions", content, idempotencyKey: "v");
        var elsewhere = await Host.Client.SendAsync("POST", "/v1/templates/none/versions", content, idempotencyKey: "v");
        Assert.Equal([201, 201, 404], new[] { version, replay, elsewhere }.Select(a => (int)a.StatusCode));
        Assert.Equal(await version.Content.ReadAsStringAsync(Token), await replay.Content.ReadAsStringAsync(Token));
        Assert.Equal(version.Headers.Location, replay.Headers.Location);
        Assert.Equal(2, await Templates.ListVersionsAsync("welcome").CountAsync(Token));
    }

    private static IEnumerable<Func<TemplatesClient, Task>> Everything =>
    [
        t => t.GetAsync("welcome"),
        t => t.UpdateAsync("welcome", new TemplateDetails { Name = "x" }),
        t => t.DeleteAsync("welcome"),
        t => t.RollbackAsync("welcome"),
        t => t.CreateVersionAsync("welcome", Content("x")),
        t => t.ListVersionsAsync("welcome").ToListAsync(Token).AsTask(),
        t => t.GetVersionAsync("welcome", 1),
        t => t.ReplaceVersionAsync("welcome", 1, Content("x")),
        t => t.PublishAsync("welcome", 1),
        t => t.DiffAsync("welcome", 1, 1),
        t => t.TestAsync("welcome"),
    ];

    private async Task<string> KeysAsync(TemplateQuery query) => string.Concat(await Templates.ListAsync(query).Select(t => t.Key).ToListAsync(Token));
}
