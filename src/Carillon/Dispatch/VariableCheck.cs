using System.Buffers;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Templates;

namespace Carillon.Dispatch;

/// <summary>Holds a request's variables against what the template declares, and takes the secret ones apart.</summary>
internal static class VariableCheck
{
    /// <summary>Adds a fault for each required variable that is absent and each declared one of another type.</summary>
    public static void Check(ReadOnlyMemory<byte> variables, DeclaredVariable[] declared, List<FieldFault> faults)
    {
        if (declared.Length == 0) return;
        Span<bool> seen = declared.Length <= 256 ? stackalloc bool[declared.Length] : new bool[declared.Length];
        if (!variables.IsEmpty)
        {
            var reader = new Utf8JsonReader(variables.Span);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var index = IndexOf(ref reader, declared);
                reader.Read();
                if (index >= 0)
                {
                    seen[index] = reader.TokenType != JsonTokenType.Null || !declared[index].Variable.Required;
                    if (!IsOfType(reader.TokenType, declared[index].Variable.Type))
                    {
                        faults.Add(new(
                            $"template_variables.{declared[index].Variable.Name}", "wrong_type",
                            $"The template declares it as {declared[index].Variable.Type}, and {Describe(reader.TokenType)} was given."));
                    }
                }

                reader.Skip();
            }
        }

        for (var i = 0; i < declared.Length; i++)
        {
            if (!seen[i] && declared[i].Variable.Required)
                faults.Add(new($"template_variables.{declared[i].Variable.Name}", "required", "The template needs this variable."));
        }
    }

    /// <summary>The names of the secret variables: those that the request names, and those that the template declares as secret.</summary>
    public static List<string>? SecretNames(IReadOnlyList<string>? requested, DeclaredVariable[]? declared)
    {
        List<string>? names = requested is { Count: > 0 } ? [.. requested] : null;
        foreach (var variable in declared ?? [])
        {
            if (variable.Variable.Secret && names?.Contains(variable.Variable.Name) != true) (names ??= []).Add(variable.Variable.Name);
        }

        return names;
    }

    /// <summary>Splits one JSON object in two by the names of its properties.</summary>
    public static (byte[] Open, byte[] Secret) Split(ReadOnlyMemory<byte> variables, List<string> secretNames)
    {
        var open = new ArrayBufferWriter<byte>(variables.Length + 16);
        var secret = new ArrayBufferWriter<byte>(256);
        using (var document = JsonDocument.Parse(variables))
        using (var openWriter = new Utf8JsonWriter(open))
        using (var secretWriter = new Utf8JsonWriter(secret))
        {
            openWriter.WriteStartObject();
            secretWriter.WriteStartObject();
            foreach (var property in document.RootElement.EnumerateObject())
                property.WriteTo(secretNames.Contains(property.Name) ? secretWriter : openWriter);
            openWriter.WriteEndObject();
            secretWriter.WriteEndObject();
        }

        return (open.WrittenSpan.ToArray(), secret.WrittenSpan.ToArray());
    }

    private static int IndexOf(ref Utf8JsonReader reader, DeclaredVariable[] declared)
    {
        for (var i = 0; i < declared.Length; i++)
        {
            if (reader.ValueTextEquals(declared[i].Utf8Name)) return i;
        }

        return -1;
    }

    private static bool IsOfType(JsonTokenType token, string type) => token == JsonTokenType.Null || type switch
    {
        "string" => token == JsonTokenType.String,
        "number" => token == JsonTokenType.Number,
        "boolean" => token is JsonTokenType.True or JsonTokenType.False,
        "array" => token == JsonTokenType.StartArray,
        "object" => token == JsonTokenType.StartObject,
        _ => true,
    };

    private static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        _ => "null",
    };
}
