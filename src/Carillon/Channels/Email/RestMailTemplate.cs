using System.Text.Json;
using System.Text.RegularExpressions;

namespace Carillon.Channels.Email;

/// <summary>
/// A JSON value with placeholders (<c>{{to}}</c>) in its texts, into which values are put as text: no value can change the form of what is
/// written. A member whose text is one placeholder alone that has no value is left out, and an object or list of which nothing is left;
/// with <c>{{html!}}</c> the object that holds it is left out whole. Immutable.
/// </summary>
internal abstract partial class RestMailTemplate
{
    private RestMailTemplate()
    {
    }

    /// <param name="name">Of a placeholder.</param>
    /// <returns>Null where the message has no such value.</returns>
    public delegate string? Values(string name);

    /// <param name="known">Names that may stand in texts.</param>
    /// <param name="structures">Names that stand alone, for what the writer makes itself.</param>
    /// <param name="fault">Gets the path and what is wrong there.</param>
    public static RestMailTemplate Read(JsonElement json, string path, IReadOnlyCollection<string> known, IReadOnlyCollection<string> structures, Action<string, string> fault)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                return new ObjectTemplate([.. json.EnumerateObject().Select(p => (p.Name, Read(p.Value, $"{path}.{p.Name}", known, structures, fault)))]);
            case JsonValueKind.Array:
                return new ListTemplate([.. json.EnumerateArray().Select((item, i) => Read(item, $"{path}.{i}", known, structures, fault))]);
            case JsonValueKind.String:
                var text = json.GetString()!;
                var alone = Placeholder().Match(text) is { Success: true } match && match.Length == text.Length ? match : null;
                if (alone is not null && structures.Contains(alone.Groups["name"].Value)) return new StructureTemplate(alone.Groups["name"].Value);
                foreach (Match found in Placeholder().Matches(text))
                {
                    if (!known.Contains(found.Groups["name"].Value))
                        fault(path, $"There is no {{{{{found.Groups["name"].Value}}}}} here. There are {string.Join(", ", known.Concat(structures))}.");
                }

                return alone is not null ? new ValueTemplate(alone.Groups["name"].Value, alone.Groups["needed"].Length > 0) : new TextTemplate(text);
            default:
                return new LiteralTemplate(json.Clone());
        }
    }

    /// <summary>The text with its placeholders filled; those without a value are empty.</summary>
    public static string Fill(string text, Values values) => Placeholder().Replace(text, match => values(match.Groups["name"].Value) ?? "");

    public abstract bool HasValue(Values values, Func<string, bool> hasStructure);

    /// <param name="structure">Writes a structure.</param>
    public abstract void Write(Utf8JsonWriter json, Values values, Func<string, bool> hasStructure, Action<Utf8JsonWriter, string> structure);

    /// <summary>The structures that stand in it.</summary>
    public virtual bool Uses(string structure) => false;

    /// <summary>The text of a member of a form; null where it is left out.</summary>
    public virtual string? Text(Values values) => null;

    /// <summary>The members of an object; none for anything else.</summary>
    public virtual IReadOnlyList<(string Name, RestMailTemplate Value)> Members => [];

    [GeneratedRegex(@"\{\{ *(?<name>[a-z_]+) *(?<needed>!?) *\}\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();

    private sealed class ObjectTemplate(IReadOnlyList<(string Name, RestMailTemplate Value)> members) : RestMailTemplate
    {
        public override IReadOnlyList<(string Name, RestMailTemplate Value)> Members => members;

        public override bool HasValue(Values values, Func<string, bool> hasStructure) =>
            !members.Any(m => m.Value is ValueTemplate { IsNeeded: true } && !m.Value.HasValue(values, hasStructure))
            && (members.Count == 0 || members.Any(m => m.Value.HasValue(values, hasStructure)));

        public override void Write(Utf8JsonWriter json, Values values, Func<string, bool> hasStructure, Action<Utf8JsonWriter, string> structure)
        {
            json.WriteStartObject();
            foreach (var (name, value) in members)
            {
                if (!value.HasValue(values, hasStructure)) continue;
                json.WritePropertyName(name);
                value.Write(json, values, hasStructure, structure);
            }

            json.WriteEndObject();
        }

        public override bool Uses(string structure) => members.Any(m => m.Value.Uses(structure));
    }

    private sealed class ListTemplate(IReadOnlyList<RestMailTemplate> items) : RestMailTemplate
    {
        public override bool HasValue(Values values, Func<string, bool> hasStructure) => items.Count == 0 || items.Any(i => i.HasValue(values, hasStructure));

        public override void Write(Utf8JsonWriter json, Values values, Func<string, bool> hasStructure, Action<Utf8JsonWriter, string> structure)
        {
            json.WriteStartArray();
            foreach (var item in items)
            {
                if (item.HasValue(values, hasStructure)) item.Write(json, values, hasStructure, structure);
            }

            json.WriteEndArray();
        }

        public override bool Uses(string structure) => items.Any(i => i.Uses(structure));
    }

    private sealed class ValueTemplate(string name, bool isNeeded) : RestMailTemplate
    {
        public bool IsNeeded => isNeeded;

        public override bool HasValue(Values values, Func<string, bool> hasStructure) => values(name) is not null;

        public override void Write(Utf8JsonWriter json, Values values, Func<string, bool> hasStructure, Action<Utf8JsonWriter, string> structure) => json.WriteStringValue(values(name));

        public override string? Text(Values values) => values(name);
    }

    private sealed class TextTemplate(string text) : RestMailTemplate
    {
        public override bool HasValue(Values values, Func<string, bool> hasStructure) => true;

        public override void Write(Utf8JsonWriter json, Values values, Func<string, bool> hasStructure, Action<Utf8JsonWriter, string> structure) => json.WriteStringValue(Fill(text, values));

        public override string Text(Values values) => Fill(text, values);
    }

    private sealed class StructureTemplate(string name) : RestMailTemplate
    {
        public override bool HasValue(Values values, Func<string, bool> hasStructure) => hasStructure(name);

        public override void Write(Utf8JsonWriter json, Values values, Func<string, bool> hasStructure, Action<Utf8JsonWriter, string> structure) => structure(json, name);

        public override bool Uses(string structure) => structure == name;
    }

    private sealed class LiteralTemplate(JsonElement json) : RestMailTemplate
    {
        public override bool HasValue(Values values, Func<string, bool> hasStructure) => true;

        public override void Write(Utf8JsonWriter writer, Values values, Func<string, bool> hasStructure, Action<Utf8JsonWriter, string> structure) => json.WriteTo(writer);

        public override string? Text(Values values) => json.ValueKind == JsonValueKind.Null ? null : json.GetRawText();
    }
}
