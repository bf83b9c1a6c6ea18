using System.Net;
using System.Text;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

public sealed class TemplatesApiTests : IAsyncLifetime
{
    private EngineHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await EngineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_template_goes_from_its_first_version_over_a_draft_to_the_next_and_back()
    {
        var made = await SendAsync("POST", "/v1/templates", Template("welcome", "Hello {{ name }}"));
        Assert.Equal((HttpStatusCode.Created, "\"1\""), (made.StatusCode, made.Headers.ETag?.Tag));
        Assert.Equal("/v1/templates/" + Text(await ApiHost.JsonAsync(made), "id"), made.Headers.Location?.ToString());

        var draft = await SendAsync("POST", "/v1/templates/welcome/versions", Content("Hi {{ name }}"));
        Assert.Equal((HttpStatusCode.Created, "\"1\"", "/v1/templates/welcome/versions/2"), (draft.StatusCode, draft.Headers.ETag?.Tag, draft.Headers.Location?.ToString()));
        Assert.Equal(("draft", 2), (Text(await ApiHost.JsonAsync(draft), "status"), Number(await ApiHost.JsonAsync(draft), "version")));
        Assert.Equal("Hello Ana", await SentTextAsync("welcome"));

        var edited = await SendAsync("PUT", "/v1/templates/welcome/versions/2", Content("Good day {{ name }}"), ifMatch: "\"1\"");
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (edited.StatusCode, edited.Headers.ETag?.Tag));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("PUT", "/v1/templates/welcome/versions/2", Content("x"), ifMatch: "\"1\"")).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("POST", "/v1/templates/welcome/versions/2/publish", ifMatch: "\"1\"")).StatusCode);

        var published = await SendAsync("POST", "/v1/templates/welcome/versions/2/publish", ifMatch: "\"2\"");
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (published.StatusCode, published.Headers.ETag?.Tag));
        Assert.Equal(2, Number(await ApiHost.JsonAsync(published), "version"));
        Assert.Equal("Good day Ana", await SentTextAsync("welcome"));

        var refused = await SendAsync("PUT", "/v1/templates/welcome/versions/2", Content("late"));
        Assert.Equal((HttpStatusCode.Conflict, "/problems/already_published"), (refused.StatusCode, Text(await ApiHost.JsonAsync(refused), "type")));

        Assert.Equal(1, Number(await ApiHost.JsonAsync(await SendAsync("POST", "/v1/templates/welcome/rollback")), "version"));
        Assert.Equal("Hello Ana", await SentTextAsync("welcome"));
        Assert.Equal(["version:not_found"], await FaultsAsync(await SendAsync("POST", "/v1/templates/welcome/rollback", "{}")));
        Assert.Equal(2, Number(await ApiHost.JsonAsync(await SendAsync("POST", "/v1/templates/welcome/rollback", """{"version":2}""")), "version"));
        Assert.Equal(1, Number(await ApiHost.JsonAsync(await SendAsync("POST", "/v1/templates/welcome/versions/1/publish")), "version"));

        await _host.RestartAsync();
        Assert.Equal("Hello Ana", await SentTextAsync("welcome"));
        Assert.Equal(["published", "published"], Items(await GetJsonAsync("/v1/templates/welcome/versions")).Select(v => Text(v, "status")));
    }

    [Fact]
    public async Task A_template_that_is_not_published_cannot_be_sent_until_it_is()
    {
        var made = await ApiHost.JsonAsync(await SendAsync("POST", "/v1/templates", Template("welcome", "Hi {{ name", publish: false)));
        Assert.False(made.TryGetProperty("version", out _));
        Assert.Equal(["template_id:inactive"], await FaultsAsync(await NotifyAsync("welcome")));

        var refused = await FaultTextsAsync(await SendAsync("POST", "/v1/templates/welcome/versions/1/publish"));
        Assert.StartsWith("variants[0].text:template_syntax:Line 1, column 11: ", Assert.Single(refused), StringComparison.Ordinal);
        Assert.EndsWith(": Hi {{ name", refused[0], StringComparison.Ordinal);
        Assert.Equal(["version:not_published"], await FaultsAsync(await SendAsync("POST", "/v1/templates/welcome/rollback", """{"version":1}""")));

        await SendAsync("PUT", "/v1/templates/welcome/versions/1", Content("Hi {{ name }}"));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("POST", "/v1/templates/welcome/versions/1/publish")).StatusCode);
        Assert.Equal("Hi Ana", await SentTextAsync("welcome"));
    }

    [Fact]
    public async Task Details_are_changed_without_a_version_and_an_inactive_template_is_not_sent()
    {
        var shown = await ApiHost.JsonAsync(await SendAsync("POST", "/v1/templates", Template("welcome", "Hi")));
        var id = Text(shown, "id");

        var put = await SendAsync("PUT", "/v1/templates/" + id, """{"key":"hello","name":"Hello","description":"d","category":"c","type":"t","is_active":false}""", ifMatch: "\"1\"");

        var changed = await ApiHost.JsonAsync(put);
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (put.StatusCode, put.Headers.ETag?.Tag));
        Assert.Equal(("hello", "Hello", "d", "c", "t"), (Text(changed, "key"), Text(changed, "name"), Text(changed, "description"), Text(changed, "category"), Text(changed, "type")));
        Assert.Equal((1, shown.GetProperty("variants").GetRawText()), (Number(changed, "version"), changed.GetProperty("variants").GetRawText()));
        Assert.Equal(["template_id:not_found"], await FaultsAsync(await NotifyAsync("welcome")));
        Assert.Equal(["template_id:inactive"], await FaultsAsync(await NotifyAsync("hello")));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("PUT", "/v1/templates/hello", "{}", ifMatch: "\"1\"")).StatusCode);

        var reset = await ApiHost.JsonAsync(await SendAsync("PUT", "/v1/templates/hello", "{}"));
        Assert.Equal(("hello", "Hello", null, true), (Text(reset, "key"), Text(reset, "name"), Text(reset, "category"), reset.GetProperty("is_active").GetBoolean()));
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
        await SendAsync("POST", "/v1/templates", Template("welcome", "Hi"));
        await SendAsync("POST", "/v1/templates", Template("other", "Hi"));

        Assert.Equal(faults, await FaultsAsync(await SendAsync("PUT", "/v1/templates/welcome", body)));
        Assert.Equal(1, Number(await GetJsonAsync("/v1/templates/welcome"), "revision"));
    }

    [Fact]
    public async Task A_deleted_template_is_gone_and_what_was_sent_of_it_is_still_shown()
    {
        await SendAsync("POST", "/v1/templates", Template("welcome", "Hello {{ name }}"));
        var message = await SentAsync("welcome");

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("DELETE", "/v1/templates/welcome", ifMatch: "\"7\"")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync("DELETE", "/v1/templates/welcome")).StatusCode);

        foreach (var (method, path, body) in Everything("welcome"))
            Assert.True((await SendAsync(method, path, body)).StatusCode == HttpStatusCode.NotFound, $"{method} {path}");
        Assert.Equal(["template_id:not_found"], await FaultsAsync(await NotifyAsync("welcome")));
        await SendAsync("POST", "/v1/templates", Template("welcome", "Another"));
        await _host.RestartAsync();
        var content = await GetJsonAsync($"/v1/messages/{message}/content");
        Assert.Equal(("Hello Ana", true), (Text(content, "text"), content.GetProperty("unchanged").GetBoolean()));
    }

    [Fact]
    public async Task Another_tenants_template_was_never_there_and_scopes_hold()
    {
        await SendAsync("POST", "/v1/templates", Template("welcome", "Hi"));
        var own = _host.Client.DefaultRequestHeaders.Authorization;
        _host.Client.DefaultRequestHeaders.Authorization = new("Bearer", await _host.AddKeyAsync(new TenantId(2), Scopes.Admin));
        foreach (var (method, path, body) in Everything("welcome"))
            Assert.True((await SendAsync(method, path, body)).StatusCode == HttpStatusCode.NotFound, $"{method} {path}");

        _host.Client.DefaultRequestHeaders.Authorization = new("Bearer", await _host.AddKeyAsync(ApiHost.Tenant, Scopes.Send, Scopes.Read, Scopes.Providers));
        foreach (var (method, path, body) in Everything("welcome"))
            Assert.True((await SendAsync(method, path, body)).StatusCode == HttpStatusCode.Forbidden, $"{method} {path}");

        _host.Client.DefaultRequestHeaders.Authorization = own;
        Assert.Equal(1, Number(await GetJsonAsync("/v1/templates/welcome"), "revision"));
    }

    [Fact]
    public async Task What_is_included_is_fixed_when_it_is_published()
    {
        await SendAsync("POST", "/v1/templates", Template("name", "Carillon"));
        await SendAsync("POST", "/v1/templates", Template("footer", "-- {% include 'name' %}"));
        var made = await ApiHost.JsonAsync(await SendAsync("POST", "/v1/templates", Template("welcome", "Hello {% include 'footer' %}")));
        Assert.Equal(["footer", "name"], made.GetProperty("includes").EnumerateObject().Select(p => p.Name));
        var message = await SentAsync("welcome");

        await PublishAsync("name", "Another");
        await PublishAsync("footer", "Changed {% include 'name' %}");
        await SendAsync("DELETE", "/v1/templates/name");
        await _host.RestartAsync();

        Assert.Equal("Hello -- Carillon", await SentTextAsync("welcome"));
        Assert.True((await GetJsonAsync($"/v1/messages/{message}/content")).GetProperty("unchanged").GetBoolean());
        Assert.Equal("Changed Another", await SentTextAsync("footer"));

        await PublishAsync("name", "New", create: true);
        await PublishAsync("welcome", "Hello {% include 'footer' %}");
        Assert.Equal("Hello Changed New", await SentTextAsync("welcome"));
        await SendAsync("POST", "/v1/templates/welcome/rollback");
        Assert.Equal("Hello -- Carillon", await SentTextAsync("welcome"));
    }

    [Fact]
    public async Task Layouts_and_macros_serve_each_part_and_locale_by_its_own()
    {
        await SendAsync("POST", "/v1/templates", """
            {"key":"layout","variants":[
              {"channel":"email","html":"<b>{% block body %}{% endblock %}</b>","text":"[{% block body %}{% endblock %}]"},
              {"channel":"email","locale":"es","html":"<i>{% block body %}{% endblock %}</i>","text":"¡{% block body %}{% endblock %}!"},
              {"channel":"sms","text":"sms {% block body %}{% endblock %}"}]}
            """);
        await SendAsync("POST", "/v1/templates", """
            {"key":"macros","variants":[{"channel":"email","text":"{% macro hi(n) %}Hi {{ n }}{% endmacro %}","html":"{% macro hi(n) %}<p>{{ n }}</p>{% endmacro %}"}]}
            """);
        var made = await SendAsync("POST", "/v1/templates", """
            {"key":"welcome","variants":[
              {"channel":"email","html":"{% extends 'layout' %}{% from 'macros' import hi %}{% block body %}{{ hi(name) }}{% endblock %}",
               "text":"{% extends 'layout' %}{% import 'macros' as m %}{% block body %}{{ m.hi(name) }}{% endblock %}"},
              {"channel":"email","locale":"es-MX","html":"{% extends 'layout' %}{% block body %}{{ name }}{% endblock %}"},
              {"channel":"sms","text":"{% extends 'layout' %}{% block body %}{{ name }}{% endblock %}"}]}
            """);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal(["name"], Items((await ApiHost.JsonAsync(made)).GetProperty("variables")).Select(v => Text(v, "name")));

        var variants = Items((await ApiHost.JsonAsync(await SendAsync("POST", "/v1/templates/welcome/test", """{"variables":{"name":"<A>"}}"""))).GetProperty("variants")).ToList();

        Assert.Equal(("<b><p>&lt;A&gt;</p></b>", "[Hi <A>]"), (Text(variants[0], "html"), Text(variants[0], "text")));
        Assert.Equal("<i>&lt;A&gt;</i>", Text(variants[1], "html"));
        Assert.Equal("sms <A>", Text(variants[2], "text"));
    }

    [Theory]
    [InlineData("a {% include 'none' %}", "variants[0].text:unknown_template:Line 1, column 14: there is no published template 'none': a {% include 'none' %}")]
    [InlineData("a\\n  {% include ['no', 'none'] %}", "variants[0].text:unknown_template:Line 2, column 14: there is no published template 'no', 'none': {% include ['no', 'none'] %}")]
    [InlineData("{% include 'draft' %}", "variants[0].text:unknown_template:Line 1, column 12: there is no published template 'draft': {% include 'draft' %}")]
    [InlineData("{% include 'self' %}", "variants[0].text:include_cycle:Line 1, column 12: it would include itself: self → self: {% include 'self' %}")]
    [InlineData("{% include name %}", "variants[0].text:dynamic_include:Line 1, column 12: what is included must be named by a text, so that its version can be fixed: {% include name %}")]
    [InlineData("{% import 'mail' as m %}", "variants[0].text:not_includable:Line 1, column 11: 'mail' has no text for sms: {% import 'mail' as m %}")]
    [InlineData("{% include 'literal' %}", "variants[0].text:not_includable:Line 1, column 12: 'literal' is not of syntax jinja: {% include 'literal' %}")]
    [InlineData("{{ name }}\\n{{ nam }}", "variants[0].text:undeclared_variable:Line 2, column 4 uses 'nam', which variables does not declare; declare it, or leave variables out: {{ nam }}")]
    [InlineData("{% include 'uses' %}", "variants[0].text:undeclared_variable:Line 1, column 4 of 'uses', which is included, uses 'city', which variables does not declare; declare it, or leave variables out: {{ city }}")]
    [InlineData("{% for city in name %}{% include 'uses' %}{% endfor %}")]
    [InlineData("{% import 'uses' as m %}")]
    [InlineData("{% include 'none' ignore missing %}")]
    [InlineData("{% include ['none', 'ok'] %}")]
    public async Task Publishing_refuses_with_line_column_and_source(string text, params string[] faults)
    {
        await SendAsync("POST", "/v1/templates", Template("ok", "x"));
        await SendAsync("POST", "/v1/templates", Template("uses", "{{ city }}"));
        await SendAsync("POST", "/v1/templates", Template("draft", "x", publish: false));
        await SendAsync("POST", "/v1/templates", """{"key":"literal","syntax":"none","variants":[{"channel":"sms","text":"x"}]}""");
        await SendAsync("POST", "/v1/templates", """{"key":"mail","variants":[{"channel":"email","text":"x"}]}""");

        var made = await SendAsync("POST", "/v1/templates", $$"""{"key":"self","variables":[{"name":"name"}],"variants":[{"channel":"sms","text":"{{text}}"}]}""");

        Assert.Equal(faults.Length == 0 ? 201 : 422, (int)made.StatusCode);
        if (faults.Length > 0) Assert.Equal(faults, await FaultTextsAsync(made));
    }

    [Fact]
    public async Task A_cycle_over_others_is_refused_by_its_names()
    {
        await SendAsync("POST", "/v1/templates", Template("a", "x"));
        await SendAsync("POST", "/v1/templates", Template("b", "{% include 'a' %}"));
        await SendAsync("POST", "/v1/templates", Template("c", "{% include 'b' %}"));
        await SendAsync("POST", "/v1/templates/a/versions", Content("{% include 'c' %}"));

        var fault = Assert.Single(await FaultTextsAsync(await SendAsync("POST", "/v1/templates/a/versions/2/publish")));

        Assert.Contains("in 'b', which is included, it would include itself: a → c → b → a", fault, StringComparison.Ordinal);
        Assert.Equal(1, Number(await GetJsonAsync("/v1/templates/a"), "version"));
    }

    [Fact]
    public async Task Hostile_templates_are_refused_in_bounded_time()
    {
        var many = new StringBuilder();
        for (var i = 0; i < 20_000; i++) many.Append("{% include 'x").Append(i).Append("' ignore missing %}{{ v").Append(i).Append(" }}\\n");
        await SendAsync("POST", "/v1/templates", $$"""{"key":"bomb0","variants":[{"channel":"sms","text":"{{new string('x', 1000)}}"}]}""");
        for (var i = 1; i <= 8; i++)
            await SendAsync("POST", "/v1/templates", Template($"bomb{i}", string.Concat(Enumerable.Repeat("{% include 'bomb" + (i - 1) + "' %}", 50))));

        var refused = await SendAsync("POST", "/v1/templates", $$"""{"key":"many","variables":[{"name":"v0"}],"variants":[{"channel":"sms","text":"{{many}}"}]}""");
        var faults = (await FaultsAsync(refused)).ToList();
        Assert.Equal(422, (int)refused.StatusCode);
        Assert.Contains("variants[0].text:too_many", faults);
        Assert.True(faults.Count <= 200);
        var bomb = await ApiHost.JsonAsync(await SendAsync("POST", "/v1/templates/bomb8/test", "{}"));
        Assert.NotEmpty(Items(Items(bomb.GetProperty("variants")).Single().GetProperty("errors")));
    }

    [Fact]
    public async Task A_test_renders_any_version_with_samples_and_tells_what_is_wrong_where()
    {
        await SendAsync("POST", "/v1/templates", """
            {"key":"welcome","variables":[{"name":"name","required":true,"sample":"Ana"},{"name":"n","sample":0}],
             "variants":[{"channel":"email","subject":"Hi {{ name }}","html":"<p>{{ name }}</p>","text":"x\n {{ 1 // n }}"},
                         {"channel":"email","locale":"es","text":"Hola {{ name }}"},{"channel":"sms","text":"{{ name }}!"}]}
            """);
        await SendAsync("POST", "/v1/templates/welcome/versions", Content("Draft {{ name }} {{ missing }}"));

        var all = Items((await TestAsync("{}")).GetProperty("variants")).ToList();
        Assert.Equal(3, all.Count);
        Assert.Equal(("Hi Ana", "<p>Ana</p>", null), (Text(all[0], "subject"), Text(all[0], "html"), Text(all[0], "text")));
        var error = Assert.Single(Items(all[0].GetProperty("errors")));
        Assert.Equal(("text", 2, "{{ 1 // n }}"), (Text(error, "part"), Number(error, "line"), Text(error, "source_line")));
        Assert.True(Number(error, "column") > 1);

        Assert.Equal("Hola Bo", Text(Items((await TestAsync("""{"channel":"email","locale":"es-MX","variables":{"name":"Bo"}}""")).GetProperty("variants")).Single(), "text"));
        Assert.Equal("x\n 1", Text(Items((await TestAsync("""{"channel":"email","variables":{"n":1}}""")).GetProperty("variants")).First(), "text"));
        var draft = await TestAsync("""{"version":2,"variables":{"name":"Bo"}}""");
        Assert.Equal((2, "Draft Bo "), (Number(draft, "version"), Text(Items(draft.GetProperty("variants")).Single(), "text")));
        Assert.Equal(JsonValueKind.Null, draft.GetProperty("sent").ValueKind);
        Assert.Empty(Items(await GetJsonAsync("/v1/messages")));
    }

    [Theory]
    [InlineData("""{"version":9}""", "version:not_found")]
    [InlineData("""{"channel":"push"}""", "channel:not_found")]
    [InlineData("""{"locale":"es"}""", "channel:required")]
    [InlineData("""{"to":"ana@example.net"}""", "channel:required")]
    [InlineData("""{"channel":"sms","to":"ana@example.net"}""", "to:invalid_phone")]
    [InlineData("""{"variables":[1],"chanel":"sms"}""", "variables:wrong_type", "chanel:unknown_field")]
    [InlineData("""{"version":0}""", "version:out_of_range")]
    public async Task A_bad_test_is_refused(string body, params string[] faults)
    {
        await SendAsync("POST", "/v1/templates", Template("welcome", "Hi"));

        Assert.Equal(faults, await FaultsAsync(await SendAsync("POST", "/v1/templates/welcome/test", body)));
    }

    [Fact]
    public async Task A_test_is_sent_by_the_ordinary_way_and_marked()
    {
        await SendAsync("POST", "/v1/templates", Template("welcome", "Hello {{ name }}", publish: false));
        const string body = """{"channel":"sms","to":"+525512345678","variables":{"name":"{{ 7 }}"}}""";

        var test = await ApiHost.JsonAsync(await SendAsync("POST", "/v1/templates/welcome/test", body));

        var notification = await GetJsonAsync("/v1/notifications/" + Text(test.GetProperty("sent"), "id"));
        Assert.Equal("""["test"]""", notification.GetProperty("tags").GetRawText());
        var message = Items(notification.GetProperty("messages")).Single();
        Assert.Equal("+525512345678", Text(message, "address"));
        Assert.Equal("Hello {{ 7 }}", Text(await GetJsonAsync($"/v1/messages/{Text(message, "id")}/content"), "text"));

        _host.Client.DefaultRequestHeaders.Authorization = new("Bearer", await _host.AddKeyAsync(ApiHost.Tenant, Scopes.Templates));
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("POST", "/v1/templates/welcome/test", body)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("POST", "/v1/templates/welcome/test", "{}")).StatusCode);
    }

    [Fact]
    public async Task A_diff_tells_lines_by_variant_and_part()
    {
        await SendAsync("POST", "/v1/templates", """
            {"key":"welcome","variables":[{"name":"a"},{"name":"b","sample":1}],"variants":[
              {"channel":"email","subject":"S","text":"one\ntwo\nthree\nfour\nfive\nsix"},{"channel":"sms","text":"gone"}]}
            """);
        await SendAsync("POST", "/v1/templates/welcome/versions", """
            {"variables":[{"name":"b","sample":2},{"name":"c"}],"variants":[
              {"channel":"email","subject":"S","text":"one\nTWO\nthree\nfour\nfive\nsix\nseven","html":"<p>\n"},{"channel":"push","text":"new"}]}
            """);

        var diff = await GetJsonAsync("/v1/templates/welcome/versions/1/diff/2");

        Assert.Equal(["a removed", "b changed", "c added"], Items(diff.GetProperty("variables")).Select(v => $"{Text(v, "name")} {Text(v, "change")}"));
        Assert.Equal(["email changed", "sms removed", "push added"], Items(diff.GetProperty("variants")).Select(v => $"{Text(v, "channel")} {Text(v, "change")}"));
        var parts = Items(Items(diff.GetProperty("variants")).First().GetProperty("parts")).ToList();
        Assert.Equal(["subject unchanged", "text changed", "html added"], parts.Select(p => $"{Text(p, "part")} {Text(p, "change")}"));
        var hunk = Items(parts[1].GetProperty("hunks")).Single();
        Assert.Equal("same one|removed two|added TWO|same three|same four|same five|same six|added seven", string.Join('|', Items(hunk.GetProperty("lines")).Select(l => $"{Text(l, "change")} {Text(l, "text")}")));
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

            """.ReplaceLineEndings("\n"), Text(diff, "unified"));
        Assert.Equal("", Text(await GetJsonAsync("/v1/templates/welcome/versions/2/diff/2"), "unified"));
        foreach (var path in new[] { "1/diff/3", "0/diff/1", "x/diff/1", "1/diff/99999999999" })
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "/v1/templates/welcome/versions/" + path)).StatusCode);
    }

    [Fact]
    public async Task Lists_go_on_from_their_cursors_by_their_filters()
    {
        foreach (var (key, category, active) in new[] { ("c", "x", true), ("a", "x", false), ("b", "y", true), ("d", "x", true) })
            await SendAsync("POST", "/v1/templates", $$"""{"key":"{{key}}","category":"{{category}}","type":"t","is_active":{{(active ? "true" : "false")}},"variants":[{"channel":"sms","text":"x"}]}""");
        for (var i = 0; i < 4; i++) await SendAsync("POST", "/v1/templates/a/versions", Content("x"));

        Assert.Equal("acd", await KeysAsync("?category=x"));
        Assert.Equal("cd", await KeysAsync("?category=x&is_active=true&type=t"));
        Assert.Equal("", await KeysAsync("?type=u"));
        var first = await GetJsonAsync("/v1/templates?category=x&limit=2");
        Assert.Equal("d", await KeysAsync("?category=x&limit=2&after=" + Text(first, "next")));
        Assert.Equal(["is_active:invalid", "categry:unknown_field"], await FaultsAsync(await SendAsync("GET", "/v1/templates?is_active=1&categry=x")));

        var versions = await GetJsonAsync("/v1/templates/a/versions?limit=3");
        await SendAsync("POST", "/v1/templates/a/versions", Content("x"));
        var rest = await GetJsonAsync("/v1/templates/a/versions?limit=3&after=" + Text(versions, "next"));
        Assert.Equal([5, 4, 3, 2, 1], Items(versions).Concat(Items(rest)).Select(v => Number(v, "version")));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);
        Assert.Equal(["after:invalid"], await FaultsAsync(await SendAsync("GET", "/v1/templates/a/versions?after=x")));
    }

    [Fact]
    public async Task The_same_key_makes_one_template_and_one_version()
    {
        var first = await SendAsync("POST", "/v1/templates", Template("welcome", "Hi"), idempotencyKey: "k");
        var again = await SendAsync("POST", "/v1/templates", Template("welcome", "Hi"), idempotencyKey: "k");
        var other = await SendAsync("POST", "/v1/templates", Template("welcome", "Ho"), idempotencyKey: "k");
        Assert.Equal([201, 201, 422], new[] { first, again, other }.Select(a => (int)a.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(Token), await again.Content.ReadAsStringAsync(Token));
        Assert.Equal((first.Headers.Location, first.Headers.ETag, "true"), (again.Headers.Location, again.Headers.ETag, again.Headers.GetValues("Idempotent-Replayed").Single()));

        var version = await SendAsync("POST", "/v1/templates/welcome/versions", Content("x"), idempotencyKey: "v");
        var replay = await SendAsync("POST", "/v1/templates/welcome/versions", Content("x"), idempotencyKey: "v");
        var elsewhere = await SendAsync("POST", "/v1/templates/none/versions", Content("x"), idempotencyKey: "v");
        Assert.Equal([201, 201, 404], new[] { version, replay, elsewhere }.Select(a => (int)a.StatusCode));
        Assert.Equal(await version.Content.ReadAsStringAsync(Token), await replay.Content.ReadAsStringAsync(Token));
        Assert.Equal(version.Headers.Location, replay.Headers.Location);
        Assert.Equal(2, Items(await GetJsonAsync("/v1/templates/welcome/versions")).Count());
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
        await SendAsync("POST", "/v1/templates", Template("welcome", "Hi"));
        await SendAsync("POST", "/v1/templates/welcome/versions", Content("x"));

        Assert.Equal(faults, await FaultsAsync(await SendAsync("POST", "/v1/templates/welcome/versions", body)));
        Assert.Equal(faults, await FaultsAsync(await SendAsync("PUT", "/v1/templates/welcome/versions/2", body)));
        Assert.Equal(2, Items(await GetJsonAsync("/v1/templates/welcome/versions")).Count());
    }

    private static IEnumerable<(string Method, string Path, string? Body)> Everything(string key) =>
    [
        ("GET", $"/v1/templates/{key}", null),
        ("PUT", $"/v1/templates/{key}", """{"name":"x"}"""),
        ("DELETE", $"/v1/templates/{key}", null),
        ("POST", $"/v1/templates/{key}/rollback", null),
        ("POST", $"/v1/templates/{key}/versions", Content("x")),
        ("GET", $"/v1/templates/{key}/versions", null),
        ("GET", $"/v1/templates/{key}/versions/1", null),
        ("PUT", $"/v1/templates/{key}/versions/1", Content("x")),
        ("POST", $"/v1/templates/{key}/versions/1/publish", null),
        ("GET", $"/v1/templates/{key}/versions/1/diff/1", null),
        ("POST", $"/v1/templates/{key}/test", "{}"),
    ];

    private static string Template(string key, string text, bool publish = true) =>
        $$"""{"key":"{{key}}","publish":{{(publish ? "true" : "false")}},"variants":[{"channel":"sms","text":"{{text}}"}]}""";

    private static string Content(string text) => $$"""{"variants":[{"channel":"sms","text":"{{text}}"}]}""";

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static IEnumerable<JsonElement> Items(JsonElement list) => (list.ValueKind == JsonValueKind.Array ? list : list.GetProperty("data")).EnumerateArray();

    private static async Task<IEnumerable<string>> FaultsAsync(HttpResponseMessage response) =>
        (await ApiHost.JsonAsync(response)).GetProperty("errors").EnumerateArray().Select(e => $"{Text(e, "field")}:{Text(e, "code")}");

    private static async Task<List<string>> FaultTextsAsync(HttpResponseMessage response) =>
        [.. (await ApiHost.JsonAsync(response)).GetProperty("errors").EnumerateArray().Select(e => $"{Text(e, "field")}:{Text(e, "code")}:{Text(e, "message")}")];

    private async Task PublishAsync(string key, string text, bool create = false)
    {
        if (create)
        {
            Assert.Equal(HttpStatusCode.Created, (await SendAsync("POST", "/v1/templates", Template(key, text))).StatusCode);
            return;
        }

        var draft = await ApiHost.JsonAsync(await SendAsync("POST", $"/v1/templates/{key}/versions", Content(text)));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("POST", $"/v1/templates/{key}/versions/{Number(draft, "version")}/publish")).StatusCode);
    }

    private async Task<string> KeysAsync(string query) => string.Concat(Items(await GetJsonAsync("/v1/templates" + query)).Select(t => Text(t, "key")));

    private async Task<JsonElement> TestAsync(string body) => await ApiHost.JsonAsync(await SendAsync("POST", "/v1/templates/welcome/test", body));

    private Task<HttpResponseMessage> NotifyAsync(string key) =>
        SendAsync("POST", "/v1/notifications", $$"""{"recipient":{"phone":"+5215512345678"},"channel":"sms","template_id":"{{key}}","template_variables":{"name":"Ana"} }""");

    private async Task<string> SentAsync(string key)
    {
        var accepted = await NotifyAsync(key);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var message = Text(Items((await ApiHost.JsonAsync(accepted)).GetProperty("messages")).Single(), "id")!;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (Text(await GetJsonAsync("/v1/messages/" + message), "status") != "sent") await timer.WaitForNextTickAsync(Token);
        return message;
    }

    /// <summary>What the simulator was given.</summary>
    private async Task<string?> SentTextAsync(string key)
    {
        var message = await SentAsync(key);
        return Text(Items(await GetJsonAsync("/v1/simulator/outbox")).Single(m => Text(m, "message_id") == message), "text");
    }

    private async Task<JsonElement> GetJsonAsync(string path) => await ApiHost.JsonAsync(await SendAsync("GET", path));

    private Task<HttpResponseMessage> SendAsync(string method, string path, string? body = null, string? ifMatch = null, string? idempotencyKey = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        return _host.Client.SendAsync(request, Token);
    }
}
