using BenchmarkDotNet.Attributes;

namespace Carillon.Jinja.Bench;

/// <summary>Compiling a template of 200 lines.</summary>
[MemoryDiagnoser]
public class CompileBenchmarks
{
    private static readonly JinjaEnvironment Environment = new();

    private static readonly string Source = string.Join('\n', Enumerable.Repeat(WelcomeMail.Html.Split('\n'), 8).SelectMany(lines => lines).Take(200).Append("{% if x %}{% endif %}"));

    [Benchmark]
    public JinjaTemplate Two_hundred_lines() => Environment.FromString(Source);
}
