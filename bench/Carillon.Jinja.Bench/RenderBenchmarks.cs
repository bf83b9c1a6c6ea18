using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;

namespace Carillon.Jinja.Bench;

/// <summary>One welcome mail: its three parts.</summary>
[MemoryDiagnoser]
public class RenderBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(8192);
    private readonly StringBuilder _text = new(8192);
    private readonly JinjaTemplate[] _templates;
    private readonly JinjaValue _context = JinjaValue.ParseJson(WelcomeMail.Json.AsMemory());

    public RenderBenchmarks()
    {
        var plain = new JinjaEnvironment();
        var html = new JinjaEnvironment(new JinjaOptions { Autoescape = true });
        _templates = [plain.FromString(WelcomeMail.Subject), plain.FromString(WelcomeMail.Text), html.FromString(WelcomeMail.Html)];
    }

    [Benchmark(Baseline = true)]
    public void Hand_written()
    {
        _output.ResetWrittenCount();
        HandWritten.Sample.Render(_output, _text);
    }

    [Benchmark]
    public void Rendered()
    {
        _output.ResetWrittenCount();
        foreach (var template in _templates) template.Render(_output, _context);
    }

    [Benchmark]
    public void Parsed_and_rendered()
    {
        _output.ResetWrittenCount();
        var context = JinjaValue.ParseJson(WelcomeMail.Json.AsMemory());
        foreach (var template in _templates) template.Render(_output, context);
    }

    public int Size()
    {
        Rendered();
        return _output.WrittenCount;
    }
}
