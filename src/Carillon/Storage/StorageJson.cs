using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Carillon.Messages;
using Carillon.Templates;

namespace Carillon.Storage;

/// <summary>The parts of rows that are stored as JSON documents. Enumerations are stored as their numbers.</summary>
[JsonSerializable(typeof(NotificationDetails))]
[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(TemplateDocument))]
[JsonSerializable(typeof(Providers.ProviderPolicy))]
[JsonSerializable(typeof(Alerts.AlertFacts))]
[JsonSerializable(typeof(Alerts.AlertSettings))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class StorageJson : JsonSerializerContext
{
    // Text in any script stays readable and short; nothing of it is ever put into a page as it is.
    public static readonly StorageJson Stored = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
