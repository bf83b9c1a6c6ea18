using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>The server's API as a caller uses it.</summary>
internal sealed class Api(HttpClient http) : IDisposable
{
    public HttpClient Http => http;

    public void Dispose() => http.Dispose();

    public Task<Answer> PostAsync(string path, JsonNode body, string? idempotencyKey = null) =>
        PostAsync(path, Encoding.UTF8.GetBytes(body.ToJsonString()), idempotencyKey: idempotencyKey);

    public async Task<Answer> PostAsync(string path, byte[] body, string contentType = "application/json", string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(response);
    }

    public async Task<Answer> PutAsync(string path, JsonNode body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await http.PutAsync(path, content, TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(response);
    }

    public async Task<Answer> GetAsync(string path)
    {
        using var response = await http.GetAsync(path, TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(response);
    }

    /// <summary>The answer's body; the test fails when it is no success.</summary>
    public async Task<JsonNode> ReadAsync(string path) => (await GetAsync(path)).Success();

    public async Task<JsonNode> CreateAsync(string path, JsonNode body) => (await PostAsync(path, body)).Success();

    /// <summary>A mail that is accepted: the id of its message.</summary>
    public async Task<string> SendAsync(JsonObject notification)
    {
        var answer = await PostAsync("/v1/notifications", notification);
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        return (string)answer.Success()["messages"]![0]!["id"]!;
    }

    public Task<JsonNode> MessageAsync(string id) => ReadAsync($"/v1/messages/{id}");

    /// <summary>Every message of the log, oldest or newest first as the log has them.</summary>
    public async Task<List<JsonNode>> MessagesAsync(string filter = "")
    {
        var messages = new List<JsonNode>();
        string? after = null;
        do
        {
            var page = await ReadAsync($"/v1/messages?limit=500{filter}{(after is null ? "" : "&after=" + after)}");
            messages.AddRange(page["data"]!.AsArray()!);
            after = (string?)page["next"];
        }
        while (after is not null);
        return messages;
    }

    /// <summary>How much work waits or is under way.</summary>
    public async Task<int> QueuedAsync() => (int)(await ReadAsync("/v1/queue"))["total"]!;

    public async Task WaitUntilEmptyAsync(TimeSpan? within = null)
    {
        JsonNode? queue = null;
        await Eventually.TrueAsync(
            async () => (int)(queue = await ReadAsync("/v1/queue"))["total"]! == 0, "the queue to be empty", within, () => $"It has: {queue?.ToJsonString()}");
    }

    /// <summary>The message once it has a status among those given.</summary>
    public async Task<JsonNode> WaitForAsync(string id, params string[] statuses)
    {
        JsonNode? message = null;
        await Eventually.TrueAsync(
            async () =>
            {
                message = await MessageAsync(id);
                return statuses.Contains((string)message["status"]!, StringComparer.Ordinal);
            },
            $"the message to be {string.Join(" or ", statuses)}",
            state: () => $"It is: {message?.ToJsonString()}");
        return message!;
    }
}

internal sealed record Answer(HttpStatusCode Status, string ContentType, string Text, HttpResponseHeaders Headers)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public static async Task<Answer> ReadAsync(HttpResponseMessage response) => new(
        response.StatusCode, response.Content.Headers.ContentType?.MediaType ?? "",
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response.Headers);

    public JsonNode Success()
    {
        Assert.True((int)Status is >= 200 and < 300, $"The server answered {(int)Status}: {Text}");
        return Json;
    }
}
