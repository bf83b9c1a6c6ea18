using System.Text.Json.Serialization;

namespace Carillon.Endpoints;

/// <summary>As it is stored.</summary>
internal sealed record EndpointDocument(string Url, DateTimeOffset DisabledAt, Guid MessageId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EndpointDocument))]
internal sealed partial class EndpointJson : JsonSerializerContext;
