using System.Text.Json;

namespace Carillon.Jinja.Tests.Conformance;

/// <summary>One case of a corpus: templates, a context, and what the reference implementation printed or raised.</summary>
internal sealed record ConformanceCase(string Id, string Area, Dictionary<string, string> Templates, string Main, string Context, JinjaOptions Options, JsonElement Source)
{
    private static readonly HashSet<string> JinjaErrors = new(StringComparer.Ordinal)
    {
        "TemplateSyntaxError", "TemplateAssertionError", "UndefinedError", "SecurityError", "TemplateNotFound", "TemplatesNotFound", "TemplateRuntimeError", "FilterArgumentError",
    };

    public static ConformanceCase Parse(string line)
    {
        var json = JsonDocument.Parse(line).RootElement;
        var templates = json.GetProperty("templates").EnumerateObject().ToDictionary(t => t.Name, t => t.Value.GetString()!, StringComparer.Ordinal);
        var env = json.GetProperty("env");
        var options = new JinjaOptions
        {
            Loader = TemplateLoader.FromDictionary(templates),
            Autoescape = env.GetProperty("autoescape").GetBoolean(),
            TrimBlocks = env.GetProperty("trim_blocks").GetBoolean(),
            LstripBlocks = env.GetProperty("lstrip_blocks").GetBoolean(),
            KeepTrailingNewline = env.GetProperty("keep_trailing_newline").GetBoolean(),
            Undefined = Enum.Parse<UndefinedKind>(env.GetProperty("undefined").GetString()!, ignoreCase: true),
            Sandbox = env.GetProperty("sandboxed").GetBoolean(),
        };
        return new ConformanceCase(
            json.GetProperty("id").GetString()!, json.GetProperty("area").GetString()!, templates, json.GetProperty("main").GetString()!,
            json.GetProperty("context").GetRawText(), options, json);
    }

    /// <summary>Null where the case holds, else what is different.</summary>
    public string? Check()
    {
        try
        {
            var text = new JinjaEnvironment(Options).GetTemplate(Main).Render(JinjaValue.ParseJson(System.Text.Encoding.UTF8.GetBytes(Context)));
            if (!Source.TryGetProperty("expected", out var expected)) return $"expected {Source.GetProperty("error")} ({Source.GetProperty("message")}), got {Show(text)}";
            return text == expected.GetString() ? null : $"expected {Show(expected.GetString()!)}, got {Show(text)}";
        }
        catch (JinjaException error)
        {
            return CheckError(error);
        }
    }

    private string? CheckError(JinjaException error)
    {
        if (Source.TryGetProperty("expected", out var expected)) return $"expected {Show(expected.GetString()!)}, got {error.ErrorName}: {error.Message}";
        var name = Source.GetProperty("error").GetString()!;
        var group = Source.GetProperty("errorGroup").GetString()!;
        if (Group(error) != group) return $"expected an error of group {group} ({Source.GetProperty("message")}), got {error.ErrorName}: {error.Message}";
        if (JinjaErrors.Contains(name) && error.ErrorName != name) return $"expected {name}, got {error.ErrorName}: {error.Message}";
        if (group != "syntax" || !Source.TryGetProperty("line", out var line)) return null;
        return error.Line == line.GetInt32() ? null : $"expected line {line}, got {error.Line}: {error.Message} (theirs: {Source.GetProperty("message")})";
    }

    private static string Group(JinjaException error) => error switch
    {
        TemplateSyntaxException => "syntax",
        UndefinedException => "undefined",
        SandboxException => "security",
        TemplateNotFoundException => "notfound",
        _ => "runtime",
    };

    private static string Show(string text) => JsonSerializer.Serialize(text, ShowOptions);

    private static readonly JsonSerializerOptions ShowOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
