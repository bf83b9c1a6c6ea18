using System.Net;
using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Input;

/// <summary>Templates that would run, grow or nest for ever end their own message, and nothing else.</summary>
public sealed class HostileTemplateTests(InputServer server)
{
    private const int Timeout = 120_000;

    public static TheoryData<string, string> Endless => new()
    {
        { "loop", "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}" },
        { "output", "{% for a in range(99999) %}{% for b in range(99999) %}ding dong{% endfor %}{% endfor %}" },
        { "string", "{% set x = namespace(s='ding') %}{% for a in range(99999) %}{% set x.s = x.s ~ x.s %}{% endfor %}{{ x.s }}" },
        { "recursion", "{% macro bell() %}{{ bell() }}{% endmacro %}{{ bell() }}" },
        { "power", "{{ 9 ** 99999999 }}" },
        { "range", "{{ range(999999999)|list|length }}" },
        { "repeat", "{{ 'ding' * 999999999 }}" },
        { "format", "{{ '%999999999d'|format(1) }}" },
        { "filter", "{{ 'x'|center(999999999) }}" },
    };

    [Theory(Timeout = Timeout)]
    [MemberData(nameof(Endless))]
    public async Task A_template_without_end_fails_its_message_with_the_reason(string name, string text)
    {
        var api = await server.ApiAsync();
        var created = await api.PostAsync("/v1/templates", Bodies.Template($"endless-{name}", "Bells", text));
        // Some are known for what they are before they run.
        if (created.Status == HttpStatusCode.UnprocessableEntity) return;
        created.Success();

        var message = await api.WaitForAsync(
            await api.SendAsync(new() { ["recipient"] = new JsonObject { ["email"] = $"{name}@endless.example" }, ["template_id"] = $"endless-{name}" }),
            "sent", "failed");

        Assert.Equal(("failed", "template_error"), ((string?)message["status"], (string?)message["reason"]));
        Assert.Contains(message["trace"]!.AsArray(), t => (string?)t!["kind"] == "render" && !string.IsNullOrEmpty((string?)t["text"]));
        Assert.InRange(server.Server.PeakMemory(), 0, 600L << 20);
        await api.WaitForAsync(await api.SendAsync(Bodies.Mail($"after-{name}@endless.example")), "sent");
    }

    [Theory(Timeout = Timeout)]
    [InlineData("{% if 1 %}", "{% endif %}")]
    [InlineData("{{ (", ") }}")]
    [InlineData("{{ [", "] }}")]
    [InlineData("{% for a in [1] %}", "{% endfor %}")]
    public async Task A_template_that_nests_for_ever_is_refused_or_fails_alone(string open, string close)
    {
        const int depth = 20_000;
        var api = await server.ApiAsync();
        // Brackets nest within one expression, statements around each other.
        var text = open.StartsWith("{{", StringComparison.Ordinal)
            ? $"{{{{ {new string(open[^1], depth)}1{new string(close[0], depth)} }}}}"
            : string.Concat(Enumerable.Repeat(open, depth)) + "x" + string.Concat(Enumerable.Repeat(close, depth));

        var created = await api.PostAsync("/v1/templates", Bodies.Template($"deep-{open[..4].Trim()}-{open[^1]}-{open.Length}", "Deep", text));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "application/problem+json"), (created.Status, created.ContentType));
        await api.WaitForAsync(await api.SendAsync(Bodies.Mail("after-the-deep@endless.example")), "sent");
    }

    [Fact(Timeout = Timeout)]
    public async Task A_template_with_a_fault_is_refused_with_its_line()
    {
        var api = await server.ApiAsync();

        var created = await api.PostAsync("/v1/templates", Bodies.Template("faulty", "Hello", "one\ntwo {% if %}\nthree"));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, created.Status);
        Assert.Contains("line 2", created.Text, StringComparison.OrdinalIgnoreCase);
    }
}
