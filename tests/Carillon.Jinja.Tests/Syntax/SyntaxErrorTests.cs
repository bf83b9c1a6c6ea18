using static Carillon.Jinja.Tests.Rendering;

namespace Carillon.Jinja.Tests.Syntax;

public sealed class SyntaxErrorTests
{
    [Fact]
    public void An_error_tells_template_line_column_source_line_and_what_was_expected()
    {
        var error = Assert.Throws<TemplateSyntaxException>(() => new JinjaEnvironment().FromString("one\n  {{ a b }}\n", "mail.txt"));
        Assert.Equal(("mail.txt", 2, 8, "  {{ a b }}"), (error.TemplateName, error.Line, error.Column, error.SourceLine));
        Assert.Equal("expected token 'end of print statement', got 'b'", error.Reason);
        Assert.Contains("line 2, column 8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_of_a_render_tells_its_place_too()
    {
        var error = Fails<TemplateRuntimeException>("a\n{% for i in [0] %}\n{{ 1 / i }}\n{% endfor %}");
        Assert.Equal(("ZeroDivisionError", 3, "{{ 1 / i }}"), (error.ErrorName, error.Line, error.SourceLine));
    }

    [Fact]
    public void An_error_in_an_included_template_names_that_template()
    {
        var loader = TemplateLoader.FromDictionary(new Dictionary<string, string>(StringComparer.Ordinal) { ["inner"] = "\n{{ missing.x }}" });
        var error = Fails<UndefinedException>("{% include 'inner' %}", options: new JinjaOptions { Loader = loader });
        Assert.Equal(("inner", 2), (error.TemplateName, error.Line));
    }

    [Fact]
    public void An_unknown_filter_is_found_at_compile_time() =>
        Assert.Throws<TemplateAssertionException>(() => new JinjaEnvironment().FromString("{% for x in [] %}{{ x|nope }}{% endfor %}"));

    [Fact]
    public void An_unknown_test_is_found_at_compile_time() =>
        Assert.Throws<TemplateAssertionException>(() => new JinjaEnvironment().FromString("{{ x is nope }}"));

    [Fact]
    public void An_unknown_filter_under_a_condition_is_an_error_only_when_it_is_reached()
    {
        Assert.Equal("", Render("{% if false %}{{ x|nope }}{% endif %}"));
        Fails<TemplateRuntimeException>("{% if true %}{{ x|nope }}{% endif %}");
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    [InlineData("a[", "]")]
    [InlineData("f(", ")")]
    [InlineData("1 if ", " else 2")]
    public void Nesting_without_end_is_an_error_and_no_crash(string open, string close)
    {
        var source = "{{ " + string.Concat(Enumerable.Repeat(open, 100_000)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000)) + " }}";
        Assert.Throws<TemplateSyntaxException>(() => new JinjaEnvironment().FromString(source));
    }

    [Theory]
    [InlineData(" + 1")]
    [InlineData(" ** 1")]
    [InlineData(" or x")]
    [InlineData("|upper")]
    [InlineData(".x")]
    [InlineData("()")]
    [InlineData(" is defined")]
    public void A_chain_without_end_is_an_error_and_no_crash(string link)
    {
        var source = "{{ x" + string.Concat(Enumerable.Repeat(link, 100_000)) + " }}";
        Assert.Throws<TemplateSyntaxException>(() => new JinjaEnvironment().FromString(source));
    }

    [Fact]
    public void Statements_without_end_are_an_error_and_no_crash() =>
        Assert.Throws<TemplateSyntaxException>(() => new JinjaEnvironment().FromString(string.Concat(Enumerable.Repeat("{% if x %}", 100_000))));

    [Fact]
    public void Nesting_within_the_limit_is_rendered() =>
        Assert.Equal("1", Render("{{ " + new string('(', 190) + "1" + new string(')', 190) + " }}"));
}
