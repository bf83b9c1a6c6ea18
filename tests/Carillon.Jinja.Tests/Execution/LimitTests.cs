using System.Diagnostics;
using static Carillon.Jinja.Tests.Rendering;

namespace Carillon.Jinja.Tests.Execution;

public sealed class LimitTests
{
    private static JinjaLimit LimitOf(string template, JinjaOptions? options = null, string json = "{}") => Fails<LimitExceededException>(template, json, options).Limit;

    [Theory]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% for i in range(100000) %}{{ range(100000)|sum }}{% endfor %}")]
    [InlineData("{% macro m(n) %}{% for i in range(9) %}{{ m(n - 1) if n }}{% endfor %}{% endmacro %}{{ m(20) }}")]
    [InlineData("{{ range(100000)|map('string')|map('length')|sum }}{% for i in range(99) %}{{ range(99999)|select('odd')|first }}{{ range(99999)|last }}{% endfor %}")]
    public void Steps_are_bounded(string template) =>
        Assert.Equal(JinjaLimit.Steps, LimitOf(template, new JinjaOptions { MaxOutputBytes = int.MaxValue }));

    [Theory]
    [InlineData("{{ 'x' * 100000000 }}")]
    [InlineData("{{ 100000000 * 'x' }}")]
    [InlineData("{{ [1] * 100000000 }}")]
    [InlineData("{% set s = 'xxxxxxxxxx' * 99999 %}{{ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s ~ s }}")]
    [InlineData("{% set s = 'xxxxxxxxxx' * 99999 %}{{ (s + s + s + s + s + s + s)|length }}")]
    [InlineData("{{ '%100000000d' % 1 }}")]
    [InlineData("{{ '%.100000000f' % 1 }}")]
    [InlineData("{{ '%*d' % (100000000, 1) }}")]
    [InlineData("{{ '{:100000000}'.format(1) }}")]
    [InlineData("{{ '{:.100000000f}'.format(1) }}")]
    [InlineData("{{ 'x'|center(100000000) }}")]
    [InlineData("{{ 'x'.ljust(100000000) }}")]
    [InlineData("{{ 'x'.zfill(100000000) }}")]
    [InlineData("{{ '\\t'.expandtabs(100000000) }}")]
    [InlineData("{{ ('x' * 99999)|replace('x', 'y' * 9999) }}")]
    [InlineData("{{ ('x' * 99999).replace('', 'y' * 9999) }}")]
    [InlineData("{{ range(99999)|join('y' * 9999) }}")]
    [InlineData("{{ ('y' * 9999).join('x' * 99999) }}")]
    [InlineData("{{ 'x'|indent(100000000) }}")]
    [InlineData("{{ [1]|tojson(indent=100000000) }}")]
    [InlineData("{{ [1]|batch(100000000, 'x')|list }}")]
    [InlineData("{{ (1).to_bytes(100000000) }}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}")]
    [InlineData("{% set ns = namespace(n=2) %}{% for i in range(60) %}{% set ns.n = ns.n * ns.n %}{% endfor %}")]
    [InlineData("{{ 9 ** (9 ** 9) }}")]
    [InlineData("{% for i in range(99999) %}{{ 'x' * 999 }}{% endfor %}")]
    [InlineData("{% macro m() %}{% for i in range(999) %}{{ caller() }}{% endfor %}{% endmacro %}{% call m() %}{% for i in range(999) %}0123456789012345678901234567890123456789{% endfor %}{% endcall %}")]
    [InlineData("{{ lipsum(n=1000000) }}")]
    public void One_byte_budget_covers_all_that_grows(string template) =>
        Assert.Equal(JinjaLimit.Bytes, LimitOf(template, new JinjaOptions { MaxSteps = int.MaxValue, MaxDuration = Timeout.InfiniteTimeSpan }));

    [Theory]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{% block a %}{{ self.a() }}{% endblock %}")]
    [InlineData("{% include 'me' %}")]
    [InlineData("{% macro a() %}{% call b() %}{{ a() }}{% endcall %}{% endmacro %}{% macro b() %}{{ caller() }}{% endmacro %}{{ a() }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(5000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{% set a = namespace(l=[]) %}{% set b = namespace(l=[]) %}{% for i in range(5000) %}{% set a.l = [a.l] %}{% set b.l = [b.l] %}{% endfor %}{{ a.l == b.l }}")]
    public void Recursion_is_bounded(string template)
    {
        var loader = TemplateLoader.FromFunction(name => name == "me" ? "{% include 'me' %}" : null);
        Assert.Equal(JinjaLimit.Recursion, LimitOf(template, new JinjaOptions { Loader = loader }));
    }

    [Theory]
    [InlineData("{% set ns = namespace(g=[1]) %}{% for i in range(99999) %}{% set ns.g = ns.g|map('int') %}{% endfor %}{{ ns.g|list }}")]
    [InlineData("{% set ns = namespace(g=[1]) %}{% for i in range(99999) %}{% set ns.g = ns.g|select %}{% endfor %}{{ ns.g|first }}")]
    [InlineData("{% set ns = namespace(t=()) %}{% for i in range(99999) %}{% set ns.t = (ns.t,) %}{% endfor %}{{ {ns.t: 1} }}")]
    [InlineData("{{ ('x' * 1000000)|wordwrap(1) }}")]
    [InlineData("{{ ('x' ~ '(' * 1000000 ~ ')' * 1000000)|urlize }}")]
    [InlineData("{{ ('a' ~ '-' * 1000000)|wordwrap(9) }}")]
    [InlineData("{{ '{:016000000,}'.format(1)|length }}{{ '{:016000000,}'.format(1) }}")]
    [InlineData("{{ ('é' * 4000000)|list }}")]
    public void What_would_take_for_ever_or_all_of_the_stack_is_stopped(string template) =>
        Fails<LimitExceededException>(template, options: new JinjaOptions { MaxDuration = Timeout.InfiniteTimeSpan });

    [Fact]
    public void A_template_that_extends_itself_ends()
    {
        var loader = TemplateLoader.FromFunction(_ => "{% extends 'me' %}");
        LimitOf("{% extends 'me' %}", new JinjaOptions { Loader = loader });
    }

    [Fact]
    public void A_list_that_contains_itself_prints_as_in_Python() =>
        Assert.Equal("[[...], {'d': {...}}]", Render("{% set l = [] %}{% set d = {} %}{% set _ = l.append(l) %}{% set _ = d.update(d=d) %}{% set _ = l.append(d) %}{{ l }}"));

    [Fact]
    public void The_time_of_a_render_is_bounded_by_the_clock_it_is_given()
    {
        var options = new JinjaOptions { TimeProvider = new HastyClock(), MaxDuration = TimeSpan.FromSeconds(5) };
        Assert.Equal(JinjaLimit.Duration, LimitOf("{% for i in range(99999) %}{% endfor %}", options));
    }

    /// <summary>A clock that is two seconds later each time it is asked.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private long _now;

        public override long GetTimestamp() => _now += 2 * Stopwatch.Frequency;
    }

    [Fact]
    public void A_render_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => new JinjaEnvironment().FromString("x").Render(JinjaValue.None, source.Token));
    }

    [Fact]
    public void A_render_is_cancelled_while_it_runs()
    {
        using var source = new CancellationTokenSource();
        var stop = JinjaValue.Callable("stop", _ =>
        {
            source.Cancel();
            return JinjaValue.None;
        });
        var template = new JinjaEnvironment().FromString("{{ stop() }}{% for i in range(99999) %}{% endfor %}");
        Assert.Throws<OperationCanceledException>(() => template.Render(JinjaValue.Dictionary([new("stop", stop)]), source.Token));
    }

    [Fact]
    public void A_thread_renders_on_after_a_render_that_failed()
    {
        var template = new JinjaEnvironment(new JinjaOptions { MaxSteps = 50 }).FromString("{% for i in range(n) %}{{ i }}{% endfor %}");
        Assert.Throws<LimitExceededException>(() => template.Render(Json("""{"n": 100}""")));
        Assert.Equal("012", template.Render(Json("""{"n": 3}""")));
    }
}
