using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary>A file with a request in JSON, as the API takes it.</summary>
internal static class RequestFile
{
    // A field that is misspelled must not be passed over.
    private static readonly CarillonJson Strict = new(new JsonSerializerOptions(CarillonJson.Default.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    });

    public static async Task<T> ReadAsync<T>(string file, JsonTypeInfo<T> type, Terminal terminal, CancellationToken cancellationToken)
    {
        var text = await RequestOptions.ReadTextAsync(file, terminal, cancellationToken);
        try
        {
            return (T)(JsonSerializer.Deserialize(text, Strict.GetTypeInfo(type.Type)!) ?? throw new UsageException($"{file} must hold one JSON object."));
        }
        catch (JsonException e)
        {
            throw new UsageException($"{file} is not what is expected: {e.Message}");
        }
    }
}
