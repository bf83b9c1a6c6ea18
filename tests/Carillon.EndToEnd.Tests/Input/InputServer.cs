using System.Net;
using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Input;
using Carillon.EndToEnd.Tests.Rig;

[assembly: AssemblyFixture(typeof(InputServer))]

namespace Carillon.EndToEnd.Tests.Input;

/// <summary>One server for all tests of bad input, with simulated gateways; started when the first of them asks.</summary>
public sealed class InputServer : IAsyncDisposable
{
    private readonly DataDirectory _data = new();
    private ServerProcess? _server;
    private Api? _api;

    internal ServerProcess Server => _server ?? throw new InvalidOperationException("It has not been started.");

    internal async Task<Api> ApiAsync()
    {
        if (_api is not null) return _api;
        _server = await ServerProcess.StartAsync(new ServerSetup(_data.Path));
        _api = _server.CreateApi();
        await _api.CreateAsync("/v1/templates", Bodies.Template("welcome", "Welcome {{ name }}", "You are number {{ number }}", Bodies.Variable("name"), Bodies.Variable("number", "number")));
        return _api;
    }

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        _data.Dispose();
    }
}

internal static class AnswerAssertions
{
    /// <summary>A problem that names these fields, each with its code, and no others.</summary>
    public static void AssertFaults(this Answer answer, HttpStatusCode status, params string[] fieldsAndCodes)
    {
        Assert.True(status == answer.Status, $"Expected {(int)status}, got {(int)answer.Status}: {answer.Text}");
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.Equal(fieldsAndCodes.Order(StringComparer.Ordinal), Faults(answer.Json).Order(StringComparer.Ordinal));
    }

    public static IEnumerable<string> Faults(JsonNode problem)
    {
        Assert.All(problem["errors"]!.AsArray(), e => Assert.NotEmpty((string?)e!["message"] ?? ""));
        return problem["errors"]!.AsArray().Select(e => $"{(string?)e!["field"]}: {(string?)e["code"]}");
    }
}
