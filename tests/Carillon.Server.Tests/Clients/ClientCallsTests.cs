using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Carillon.Client;

namespace Carillon.Server.Tests.Clients;

/// <summary>Every method of the client makes the call of its operation: the method, the path, every filter and every header of the OpenAPI document.</summary>
public sealed class ClientCallsTests : IAsyncLifetime
{
    private ScriptedApi _api = null!;
    private CarillonClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ScriptedApi.StartAsync();
        _client = new CarillonClient(_api.Address, "ck_test", new CarillonClientOptions { MaxRetries = 0 });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    public static TheoryData<string> Operations => [.. ClientOperations.Methods.Keys];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Each_method_calls_its_operation(string id)
    {
        var (verb, path, operation) = Find(id);

        await CallAsync(ClientOperations.Methods[id]);

        var call = Assert.Single(_api.Seen);
        var (address, query) = call.Path.Split('?') is [var before, var after] ? (before, after) : (call.Path, "");
        Assert.Equal((verb.ToUpperInvariant(), path), (call.Method, address));
        var parameters = operation.TryGetProperty("parameters", out var listed) ? [.. listed.EnumerateArray()] : Array.Empty<JsonElement>();
        Assert.Equal(
            parameters.Where(p => p.GetProperty("in").GetString() == "query").Select(p => p.GetProperty("name").GetString()!).Where(n => n != "after").Order(StringComparer.Ordinal),
            query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(field => field.Split('=')[0]).Order(StringComparer.Ordinal));
        var headers = parameters.Where(p => p.GetProperty("in").GetString() == "header").Select(p => p.GetProperty("name").GetString()).ToList();
        Assert.Equal((headers.Contains("If-Match"), headers.Contains("Idempotency-Key")), (call.IfMatch == "\"1\"", call.IdempotencyKey.Length > 0));
        Assert.Equal(operation.TryGetProperty("requestBody", out _), call.Body.Length > 0);
    }

    /// <summary>The operation with its path, in which every place is taken as the call takes it.</summary>
    private static (string Verb, string Path, JsonElement Operation) Find(string id)
    {
        var document = JsonElement.Parse(File.ReadAllText(Path.Combine(DocumentationTests.Root(), "tests/Carillon.Server.Tests/Api/openapi.v1.json")));
        var (path, operation) = (
            from p in document.GetProperty("paths").EnumerateObject()
            from o in p.Value.EnumerateObject()
            where o.Value.GetProperty("operationId").GetString() == id
            select (p.Name, o)).Single();
        var places = path.Split('/').Select(part => part switch { "{number}" or "{from}" or "{to}" => "1", ['{', ..] => "x", _ => part });
        return (operation.Name, string.Join('/', places), operation.Value);
    }

    private async Task CallAsync(MethodInfo method)
    {
        var room = typeof(CarillonClient).GetProperties().Single(p => p.PropertyType == method.DeclaringType).GetValue(_client);
        try
        {
            var answer = method.Invoke(room, [.. method.GetParameters().Select(p => p.Name == "contentType" ? "text/plain" : Some(p.ParameterType))])!;
            if (answer is Task task) await task;
            else await FirstAsync((dynamic)answer);
        }
        catch (Exception e) when (e is CarillonApiException or HttpRequestException)
        {
            // It is answered that nobody is there: the call is what counts.
        }
    }

    private static async Task FirstAsync<T>(IAsyncEnumerable<T> items) => await items.FirstOrDefaultAsync(TestContext.Current.CancellationToken);

    /// <summary>Something of a type: of a record every simple field is given.</summary>
    private static object? Some(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return "x";
        if (type == typeof(int)) return 1;
        if (type == typeof(bool)) return true;
        if (type == typeof(DateTimeOffset)) return DateTimeOffset.UnixEpoch;
        if (type == typeof(ReadOnlyMemory<byte>)) return new ReadOnlyMemory<byte>([1]);
        if (type.IsValueType) return RuntimeHelpers.GetUninitializedObject(type);
        if (type == typeof(IAsyncEnumerable<NotificationRequest>)) return new[] { new NotificationRequest { Message = "x" } }.ToAsyncEnumerable();
        if (type == typeof(BatchOptions)) return new BatchOptions();
        if (typeof(IEnumerable).IsAssignableFrom(type)) return null;
        var some = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var property in type.GetProperties().Where(p => p.SetMethod is not null && (p.PropertyType == typeof(string) || Nullable.GetUnderlyingType(p.PropertyType) is not null)))
            property.SetValue(some, Some(property.PropertyType));
        return some;
    }
}
