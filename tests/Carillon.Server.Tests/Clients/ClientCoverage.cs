using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Carillon.Client;

namespace Carillon.Server.Tests.Clients;

/// <summary>Holds the client against the OpenAPI document. What is missing is told as what is to be added.</summary>
internal sealed class ClientCoverage(JsonElement document)
{
    private const string Table = "tests/Carillon.Server.Tests/Clients/ClientOperations.cs";

    private readonly JsonElement _schemas = document.GetProperty("components").GetProperty("schemas");
    private readonly HashSet<(string Schema, Type Type)> _compared = [];
    private readonly HashSet<(Type Type, string Name)> _known = [];

    /// <summary>Operations without a method, and lines of the table without an operation.</summary>
    public IEnumerable<string> MissingMethods()
    {
        var ids = Operations().Select(o => o.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, name, _) in Operations())
        {
            if (ClientOperations.Methods.ContainsKey(id) || ClientOperations.LeftOut.ContainsKey(id)) continue;
            yield return $"{name} has no method. Add one to a …Client in src/Carillon.Client (records beside it, [JsonSerializable] lines in CarillonJson.cs), and "
                + $"[\"{id}\"] = Of<…Client>(nameof(…Client.…Async)) to Methods in {Table}. If only browsers or vendors call it, add it to LeftOut there with the reason.";
        }

        foreach (var id in ClientOperations.Methods.Keys.Concat(ClientOperations.LeftOut.Keys).Where(id => !ids.Contains(id)))
            yield return $"The API has no operation {id}: take its line out of {Table}, and its method out of the client.";
    }

    /// <summary>Fields of answers that the client's records do not show, or cannot hold.</summary>
    public IReadOnlyList<string> MissingInAnswers()
    {
        var faults = new List<string>();
        foreach (var (id, name, operation) in Operations())
        {
            if (!ClientOperations.Methods.TryGetValue(id, out var method)) continue;
            if (JsonSchema(operation.GetProperty("responses").EnumerateObject().First(r => r.Name[0] == '2').Value) is not { } schema) continue;
            var type = ClientOperations.Answers.GetValueOrDefault(id) ?? Unwrap(method.ReturnType);
            if (IsPage(schema, out var item)) Compare(item, ItemOf(type) ?? type, name, isAnswer: true, faults);
            else Compare(schema, type, name, isAnswer: true, faults);
        }

        return faults;
    }

    /// <summary>Fields of bodies, filters of lists and conditions that cannot be given.</summary>
    public IReadOnlyList<string> MissingInRequests()
    {
        var faults = new List<string>();
        foreach (var (id, name, operation) in Operations())
        {
            if (!ClientOperations.Methods.TryGetValue(id, out var method)) continue;
            var parameters = method.GetParameters().Where(p => p.ParameterType != typeof(CancellationToken)).ToList();
            var names = parameters.Select(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name!)).ToHashSet(StringComparer.Ordinal);
            var records = parameters.Select(p => ItemOf(p.ParameterType) ?? p.ParameterType).Where(IsRecord).ToList();
            if (operation.TryGetProperty("requestBody", out var body) && JsonSchema(body) is { } schema)
            {
                schema = Resolve(schema.TryGetProperty("items", out var items) ? items : schema, out var schemaName);
                // What goes into the body comes before the options.
                if (records is [var record, ..]) Compare(schema, record, name, isAnswer: false, faults, schemaName);
                else
                {
                    foreach (var field in Properties(schema).Where(f => !names.Contains(f.Name)))
                        faults.Add($"{name}: {schemaName}.{field.Name} cannot be given. Add a parameter to {Show(method)}.");
                }
            }

            if (!operation.TryGetProperty("parameters", out var given)) continue;
            foreach (var parameter in given.EnumerateArray())
            {
                string[] spellings = (parameter.GetProperty("in").GetString(), parameter.GetProperty("name").GetString()!) switch
                {
                    ("query", "limit") => ["limit", "page_size"],
                    // The client itself goes from page to page.
                    ("query", "after") => [],
                    ("query", var filter) => [filter],
                    ("header", "If-Match") => ["if_version", "if_revision"],
                    _ => [],
                };
                foreach (var (type, spelling) in records.SelectMany(r => spellings.Select(s => (r, s)))) _known.Add((type, spelling));
                if (spellings.Length > 0 && !spellings.Any(s => names.Contains(s) || records.Any(r => Find(r, s) is not null)))
                    faults.Add($"{name}: {parameter.GetProperty("name")} cannot be given. Add it to {Show(method)}, as a parameter or in its query.");
            }
        }

        return faults;
    }

    /// <summary>Properties of the client's records that no schema has. To be asked after the others.</summary>
    public IEnumerable<string> Unknown() =>
        from type in _known.Select(k => k.Type).Distinct()
        from property in JsonProperties(type)
        where !_known.Contains((type, JsonName(property)))
        select $"{type.Name}.{property.Name} is in no schema of the API: nothing is ever read into it or taken from it.";

    private IEnumerable<(string Id, string Name, JsonElement Operation)> Operations() =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        let id = operation.Value.GetProperty("operationId").GetString()!
        select (id, $"{id} ({operation.Name.ToUpperInvariant()} {path.Name})", operation.Value);

    private void Compare(JsonElement schema, Type type, string where, bool isAnswer, List<string> faults, string schemaName = "")
    {
        schema = Resolve(schema, out var name);
        if (name.Length > 0) schemaName = name;
        if (schema.TryGetProperty("items", out var items))
        {
            if (ItemOf(type) is { } item) Compare(items, item, where, isAnswer, faults);
            else faults.Add($"{where} is a list, and {type.Name} is none.");
        }
        else if (schema.TryGetProperty("properties", out _) && IsRecord(type) && _compared.Add((schemaName, type)))
        {
            foreach (var field in Properties(schema))
            {
                _known.Add((type, field.Name));
                var path = $"{schemaName}.{field.Name}";
                if (ClientOperations.FieldsLeftOut.ContainsKey(path)) continue;
                if (Find(type, field.Name) is { } property) CompareField(field.Value, property, $"{where}: {path} in {type.Name}.{property.Name}", isAnswer, faults);
                else faults.Add($"{where}: {type.Name} lacks {path}. Add it to the record in src/Carillon.Client, or with the reason to FieldsLeftOut in {Table}.");
            }
        }
        else if (schema.TryGetProperty("additionalProperties", out var values) && values.ValueKind == JsonValueKind.Object && type.IsGenericType && values.EnumerateObject().Any())
        {
            Compare(values, type.GetGenericArguments()[^1], where, isAnswer, faults);
        }
        else if (schema.TryGetProperty("type", out var word) && !Holds(type, TypeWord(word), schema.TryGetProperty("format", out var format) ? format.GetString() : null))
        {
            faults.Add($"{where} is {type.Name}, which cannot hold what the API calls {TypeWord(word)}.");
        }
    }

    private void CompareField(JsonElement schema, PropertyInfo property, string where, bool isAnswer, List<string> faults)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType);
        if (isAnswer && type is null && property.PropertyType.IsValueType && property.PropertyType != typeof(JsonElement) && MayBeNull(schema))
            faults.Add($"{where} may be null: let it be {property.PropertyType.Name}?.");
        Compare(schema, type ?? property.PropertyType, where, isAnswer, faults);
    }

    private static bool MayBeNull(JsonElement schema) =>
        schema.TryGetProperty("oneOf", out _) || (schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.Array);

    private static string TypeWord(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!).First(t => t != "null") : type.GetString()!;

    private static bool Holds(Type type, string word, string? format) => (word, format) switch
    {
        ("string", "date-time") => type == typeof(DateTimeOffset),
        // Money is text on the wire.
        ("string", _) => type == typeof(string) || type == typeof(decimal) || type == typeof(byte[]),
        ("integer", "int64") => type == typeof(long) || type == typeof(decimal),
        ("integer", _) => type == typeof(int) || type == typeof(long) || type == typeof(decimal),
        ("number", _) => type == typeof(double) || type == typeof(decimal),
        ("boolean", _) => type == typeof(bool),
        _ => !type.IsPrimitive && type != typeof(string),
    };

    private bool IsPage(JsonElement schema, out JsonElement item)
    {
        var page = Resolve(schema, out var name);
        item = name.StartsWith("PageOf", StringComparison.Ordinal) ? page.GetProperty("properties").GetProperty("data").GetProperty("items") : default;
        return item.ValueKind != JsonValueKind.Undefined;
    }

    private JsonElement Resolve(JsonElement schema, out string name)
    {
        name = "";
        if (schema.TryGetProperty("oneOf", out var choices)) schema = choices.EnumerateArray().First(c => c.TryGetProperty("$ref", out _));
        if (!schema.TryGetProperty("$ref", out var reference)) return schema;
        name = reference.GetString()!.Split('/')[^1];
        return _schemas.GetProperty(name);
    }

    private static JsonElement? JsonSchema(JsonElement part) =>
        part.TryGetProperty("content", out var contents) && contents.TryGetProperty("application/json", out var json) ? json.GetProperty("schema") : null;

    private static IEnumerable<JsonProperty> Properties(JsonElement schema) =>
        schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject() : Enumerable.Empty<JsonProperty>();

    private static Type Unwrap(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>) ? type.GetGenericArguments()[0] : type;

    /// <summary>What a list is a list of; null for what is none.</summary>
    private static Type? ItemOf(Type type) => Nullable.GetUnderlyingType(type) is null && type.IsGenericType && type.GetGenericArguments() is [var item] ? item : null;

    private static bool IsRecord(Type type) => type.IsClass && !type.IsGenericType && type.Assembly == typeof(CarillonClient).Assembly;

    private static PropertyInfo? Find(Type type, string name) => JsonProperties(type).FirstOrDefault(p => JsonName(p) == name);

    private static IEnumerable<PropertyInfo> JsonProperties(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.SetMethod is not null && p.GetCustomAttribute<JsonIgnoreAttribute>() is null && p.GetCustomAttribute<JsonExtensionDataAttribute>() is null);

    private static string JsonName(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

    private static string Show(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";
}
