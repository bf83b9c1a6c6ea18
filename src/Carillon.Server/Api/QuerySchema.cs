using System.Globalization;
using System.Text.Json.Nodes;
using Carillon.Alerts;
using Carillon.Messages;
using Microsoft.OpenApi;

namespace Carillon.Server.Api;

/// <summary>What the values of a list's filters look like, by their names, which mean the same in every list.</summary>
internal static class QuerySchema
{
    public static OpenApiSchema Of(string name) => name switch
    {
        "limit" => new OpenApiSchema
        {
            Type = JsonSchemaType.Integer,
            Minimum = "1",
            Maximum = QueryFields.MaxLimit.ToString(CultureInfo.InvariantCulture),
            Default = QueryFields.DefaultLimit,
        },
        "created_after" or "created_before" => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
        "from" or "to" => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date" },
        "status" => Words(MessageStatusNames.All),
        "channel" => Words(ChannelNames.All),
        "state" => Words(AlertNames.States),
        "kind" => Words(AlertNames.Kinds),
        "direction" => Words(MessageDirectionNames.All),
        _ => new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static OpenApiSchema Words<T>(WireNames<T> names) where T : struct, Enum => new()
    {
        Type = JsonSchemaType.String,
        Enum = [.. names.Words.Select(word => (JsonNode)word)],
    };
}
