using System.Text.Json;
using System.Text.Json.Nodes;

namespace Carillon.Server.Tests.Clients;

/// <summary>The client is whole: it has what the OpenAPI document has, and nothing else.</summary>
public sealed class ClientCoverageTests
{
    private static readonly string Snapshot = File.ReadAllText(Path.Combine(DocumentationTests.Root(), "tests/Carillon.Server.Tests/Api/openapi.v1.json"));

    private static ClientCoverage Of(JsonNode document) => new(JsonElement.Parse(document.ToJsonString()));

    private static JsonNode Document() => JsonNode.Parse(Snapshot)!;

    [Fact]
    public void Every_operation_has_a_method() => Assert.Empty(Of(Document()).MissingMethods());

    [Fact]
    public void Every_field_of_every_answer_can_be_read() => Assert.Empty(Of(Document()).MissingInAnswers());

    [Fact]
    public void Every_field_and_filter_of_every_request_can_be_given() => Assert.Empty(Of(Document()).MissingInRequests());

    [Fact]
    public void The_client_has_no_field_that_the_API_does_not_know()
    {
        var coverage = Of(Document());
        Assert.Empty(coverage.MissingInAnswers().Concat(coverage.MissingInRequests()));

        Assert.Empty(coverage.Unknown());
    }

    [Fact]
    public void Gaps_would_be_found_and_say_what_to_add()
    {
        var document = Document();
        var paths = document["paths"]!.AsObject();
        var schemas = document["components"]!["schemas"]!;
        paths["/v1/bells"] = new JsonObject { ["get"] = new JsonObject { ["operationId"] = "listBells" } };
        schemas["DiffLine"]!["properties"]!["colour"] = new JsonObject { ["type"] = "string" };
        schemas["ProviderLimits"]!["properties"]!["per_century"] = new JsonObject { ["type"] = "integer" };
        schemas["ProviderTestRequest"]!["properties"]!["tone"] = new JsonObject { ["type"] = "string" };
        schemas["StoredTemplate"]!["properties"]!["revision"] = new JsonObject { ["type"] = new JsonArray("null", "integer") };
        schemas["Node"]!["properties"]!["epoch"] = new JsonObject { ["type"] = "string" };
        schemas["Stops"]!["properties"]!.AsObject().Remove("all");
        paths["/v1/queue"]!["get"]!["parameters"] = new JsonArray(new JsonObject { ["name"] = "channel", ["in"] = "query" });

        var coverage = Of(document);
        Assert.StartsWith("listBells (GET /v1/bells) has no method. Add", Assert.Single(coverage.MissingMethods().Take(1)), StringComparison.Ordinal);
        // Without its answer the invented operation is of no more use.
        paths.Remove("/v1/bells");
        coverage = Of(document);
        string[] gaps = [.. coverage.MissingInAnswers(), .. coverage.MissingInRequests(), .. coverage.Unknown()];

        string[] expected =
        [
            "DiffLine lacks DiffLine.colour.", "may be null: let it be Int32?.", "ProviderLimits lacks ProviderLimits.per_century.", "Node.Epoch is Int64, which cannot hold",
            "ProviderTestRequest.tone cannot be given.", "channel cannot be given.", "Stops.All is in no schema",
        ];
        Assert.All(expected, words => Assert.Contains(gaps, gap => gap.Contains(words, StringComparison.Ordinal)));
        Assert.All(gaps, gap => Assert.Contains(expected, words => gap.Contains(words, StringComparison.Ordinal)));
    }
}
