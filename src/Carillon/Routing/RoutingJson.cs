using System.Text.Json.Serialization;

namespace Carillon.Routing;

/// <summary>How rules and stops are stored.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<RoutingRule>))]
[JsonSerializable(typeof(Stops))]
internal sealed partial class RoutingJson : JsonSerializerContext;
