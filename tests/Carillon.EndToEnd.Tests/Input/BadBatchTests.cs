using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Input;

/// <summary>In a batch the good are accepted, and each of the bad says why, in its place.</summary>
public sealed class BadBatchTests(InputServer server)
{
    private const int Timeout = 60_000;
    private const string Path = "/v1/notifications/batch";

    [Fact(Timeout = Timeout)]
    public async Task The_good_go_and_the_bad_say_why()
    {
        var api = await server.ApiAsync();
        var batch = new JsonArray(
            Bodies.Mail("good1@batch.example"),
            Bodies.Mail("bad address").With("priority", "top"),
            Bodies.Mail("good2@batch.example"),
            17,
            new JsonObject { ["recipient"] = new JsonObject { ["email"] = "a@batch.example" }, ["template_id"] = "welcome", ["template_variables"] = new JsonObject() },
            Bodies.Mail("good3@batch.example"));

        var answer = await api.PostAsync(Path, batch);

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal((3, 3), ((int)answer.Json["accepted"]!, (int)answer.Json["rejected"]!));
        var results = answer.Json["results"]!.AsArray();
        Assert.Equal(6, results.Count);
        foreach (var (place, address) in new[] { (0, "good1"), (2, "good2"), (5, "good3") })
        {
            Assert.Equal(address + "@batch.example", (string?)results[place]!["messages"]![0]!["address"]);
            await api.WaitForAsync((string)results[place]!["messages"]![0]!["id"]!, "sent");
        }

        AssertProblem(results[1]!, "recipient.email: invalid_email", "priority: invalid");
        Assert.NotNull(results[3]!["problem"]);
        AssertProblem(results[4]!, "template_variables.name: required", "template_variables.number: required");
        Assert.Empty(await api.MessagesAsync("&address=a@batch.example"));
    }

    [Fact(Timeout = Timeout)]
    public async Task A_batch_of_10001_is_refused_whole()
    {
        var api = await server.ApiAsync();
        var batch = new JsonArray([.. Enumerable.Range(0, 10_001).Select(i => Bodies.Mail("toomany@batch.example"))]);

        var answer = await api.PostAsync(Path, batch);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "application/problem+json"), (answer.Status, answer.ContentType));
        Assert.Empty(await api.MessagesAsync("&address=toomany@batch.example"));
    }

    [Fact(Timeout = Timeout)]
    public async Task A_broken_line_of_NDJSON_spoils_only_itself()
    {
        var api = await server.ApiAsync();
        var lines = new StringBuilder()
            .Append(Bodies.Mail("line1@batch.example").ToJsonString()).Append('\n')
            .Append("""{"recipient": {"email": """).Append('\n')
            .Append("\r\n")
            .Append(Bodies.Mail("line2@batch.example").ToJsonString()).Append("\r\n")
            .Append("no json at all").Append('\n')
            // Without an end of line, as many programs write the last one.
            .Append(Bodies.Mail("line3@batch.example").ToJsonString());

        var answer = await api.PostAsync(Path, Encoding.UTF8.GetBytes(lines.ToString()), "application/x-ndjson");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        var results = answer.Json["results"]!.AsArray();
        Assert.Equal(
            ["line1@batch.example", null, "line2@batch.example", null, "line3@batch.example"],
            results.Select(r => (string?)r!["messages"]?[0]?["address"]));
        Assert.All(new[] { results[1]!, results[3]! }, r => Assert.Contains("JSON", r["problem"]!.ToJsonString(), StringComparison.Ordinal));
    }

    [Fact(Timeout = Timeout)]
    public async Task A_batch_that_is_repeated_adds_nothing_and_one_that_differs_is_refused()
    {
        var api = await server.ApiAsync();
        JsonArray Batch(string last) => new([.. Enumerable.Range(0, 700).Select(i => Bodies.Mail($"twice{i}@batch.example")), Bodies.Mail(last)]);

        var first = await api.PostAsync(Path, Batch("last@batch.example"), "batch-key");
        var second = await api.PostAsync(Path, Batch("last@batch.example"), "batch-key");
        var other = await api.PostAsync(Path, Batch("another@batch.example"), "batch-key");

        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal("true", Assert.Single(second.Headers.GetValues("Idempotent-Replayed")));
        Assert.Single(await api.MessagesAsync("&address=last@batch.example"));
        Assert.Single(await api.MessagesAsync("&address=twice0@batch.example"));
        // Its first chunk is the same and known; what differs is refused in its place, or with the whole.
        Assert.Empty(await api.MessagesAsync("&address=another@batch.example"));
        Assert.Contains("idempotency_key_reused", other.Text, StringComparison.Ordinal);
    }

    private static void AssertProblem(JsonNode result, params string[] faults) =>
        Assert.Equal(faults.Order(StringComparer.Ordinal), AnswerAssertions.Faults(result["problem"]!).Order(StringComparer.Ordinal));
}
