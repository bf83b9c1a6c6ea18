using static Carillon.Jinja.Tests.Rendering;

namespace Carillon.Jinja.Tests.Execution;

public sealed class InheritanceTests
{
    private static string Render(params (string Name, string Source)[] templates)
    {
        var loader = TemplateLoader.FromDictionary(templates.ToDictionary(t => t.Name, t => t.Source, StringComparer.Ordinal));
        return new JinjaEnvironment(new JinjaOptions { Loader = loader }).GetTemplate("main").Render(Json("""{"yes": true, "no": false}"""));
    }

    [Fact]
    public void Output_beside_the_blocks_of_a_child_is_dropped_also_in_loops() =>
        Assert.Equal("[x]", Render(("base", "[{% block a %}{% endblock %}]"), ("main", "{% extends 'base' %}noise{% for i in [1] %}noise{% endfor %}{% block a %}x{% endblock %}")));

    [Fact]
    public void A_template_that_extends_under_a_condition_prints_where_it_does_not() =>
        Assert.Equal("ab", Render(("base", "base"), ("main", "{% if no %}{% extends 'base' %}{% endif %}{% for i in ['a', 'b'] recursive %}{{ i }}{% endfor %}")));

    [Fact]
    public void A_template_that_extends_under_a_condition_drops_its_output_where_it_does() =>
        Assert.Equal("base", Render(("base", "base"), ("main", "{% if yes %}{% extends 'base' %}{% endif %}x{% for i in [1] recursive %}{{ i }}{% block b %}{% endblock %}{% endfor %}")));

    [Fact]
    public void A_block_can_print_what_it_overrides_over_several_levels() =>
        Assert.Equal("cba", Render(("base", "{% block x %}a{% endblock %}"), ("middle", "{% extends 'base' %}{% block x %}b{{ super() }}{% endblock %}"), ("main", "{% extends 'middle' %}{% block x %}c{{ super() }}{% endblock %}")));

    [Fact]
    public void Extending_twice_is_an_error() =>
        Assert.Throws<TemplateRuntimeException>(() => Render(("base", ""), ("main", "{% extends 'base' %}{% extends 'base' %}")));
}
