using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Carillon.Server.Api;

/// <summary>The examples of the OpenAPI document: those of <c>ApiExamples.json</c>, by operation, unless the operation brings its own.</summary>
internal static class ApiExamples
{
    private static readonly Lazy<JsonObject> All = new(Read);

    public static (JsonNode? Body, JsonNode? Answer) Of(ApiOperation operation)
    {
        var known = All.Value[operation.Id];
        return (
            operation.Example is { } body ? JsonNode.Parse(body) : known?["body"]?.DeepClone(),
            operation.AnswerExample is { } answer ? JsonNode.Parse(answer) : known?["answer"]?.DeepClone());
    }

    private static JsonObject Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Carillon.Server.Api.ApiExamples.json")
            ?? throw new InvalidOperationException("The examples are not embedded.");
        return JsonNode.Parse(stream)?.AsObject() ?? throw new JsonException("The examples are no object.");
    }
}
