using System.Text;
using System.Text.Json.Nodes;
using Carillon.Client;

namespace Carillon.Server.Tests.Http;

/// <summary>Templates that include others: what is fixed when they are published, and what is refused.</summary>
public sealed class TemplateIncludesApiTests : TemplateScenes
{
    [Fact]
    public async Task What_is_included_is_fixed_when_it_is_published()
    {
        await Templates.CreateAsync(Template("name", "Carillon"));
        await Templates.CreateAsync(Template("footer", "-- {% include 'name' %}"));
        var made = await Templates.CreateAsync(Template("welcome", "Hello {% include 'footer' %}"));
        Assert.Equal(["footer", "name"], made.Includes!.Keys);
        var message = await SentAsync(Notice("welcome"));

        await PublishAsync("name", "Another");
        await PublishAsync("footer", "Changed {% include 'name' %}");
        await Templates.DeleteAsync("name");
        await Host.RestartAsync();

        Assert.Equal("Hello -- Carillon", await SentTextAsync("welcome"));
        Assert.True((await Api.Messages.GetContentAsync(message.Id)).Unchanged);
        Assert.Equal("Changed Another", await SentTextAsync("footer"));

        await Templates.CreateAsync(Template("name", "New"));
        await PublishAsync("welcome", "Hello {% include 'footer' %}");
        Assert.Equal("Hello Changed New", await SentTextAsync("welcome"));
        await Templates.RollbackAsync("welcome");
        Assert.Equal("Hello -- Carillon", await SentTextAsync("welcome"));
    }

    [Fact]
    public async Task Layouts_and_macros_serve_each_part_and_locale_by_its_own()
    {
        await Templates.CreateAsync(Template(
            "layout",
            Mail("[{% block body %}{% endblock %}]", "<b>{% block body %}{% endblock %}</b>"),
            Mail("¡{% block body %}{% endblock %}!", "<i>{% block body %}{% endblock %}</i>", locale: "es"),
            Sms("sms {% block body %}{% endblock %}")));
        await Templates.CreateAsync(Template("macros", Mail("{% macro hi(n) %}Hi {{ n }}{% endmacro %}", "{% macro hi(n) %}<p>{{ n }}</p>{% endmacro %}")));
        var made = await Templates.CreateAsync(Template(
            "welcome",
            Mail(
                "{% extends 'layout' %}{% import 'macros' as m %}{% block body %}{{ m.hi(name) }}{% endblock %}",
                "{% extends 'layout' %}{% from 'macros' import hi %}{% block body %}{{ hi(name) }}{% endblock %}"),
            Mail(html: "{% extends 'layout' %}{% block body %}{{ name }}{% endblock %}", locale: "es-MX"),
            Sms("{% extends 'layout' %}{% block body %}{{ name }}{% endblock %}")));
        Assert.Equal(["name"], made.Variables.Select(v => v.Name));

        var variants = (await Templates.TestAsync("welcome", new TemplateTestRequest { Variables = new JsonObject { ["name"] = "<A>" } })).Variants;

        Assert.Equal(("<b><p>&lt;A&gt;</p></b>", "[Hi <A>]"), (variants[0].Html, variants[0].Text));
        Assert.Equal("<i>&lt;A&gt;</i>", variants[1].Html);
        Assert.Equal("sms <A>", variants[2].Text);
    }

    [Theory]
    [InlineData("a {% include 'none' %}", "unknown_template:Line 1, column 14: there is no published template 'none': a {% include 'none' %}")]
    [InlineData("a\n  {% include ['no', 'none'] %}", "unknown_template:Line 2, column 14: there is no published template 'no', 'none': {% include ['no', 'none'] %}")]
    [InlineData("{% include 'draft' %}", "unknown_template:Line 1, column 12: there is no published template 'draft': {% include 'draft' %}")]
    [InlineData("{% include 'self' %}", "include_cycle:Line 1, column 12: it would include itself: self → self: {% include 'self' %}")]
    [InlineData("{% include name %}", "dynamic_include:Line 1, column 12: what is included must be named by a text, so that its version can be fixed: {% include name %}")]
    [InlineData("{% import 'mail' as m %}", "not_includable:Line 1, column 11: 'mail' has no text for sms: {% import 'mail' as m %}")]
    [InlineData("{% include 'literal' %}", "not_includable:Line 1, column 12: 'literal' is not of syntax jinja: {% include 'literal' %}")]
    [InlineData("{{ name }}\n{{ nam }}", "undeclared_variable:Line 2, column 4 uses 'nam', which variables does not declare; declare it, or leave variables out: {{ nam }}")]
    [InlineData("{% include 'uses' %}", "undeclared_variable:Line 1, column 4 of 'uses', which is included, uses 'city', which variables does not declare; declare it, or leave variables out: {{ city }}")]
    [InlineData("{% for city in name %}{% include 'uses' %}{% endfor %}", null)]
    [InlineData("{% import 'uses' as m %}", null)]
    [InlineData("{% include 'none' ignore missing %}", null)]
    [InlineData("{% include ['none', 'ok'] %}", null)]
    public async Task Publishing_refuses_with_line_column_and_source(string text, string? fault)
    {
        await Templates.CreateAsync(Template("ok", "x"));
        await Templates.CreateAsync(Template("uses", "{{ city }}"));
        await Templates.CreateAsync(Template("draft", "x") with { Publish = false });
        await Templates.CreateAsync(Template("literal", "x") with { Syntax = "none" });
        await Templates.CreateAsync(Template("mail", Mail("x")));

        var making = Templates.CreateAsync(Template("self", text) with { Variables = [Variable("name")] });

        if (fault is null) Assert.Equal(1, (await making).Version);
        else Assert.Equal([("variants[0].text", fault)], (await making.RefusedAsync()).Errors.Select(e => (e.Field, $"{e.Code}:{e.Message}")));
    }

    [Fact]
    public async Task A_cycle_over_others_is_refused_by_its_names()
    {
        await Templates.CreateAsync(Template("a", "x"));
        await Templates.CreateAsync(Template("b", "{% include 'a' %}"));
        await Templates.CreateAsync(Template("c", "{% include 'b' %}"));
        await Templates.CreateVersionAsync("a", Content("{% include 'c' %}"));

        var fault = Assert.Single((await Templates.PublishAsync("a", 2).RefusedAsync()).Errors);

        Assert.Contains("in 'b', which is included, it would include itself: a → c → b → a", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await Templates.GetAsync("a")).Version);
    }

    [Fact]
    public async Task Hostile_templates_are_refused_in_bounded_time()
    {
        var many = new StringBuilder();
        for (var i = 0; i < 20_000; i++) many.Append("{% include 'x").Append(i).Append("' ignore missing %}{{ v").Append(i).Append(" }}\n");
        await Templates.CreateAsync(Template("bomb0", new string('x', 1000)));
        for (var i = 1; i <= 8; i++) await Templates.CreateAsync(Template($"bomb{i}", string.Concat(Enumerable.Repeat("{% include 'bomb" + (i - 1) + "' %}", 50))));

        var faults = (await Templates.CreateAsync(Template("many", many.ToString()) with { Variables = [Variable("v0")] }).FaultsAsync()).ToList();

        Assert.Contains("variants[0].text:too_many", faults);
        Assert.True(faults.Count <= 200);
        Assert.NotEmpty(Assert.Single((await Templates.TestAsync("bomb8")).Variants).Errors);
    }
}
