using static Carillon.Jinja.Tests.Rendering;

namespace Carillon.Jinja.Tests.Execution;

public sealed class SandboxTests
{
    [Theory]
    [InlineData("{{ ''.__class__.__mro__ }}")]
    [InlineData("{{ x.__class__.x }}")]
    [InlineData("{{ ''['__class__'].x }}")]
    [InlineData("{{ (''|attr('__class__')).x }}")]
    [InlineData("{{ '{0.__class__.x}'.format('') }}")]
    [InlineData("{{ '{x.__class__.x}'.format_map({'x': ''}) }}")]
    [InlineData("{{ ('{0.__class__.x}'|e).format('') }}")]
    [InlineData("{{ range.__globals__.x }}")]
    [InlineData("{% macro m() %}{% endmacro %}{{ m.__code__.x }}")]
    [InlineData("{{ [''].__len__.x }}")]
    public void Internals_are_out_of_reach(string template) => Fails<SandboxException>(template, """{"x": {"a": 1}}""");

    [Fact]
    public void A_range_is_bounded() => Assert.Equal("OverflowError", Fails<TemplateRuntimeException>("{{ range(100001) }}").ErrorName);

    [Fact]
    public void A_map_cannot_reach_internals() => Assert.Equal("|", Render("{{ ['']|map(attribute='__class__')|join }}|"));
}
