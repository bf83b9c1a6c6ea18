using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Carillon.Metrics;
using Carillon.Server.Api;

namespace Carillon.Server.Tests.Http;

public sealed partial class MetricsApiTests
{
    [Fact]
    public async Task Metrics_are_well_formed_text()
    {
        await using var host = await EngineHost.StartAsync();
        using var draft = new StringContent("""{"name":"sim","channel":"email","kind":"simulator"}""", Encoding.UTF8, "application/json");
        await host.Client.PostAsync("/v1/providers", draft, TestContext.Current.CancellationToken);

        var answer = await host.Client.GetAsync("/metrics", TestContext.Current.CancellationToken);

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Check(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Label_values_and_help_are_escaped()
    {
        var text = new StringBuilder();
        var family = new MetricFamily("odd_total", MetricKind.Counter, "A back\\slash\nand a line.", _ =>
            [new MetricSample(1.5, ("name", "say \"hi\"\n\\o/"), ("other", "")), new MetricSample(double.PositiveInfinity, ("name", "é"))]);

        MetricsApi.Write(text, family, new MetricState(null!, null, default));

        Assert.Equal(
            """
            # HELP odd_total A back\\slash\nand a line.
            # TYPE odd_total counter
            odd_total{name="say \"hi\"\n\\o/",other=""} 1.5
            odd_total{name="é"} +Inf

            """.ReplaceLineEndings("\n"),
            text.ToString());
        Check(text.ToString());
    }

    /// <summary>As https://prometheus.io/docs/instrumenting/exposition_formats/ has it: each family once, with its help and type before its samples.</summary>
    private static void Check(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var (series, families, family) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal), "");
        var lines = text.Split('\n')[..^1];
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("# HELP ", StringComparison.Ordinal))
            {
                family = lines[i].Split(' ')[2];
                Assert.True(families.Add(family), family);
                Assert.Matches($"^# TYPE {family} (counter|gauge)$", lines[i + 1]);
                Assert.Equal(lines[i + 1].EndsWith("counter", StringComparison.Ordinal), family.EndsWith("_total", StringComparison.Ordinal));
            }
            else if (!lines[i].StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var sample = Sample().Match(lines[i]);
                Assert.True(sample.Success, lines[i]);
                Assert.Equal(family, sample.Groups["name"].Value);
                Assert.True(series.Add(sample.Groups["name"].Value + sample.Groups["labels"].Value), lines[i]);
                var value = sample.Groups["value"].Value;
                Assert.True(value is "+Inf" or "-Inf" or "NaN" || double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _), value);
            }
        }
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\\\|\\"|\\n)*",?)+\})? (?<value>\S+)$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Sample();
}
