using System.Text.Json;
using System.Text.Json.Nodes;
using Carillon.Server.Tests.Http;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace Carillon.Server.Tests.Api;

public sealed class OpenApiTests : IAsyncLifetime
{
    private ApiHost _host = null!;
    private string _text = "";
    private JsonElement _document;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        _text = await _host.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        _document = JsonElement.Parse(_text);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public void A_strict_reader_finds_no_fault_in_the_document()
    {
        var read = OpenApiDocument.Parse(_text, "json", new OpenApiReaderSettings { RuleSet = ValidationRuleSet.GetDefaultRuleSet() });

        Assert.NotNull(read.Document);
        Assert.Empty(read.Diagnostic!.Errors.Select(e => e.ToString()));
        Assert.Empty(read.Diagnostic.Warnings.Select(w => w.ToString()));
    }

    [Fact]
    public void The_strict_reader_would_find_a_fault()
    {
        var broken = JsonNode.Parse(_text)!;
        broken["paths"]!["/v1/notifications/{id}"]!["get"]!.AsObject().Remove("responses");
        broken["info"]!.AsObject().Remove("title");

        Assert.NotEmpty(OpenApiDocument.Parse(broken.ToJsonString(), "json", new OpenApiReaderSettings { RuleSet = ValidationRuleSet.GetDefaultRuleSet() }).Diagnostic!.Errors);
    }

    [Fact]
    public void Every_operation_has_its_summary_its_problems_and_an_id_of_its_own()
    {
        var operations = Operations().ToList();

        Assert.Equal(operations.Count, operations.Select(o => o.Operation.GetProperty("operationId").GetString()).Distinct().Count());
        foreach (var (name, operation) in operations)
        {
            Assert.False(string.IsNullOrEmpty(operation.GetProperty("summary").GetString()), name);
            var isPublic = operation.TryGetProperty("security", out var security) && security.GetArrayLength() == 0;
            var responses = operation.GetProperty("responses");
            if (!isPublic) Assert.All(["401", "403", "429", "503"], status => Assert.True(responses.TryGetProperty(status, out _), $"{name} {status}"));
            if (name.Contains("{id}", StringComparison.Ordinal) && !isPublic) Assert.True(responses.TryGetProperty("404", out _), name);
            foreach (var response in responses.EnumerateObject().Where(r => r.Name[0] is '4' or '5'))
                Assert.True(response.Value.GetProperty("content").TryGetProperty("application/problem+json", out _), $"{name} {response.Name}");
        }
    }

    [Theory]
    [InlineData("Notifications")]
    [InlineData("Messages")]
    [InlineData("Administration")]
    public void Json_is_shown_by_an_example(string tag)
    {
        foreach (var (name, operation) in Operations().Where(o => o.Operation.GetProperty("tags")[0].GetString() == tag))
        {
            foreach (var (part, content) in JsonContents(operation)) Assert.True(content.TryGetProperty("example", out _), $"{name}: {part} has no example.");
        }
    }

    [Fact]
    public void Every_example_has_the_shape_that_is_promised()
    {
        var faults = new List<string>();
        foreach (var (name, operation) in Operations())
        {
            foreach (var (part, content) in JsonContents(operation))
            {
                if (content.TryGetProperty("example", out var example)) Check(example, content.GetProperty("schema"), $"{name} {part}", faults);
            }
        }

        Assert.Empty(faults);
    }

    private IEnumerable<(string Name, JsonElement Operation)> Operations() =>
        from path in _document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select ($"{operation.Name} {path.Name}", operation.Value);

    private static IEnumerable<(string Part, JsonElement Content)> JsonContents(JsonElement operation)
    {
        if (operation.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out var sent)) yield return ("body", sent);
        foreach (var response in operation.GetProperty("responses").EnumerateObject().Where(r => r.Name[0] == '2'))
        {
            if (response.Value.TryGetProperty("content", out var contents) && contents.TryGetProperty("application/json", out var answered)) yield return (response.Name, answered);
        }
    }

    /// <summary>As much of JSON Schema as the document uses, and stricter: what is not described is a fault.</summary>
    private void Check(JsonElement value, JsonElement schema, string where, List<string> faults)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var at = _document;
            foreach (var step in reference.GetString()!.Split('/').Skip(1)) at = at.GetProperty(step);
            Check(value, at, where, faults);
            return;
        }

        foreach (var word in new[] { "oneOf", "anyOf" })
        {
            if (!schema.TryGetProperty(word, out var choices)) continue;
            var fits = choices.EnumerateArray().Any(choice =>
            {
                var found = new List<string>();
                Check(value, choice, where, found);
                return found.Count == 0;
            });
            if (!fits) faults.Add($"{where}: fits none of {word}.");
            return;
        }

        if (schema.TryGetProperty("type", out var type) && !IsOf(value, type))
        {
            faults.Add($"{where}: {value.ValueKind} is not {type}.");
            return;
        }

        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var item in value.EnumerateArray()) Check(item, items, where + "[]", faults);
        }

        if (value.ValueKind != JsonValueKind.Object) return;
        if (schema.TryGetProperty("required", out var required))
            faults.AddRange(required.EnumerateArray().Select(r => r.GetString()!).Where(r => !value.TryGetProperty(r, out _)).Select(r => $"{where}: {r} is missing."));
        var isOpen = schema.TryGetProperty("additionalProperties", out var more);
        var isDescribed = schema.TryGetProperty("properties", out var properties);
        foreach (var property in value.EnumerateObject())
        {
            if (isDescribed && properties.TryGetProperty(property.Name, out var described)) Check(property.Value, described, $"{where}.{property.Name}", faults);
            else if (isOpen && more.ValueKind == JsonValueKind.Object) Check(property.Value, more, $"{where}.{property.Name}", faults);
            else if (isDescribed && !isOpen) faults.Add($"{where}: {property.Name} is not described.");
        }
    }

    private static bool IsOf(JsonElement value, JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Any(t => IsOf(value, t)) : (type.GetString(), value.ValueKind) switch
        {
            ("null", JsonValueKind.Null) or ("string", JsonValueKind.String) or ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) => true,
            ("boolean", JsonValueKind.True or JsonValueKind.False) or ("number", JsonValueKind.Number) => true,
            ("integer", JsonValueKind.Number) => value.TryGetInt64(out _),
            _ => false,
        };
}
