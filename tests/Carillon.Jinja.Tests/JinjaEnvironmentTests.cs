using System.Buffers;
using System.Text;
using static Carillon.Jinja.Tests.Rendering;

namespace Carillon.Jinja.Tests;

public sealed class JinjaEnvironmentTests
{
    [Fact]
    public void The_example_of_the_readme_prints_what_it_says()
    {
        var environment = new JinjaEnvironment(new JinjaOptions { Autoescape = true });
        var template = environment.FromString("<p>Hello {{ user.name }}, you have {{ items|length }} items.</p>");
        var context = JinjaValue.ParseJson("""{"user": {"name": "Tom & Ann"}, "items": [1, 2, 3]}"""u8);
        Assert.Equal("<p>Hello Tom &amp; Ann, you have 3 items.</p>", template.Render(context));
    }

    [Fact]
    public void Options_out_of_range_are_reported_together()
    {
        var error = Assert.Throws<ArgumentException>(() => new JinjaEnvironment(new JinjaOptions { MaxSteps = 0, MaxRecursion = 5000 }));
        Assert.Contains("MaxSteps", error.Message, StringComparison.Ordinal);
        Assert.Contains("MaxRecursion", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Filters_tests_and_globals_of_the_host_are_known()
    {
        var options = new JinjaOptions
        {
            Filters = new Dictionary<string, JinjaFunction>(StringComparer.Ordinal) { ["twice"] = a => a.Positional[0].AsString() + a.Positional[0].AsString() },
            Tests = new Dictionary<string, JinjaFunction>(StringComparer.Ordinal) { ["short"] = a => a.Positional[0].AsString()!.Length < 3 },
            Globals = new Dictionary<string, JinjaValue>(StringComparer.Ordinal)
            {
                ["brand"] = "Carillon",
                ["add"] = JinjaValue.Callable("add", a => a.Get(0, "a").TryGetInteger(out var x) && a.Get(1, "b").TryGetInteger(out var y) ? x + y : 0),
            },
        };
        Assert.Equal("abab True Carillon 5 Carillon", Render("{{ 'ab'|twice }} {{ 'ab' is short }} {{ brand }} {{ add(2, b=3) }} {% macro m() %}{{ brand }}{% endmacro %}{{ m() }}", options: options));
    }

    [Fact]
    public void A_global_list_cannot_be_changed_by_a_template()
    {
        var options = new JinjaOptions { Globals = new Dictionary<string, JinjaValue>(StringComparer.Ordinal) { ["shared"] = JinjaValue.List([1, 2]) } };
        Fails<SandboxException>("{{ shared.append(3) }}", options: options);
    }

    [Fact]
    public void An_exposed_object_shows_its_members_and_nothing_else()
    {
        var context = JinjaValue.Dictionary([new("contact", JinjaValue.Exposed(new Contact()))]);
        Assert.Equal("Ana||", new JinjaEnvironment().FromString("{{ contact.name }}|{{ contact.other }}|{{ contact._secret }}").Render(context));
    }

    private sealed class Contact : JinjaExposed
    {
        public override bool TryGetMember(string name, out JinjaValue value)
        {
            value = name == "name" ? "Ana" : name;
            return name is "name" or "_secret";
        }
    }

    [Fact]
    public void Autoescape_can_depend_on_the_name()
    {
        var options = new JinjaOptions
        {
            AutoescapeByName = name => name?.EndsWith(".html", StringComparison.Ordinal) == true,
            Loader = TemplateLoader.FromDictionary(new Dictionary<string, string>(StringComparer.Ordinal) { ["a.html"] = "{{ '<' }}", ["a.txt"] = "{{ '<' }}{% include 'a.html' %}" }),
        };
        Assert.Equal("<&lt;", new JinjaEnvironment(options).GetTemplate("a.txt").Render(JinjaValue.None));
    }

    [Fact]
    public void Rendering_as_UTF8_and_as_text_gives_the_same()
    {
        var template = new JinjaEnvironment().FromString("Grüße, {{ name }} 👋 {{ 1.5 }}");
        var output = new ArrayBufferWriter<byte>();
        template.Render(output, Json("""{"name": "Zoë \ud83d\ude00"}"""));
        Assert.Equal("Grüße, Zoë 😀 👋 1.5", Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal("Grüße, Zoë 😀 👋 1.5", template.Render(Json("""{"name": "Zoë \ud83d\ude00"}""")));
    }

    [Fact]
    public void Nothing_is_written_when_a_render_fails()
    {
        var output = new ArrayBufferWriter<byte>();
        var template = new JinjaEnvironment().FromString("before {{ 1 / 0 }}");
        Assert.Throws<TemplateRuntimeException>(() => template.Render(output, JinjaValue.None));
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public async Task Many_threads_render_one_template_and_each_gets_its_own_text()
    {
        var template = new JinjaEnvironment().FromString("{% set ns = namespace(x=0) %}{% for i in range(50) %}{% set ns.x = ns.x + n %}{% endfor %}{{ ns.x }}");
        var tasks = Enumerable.Range(0, 32).Select(n => Task.Run(() => (n, text: template.Render(Json($$"""{"n": {{n}}}""")))));
        foreach (var (n, text) in await Task.WhenAll(tasks)) Assert.Equal((n * 50).ToString(System.Globalization.CultureInfo.InvariantCulture), text);
    }

    [Fact]
    public void A_filter_of_the_host_may_render_in_turn()
    {
        var inner = new JinjaEnvironment().FromString("[{{ x }}]");
        var options = new JinjaOptions
        {
            Filters = new Dictionary<string, JinjaFunction>(StringComparer.Ordinal) { ["boxed"] = a => inner.Render(JinjaValue.Dictionary([new("x", a.Positional[0])])) },
        };
        Assert.Equal("a[b]c[d]", Render("a{{ 'b'|boxed }}c{{ 'd'|boxed }}", options: options));
    }

    [Fact]
    public void Extensions_are_off_until_asked_for()
    {
        Fails<TemplateSyntaxException>("{% do 1 %}");
        Fails<TemplateSyntaxException>("{% for i in [1] %}{% break %}{% endfor %}");
        Fails<TemplateSyntaxException>("{% trans %}x{% endtrans %}");
    }

    [Fact]
    public void The_do_tag_and_loop_controls_work_where_they_are_on()
    {
        var options = new JinjaOptions { Extensions = JinjaExtensions.Do | JinjaExtensions.LoopControls };
        Assert.Equal("[1, 2]", Render("{% set l = [1] %}{% do l.append(2) %}{{ l }}", options: options));
        Assert.Equal("0134", Render("{% for i in range(9) %}{% if i == 2 %}{% continue %}{% elif i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}", options: options));
    }

    [Fact]
    public void Translations_come_from_the_functions_of_the_host()
    {
        var options = new JinjaOptions
        {
            Extensions = JinjaExtensions.I18n,
            Globals = new Dictionary<string, JinjaValue>(StringComparer.Ordinal)
            {
                ["gettext"] = JinjaValue.Callable("gettext", a => a.Positional[0].AsString() == "Hello %(user)s" ? "Hola %(user)s" : a.Positional[0]),
            },
        };
        Assert.Equal("Hola Ana", Render("{% trans user=name %}Hello {{ user }}{% endtrans %}", """{"name": "Ana"}""", options));
        Assert.Equal("one apple", Render("{% trans n=1 %}one apple{% pluralize %}{{ n }} apples{% endtrans %}", options: options));
        Assert.Equal("5 apples", Render("{% trans n=5 %}one apple{% pluralize %}{{ n }} apples{% endtrans %}", options: options));
        Assert.Equal("a b 100%", Render("{% trans trimmed %}\n  a\n  b 100%\n{% endtrans %}", options: options));
        Assert.Equal("x", Render("{{ _('x') }}", options: options));
    }
}
