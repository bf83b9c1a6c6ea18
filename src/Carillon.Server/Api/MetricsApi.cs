using System.Globalization;
using System.Text;
using Carillon.Metrics;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary><c>/metrics</c> in the Prometheus text format, 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).</summary>
internal sealed class MetricsApi(CarillonEngine engine)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", WriteAsync).Describe(InstallationOperations.GetMetrics);

    private async Task WriteAsync(HttpContext context)
    {
        var state = await engine.Metrics.ReadAsync(context.RequestAborted);
        var text = new StringBuilder();
        foreach (var family in MetricFamilies.All) Write(text, family, state);
        JsonAnswer.Write(context, 200, Encoding.UTF8.GetBytes(text.ToString()), "text/plain; version=0.0.4; charset=utf-8");
    }

    internal static void Write(StringBuilder text, MetricFamily family, MetricState state)
    {
        text.Append("# HELP ").Append(family.Name).Append(' ').Append(Escape(family.Help)).Append('\n');
        text.Append("# TYPE ").Append(family.Name).Append(family.Kind == MetricKind.Counter ? " counter\n" : " gauge\n");
        foreach (var sample in family.Samples(state))
        {
            text.Append(family.Name);
            for (var i = 0; i < sample.Labels.Length; i++)
            {
                var (name, value) = sample.Labels[i];
                text.Append(i == 0 ? '{' : ',').Append(name).Append("=\"").Append(Escape(value).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
            }

            if (sample.Labels.Length > 0) text.Append('}');
            text.Append(' ').Append(Number(sample.Value)).Append('\n');
        }
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString(CultureInfo.InvariantCulture);

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
