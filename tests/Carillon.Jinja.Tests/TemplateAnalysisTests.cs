using static Carillon.Jinja.Tests.Rendering;

namespace Carillon.Jinja.Tests;

public sealed class TemplateAnalysisTests
{
    private static TemplateAnalysis Analyze(string source) => new JinjaEnvironment().FromString(source).Analyze();

    private static string Variables(string source) =>
        string.Join(' ', Analyze(source).Variables.Select(v => v.Path + (v.IsGuarded ? "?" : "")));

    [Theory]
    [InlineData("{{ a }} {{ b.c.d }} {{ e['f'] }} {{ g[0].h }}", "a b.c.d e.f g[].h")]
    [InlineData("{% for s in steps %}{{ s.title }}{{ loop.index }}{{ s.items() }}{% endfor %}", "steps steps[].title steps[]")]
    [InlineData("{% for s in steps %}{% for d in s.days %}{{ d }}{% endfor %}{% endfor %}", "steps steps[].days steps[].days[]")]
    [InlineData("{{ a|default('x') }}{{ b is defined }}{{ c|d(e) }}", "a? b? c? e")]
    [InlineData("{{ a|default('x') }}{{ a }}", "a")]
    [InlineData("{% if a %}{{ a.b }}{% endif %}{{ c }}", "a? a.b? c")]
    [InlineData("{% if a is defined and b %}{{ a.x }}{{ b.y }}{% endif %}", "a? b? a.x? b.y?")]
    [InlineData("{{ a.b if a else c }}", "a? a.b? c")]
    [InlineData("{% set x = user %}{{ x.name }}{% set y = 1 %}{{ y }}", "user user.name")]
    [InlineData("{% with p = order.lines %}{{ p[0].price }}{% endwith %}{{ p }}", "order.lines order.lines[].price p")]
    [InlineData("{% macro m(a, b=c) %}{{ a }}{{ d }}{{ varargs }}{% endmacro %}{{ m(e) }}", "c d e")]
    [InlineData("{{ range(n) }}{{ name.upper() }}{% block b %}{{ z }}{{ super() }}{% endblock %}", "n name z")]
    [InlineData("{% import 'lib' as lib %}{{ lib.x(y) }}{% from 'lib' import w %}{{ w(v) }}", "y v")]
    public void Variables_are_found_with_their_paths_and_guards(string source, string expected) => Assert.Equal(expected, Variables(source));

    [Fact]
    public void The_line_a_variable_first_stands_on_is_told() => Assert.Equal(3, Analyze("a\n\n{{ x }}\n{{ x }}").Variables[0].Line);

    [Fact]
    public void The_column_a_variable_first_stands_in_is_told_in_code_points() => Assert.Equal(6, Analyze("😀 {{ x }}").Variables[0].Column);

    [Fact]
    public void References_are_told_with_their_place_and_what_they_pass()
    {
        var references = Analyze("{% extends 'base' %}\n{% include ['x', 'y'] ignore missing without context %}{% import 'lib' as l with context %}\n  {% from 'm' import n %}{% include which %}").References;

        Assert.Equal(["base", "x,y", "lib", "m", ""], references.Select(r => string.Join(',', r.Names)));
        Assert.Equal([false, true, false, false, false], references.Select(r => r.MayBeMissing));
        Assert.Equal([true, false, true, false, true], references.Select(r => r.PassesContext));
        Assert.Equal([(1, 12), (2, 12), (2, 66), (3, 11), (3, 37)], references.Select(r => (r.Line, r.Column)));
    }

    [Theory]
    [InlineData("{% for a, b in c %}{% set d = 1 %}{% endfor %}{% with e = f %}{% endwith %}", "a b d e")]
    [InlineData("{% macro m(p, q=r) %}{% endmacro %}{% import 'x' as i %}{% from 'y' import j as k %}{{ z }}", "i k m p q")]
    public void Names_that_it_sets_are_told(string source, string expected) =>
        Assert.Equal(expected, string.Join(' ', Analyze(source).AssignedNames.Order(StringComparer.Ordinal)));

    [Fact]
    public void Templates_it_refers_to_are_found()
    {
        var analysis = Analyze("{% extends 'base' %}{% block a %}{% include ['x', 'y'] ignore missing %}{% import 'lib' as l %}{% endblock %}");
        Assert.Equal(["base", "x", "y", "lib"], analysis.Templates);
        Assert.False(analysis.HasDynamicReferences);
        Assert.True(Analyze("{% include which %}").HasDynamicReferences);
    }

    [Fact]
    public void What_a_sample_lacks_is_told()
    {
        var analysis = Analyze("{{ a }}{{ u.name }}{{ u.age }}{{ o|d('') }}{% for s in steps %}{{ s.title }}{% endfor %}");
        Assert.Equal(["u.age", "steps[].title"], analysis.MissingFrom(Json("""{"a": 1, "u": {"name": "x"}, "steps": [{"title": 1}, {}]}""")));
    }

    [Fact]
    public void Whether_a_sample_renders_is_told_with_the_reason()
    {
        var analysis = Analyze("{{ a.b.c }}");
        Assert.True(analysis.CanRenderWith(Json("""{"a": {"b": {"c": 1}}}"""), out var none));
        Assert.Null(none);
        Assert.False(analysis.CanRenderWith(Json("{}"), out var error));
        Assert.IsType<UndefinedException>(error);
    }
}
