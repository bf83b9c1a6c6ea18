using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Carillon.Jinja.Tests.Fuzzing;

/// <summary>
/// Feeds the fuzz target with templates put together at random. <c>CARILLON_FUZZ_SECONDS</c> makes it run that long, and
/// <c>CARILLON_FUZZ_SEED</c> repeats a run; without them it is a short run with a fixed seed.
/// </summary>
public sealed class FuzzTests
{
    private static readonly string[] Pieces =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "*", "**", "/", "//", "%", "~", "|", "(", ")", "[", "]", "{", "}", ",", ":", ".", "=", "==", "!=", "<", ">", " ", "\n", "x", "y", "loop", "self", "super()", "caller()",
        " if ", " else ", " elif ", " endif ", " for ", " in ", " endfor ", " recursive ", " set ", " endset ", " block ", " endblock ", " macro ", " endmacro ", " call ", " endcall ", " filter ", " endfilter ", " include 'inc' ",
        " import 'lib' as l ", " from 'lib' import m ", " extends 'inc' ", " with ", " endwith ", " autoescape ", " endautoescape ", " raw ", " endraw ", " do ", " break ", " continue ", " trans ", " pluralize ", " endtrans ", " is ", " not ", " and ", " or ",
        "'a'", "\"b\"", "1", "0", "-1", "1.5", "9999999999999999999999", "1e308", "none", "true", "[1,2]", "{'a':1}", "(1,)", "range(9)", "'%s'", "'{}'", "'é😀'", "\\", "'", "missing", "namespace()", "cycler(1,2)", "joiner()", "dict(a=1)", "l.m(1)", "x.y", "x[0]", "x[1:2]", "x[::-1]",
        "{% if x %}{% extends 'inc' %}{% endif %}", "{% for x in y recursive %}", "{% block a %}{% endblock %}", "{% macro m(x) %}", "{% endmacro %}", "{{ m(x) }}",
        "{{ x }}", "{% if x %}", "{% endif %}", "{% for x in y %}", "{% endfor %}", "{% set x = ", " %}", "|upper", "|join(',')", "|map('upper')", "|list", "|sort", "|int", "|round(2)", "|format(1)", "|default('z')", "|tojson", "|e", "|safe", "|wordwrap(3)", "|urlize", "|indent", "|truncate(3)", "|xmlattr", "|groupby('a')", "|batch(2)", "|slice(2)", "|pprint", "|striptags", "|title", "|sum", "|max", "|unique", "|reverse", "|dictsort", "|attr('a')",
        ".upper()", ".format(x)", ".split()", ".items()", ".append(1)", ".pop()", ".replace('a','b')", ".center(9)", ".join(x)", ".sort()", ".update(a=1)", ".encode()", ".translate({97: 'b'})",
    ];

    private static readonly string[] Contexts = ["", "\0{\"x\": [1, 2, {\"a\": \"b\"}], \"y\": \"text\"}", "\0{\"x\": \"a&b <c>\", \"y\": {\"k\": [1.5, null]}}", "\0{\"x\": -3, \"y\": [[1], [2]]}"];

    [Fact]
    public void No_template_does_anything_but_render_or_fail_as_a_template_fails()
    {
        var seconds = int.Parse(Environment.GetEnvironmentVariable("CARILLON_FUZZ_SECONDS") ?? "0", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("CARILLON_FUZZ_SEED") ?? "20260301", CultureInfo.InvariantCulture);
        var random = new Random(seed);
        var clock = Stopwatch.StartNew();
        for (var run = 0; run < 4000 || clock.Elapsed.TotalSeconds < seconds; run++)
        {
            var input = Compose(random);
            try
            {
                FuzzTarget.Run(Encoding.UTF8.GetBytes(input));
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, run {run}: {error}\n{input}");
            }
        }
    }

    private static string Compose(Random random)
    {
        var text = new StringBuilder();
        var inTag = random.Next(2) == 0;
        if (inTag) text.Append("{{ ");
        for (var i = random.Next(1, 25); i > 0; i--)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]);
            // Now and then what is open is closed, or most would fail in the parser.
            if (inTag && random.Next(4) == 0) text.Append(" }}{{ x");
        }
        if (inTag) text.Append(" }}");
        return text.Append(Contexts[random.Next(Contexts.Length)]).ToString();
    }
}
