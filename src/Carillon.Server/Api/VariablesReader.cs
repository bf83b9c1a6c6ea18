using System.Text.Json;
using Carillon.Server.Api.Json;

namespace Carillon.Server.Api;

/// <summary>Template variables: kept as the bytes that came, their names looked at once.</summary>
internal static class VariablesReader
{
    // Beyond as many names, comparing each with each would cost more than a set.
    private const int FewNames = 32;

    public static ReadOnlyMemory<byte> Read(ref FieldReader reader, int maxBytes)
    {
        var raw = reader.RawObject(maxBytes);
        if (!raw.IsEmpty && RepeatedName(raw.Span) is { } repeated)
            reader.Fault("duplicate_field", $"The variable {repeated} stands here twice: leave one of them out.");
        return raw;
    }

    /// <summary>Faults for secret variables that are not among the variables.</summary>
    public static void CheckSecrets(ref FieldReader reader, ReadOnlySpan<byte> variables, IReadOnlyList<string> secrets)
    {
        for (var i = 0; i < secrets.Count; i++)
        {
            if (!Contains(variables, secrets[i]))
                reader.FaultAt($"secret_variables[{i}]", "unknown_variable", "There is no variable of this name in template_variables: add it there, or leave it out here.");
        }
    }

    private static bool Contains(ReadOnlySpan<byte> variables, string name)
    {
        if (variables.IsEmpty) return false;
        var json = new Utf8JsonReader(variables);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals(name)) return true;
            json.Skip();
        }

        return false;
    }

    private static string? RepeatedName(ReadOnlySpan<byte> variables)
    {
        var json = new Utf8JsonReader(variables);
        json.Read();
        Span<Range> names = stackalloc Range[FewNames];
        HashSet<string>? set = null;
        var count = 0;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (set is null && (count == FewNames || json.ValueIsEscaped))
            {
                set = new HashSet<string>(StringComparer.Ordinal);
                foreach (var range in names[..count]) set.Add(System.Text.Encoding.UTF8.GetString(variables[range]));
            }

            if (set is not null)
            {
                var name = json.GetString()!;
                if (!set.Add(name)) return name;
            }
            else
            {
                foreach (var range in names[..count])
                {
                    if (variables[range].SequenceEqual(json.ValueSpan)) return json.GetString();
                }

                var start = (int)json.TokenStartIndex + 1;
                names[count++] = start..(start + json.ValueSpan.Length);
            }

            json.Skip();
        }

        return null;
    }
}
