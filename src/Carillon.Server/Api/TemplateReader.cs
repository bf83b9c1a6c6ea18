using Carillon.Messages;
using Carillon.Server.Api.Json;
using Carillon.Templates;
using Limits = Carillon.Server.Api.NotificationLimits;

namespace Carillon.Server.Api;

/// <summary>Reads a template as a caller gives it.</summary>
internal static class TemplateReader
{
    private const int MaxVariables = 500;
    private const int MaxVariants = 500;
    private const int DescriptionCharacters = 2_000;

    private static readonly FieldNames Fields = new("key", "name", "description", "category", "type", "is_active", "syntax", "variables", "variants");
    private static readonly FieldNames VariableFields = new("name", "type", "required", "secret", "sample");
    private static readonly FieldNames VariantFields = new("channel", "locale", "subject", "text", "html");

    private static readonly WireNames<VariableType> VariableTypes = new(
        (VariableType.String, "string"), (VariableType.Number, "number"), (VariableType.Boolean, "boolean"),
        (VariableType.Array, "array"), (VariableType.Object, "object"), (VariableType.Any, "any"));

    private enum VariableType
    {
        String,
        Number,
        Boolean,
        Array,
        Object,
        Any,
    }

    public static TemplateDraft Read(ref FieldReader reader)
    {
        string? key = null, name = null, description = null, category = null, type = null;
        var isActive = true;
        var syntax = ContentSyntax.Jinja;
        List<TemplateVariable>? variables = null;
        List<TemplateVariant>? variants = null;
        ulong seen = 0;
        if (reader.EnterObject(out var outer))
        {
            while (reader.NextField(Fields, ref seen, out var field))
            {
                switch (field)
                {
                    case 0: key = reader.Text(Limits.IdCharacters, TextRule.Identifier); break;
                    case 1: name = reader.Text(Limits.NameCharacters, TextRule.Line); break;
                    case 2: description = reader.Text(DescriptionCharacters, TextRule.Content); break;
                    case 3: category = reader.Text(Limits.WordCharacters, TextRule.Identifier); break;
                    case 4: type = reader.Text(Limits.WordCharacters, TextRule.Identifier); break;
                    case 5: isActive = reader.Flag() ?? true; break;
                    case 6: syntax = reader.Word(ContentSyntaxNames.All) ?? syntax; break;
                    case 7: variables = ReadVariables(ref reader); break;
                    case 8: variants = ReadVariants(ref reader); break;
                }
            }

            if ((seen & 1) == 0) reader.FaultAt("key", "required", "Give the name by which notifications call for it, such as welcome.");
            if ((seen & (1 << 8)) == 0) reader.FaultAt("variants", "required", "Give at least one variant: {channel, subject, text, html}.");
            reader.Leave(outer);
        }

        return new TemplateDraft
        {
            Key = key ?? "",
            Name = name ?? key ?? "",
            Description = description,
            Category = category,
            Type = type,
            IsActive = isActive,
            Document = new TemplateDocument { Syntax = syntax, Variables = variables ?? [], Variants = variants ?? [] },
        };
    }

    private static List<TemplateVariable>? ReadVariables(ref FieldReader reader)
    {
        if (!reader.EnterArray("an array of {name, type, required, secret, sample}")) return null;
        var variables = new List<TemplateVariable>();
        var count = 0;
        while (reader.NextItem(ref count))
        {
            if (count > MaxVariables)
            {
                reader.Skip();
                continue;
            }

            if (!reader.EnterObject(out var outer)) continue;
            var variable = new TemplateVariable { Name = "" };
            ulong seen = 0;
            while (reader.NextField(VariableFields, ref seen, out var field))
            {
                variable = field switch
                {
                    0 => variable with { Name = reader.Text(Limits.NameCharacters, TextRule.Identifier) ?? "" },
                    1 => variable with { Type = reader.Word(VariableTypes) is { } type ? VariableTypes.NameOf(type) : "any" },
                    2 => variable with { Required = reader.Flag() ?? false },
                    3 => variable with { Secret = reader.Flag() ?? false },
                    _ => variable with { Sample = reader.Any(Limits.MetadataBytes) },
                };
            }

            if ((seen & 1) == 0) reader.FaultAt("name", "required", "Give the variable's name.");
            if (variable.Name.Length > 0 && variables.Exists(v => v.Name == variable.Name)) reader.FaultAt("name", "duplicate", "A variable of this name is declared already.");
            reader.Leave(outer);
            variables.Add(variable);
        }

        if (count > MaxVariables) reader.Fault("too_many", $"These are {count:N0}; at most {MaxVariables} are allowed.");
        return variables;
    }

    private static List<TemplateVariant>? ReadVariants(ref FieldReader reader)
    {
        if (!reader.EnterArray("an array of {channel, locale, subject, text, html}")) return null;
        var variants = new List<TemplateVariant>();
        var count = 0;
        while (reader.NextItem(ref count))
        {
            if (count > MaxVariants)
            {
                reader.Skip();
                continue;
            }

            if (!reader.EnterObject(out var outer)) continue;
            var variant = new TemplateVariant { Channel = Channel.Email };
            ulong seen = 0;
            while (reader.NextField(VariantFields, ref seen, out var field))
            {
                variant = field switch
                {
                    0 => variant with { Channel = reader.Word(ChannelNames.All) ?? variant.Channel },
                    1 => variant with { Locale = RecipientReader.ReadLocale(ref reader) },
                    2 => variant with { Subject = reader.Text(Limits.ContentBytes, TextRule.Content) },
                    3 => variant with { Text = reader.Text(Limits.ContentBytes, TextRule.Content) },
                    _ => variant with { Html = reader.Text(Limits.ContentBytes, TextRule.Content) },
                };
            }

            if ((seen & 1) == 0) reader.FaultAt("channel", "required", $"Say for which channel it is: {ChannelNames.All.Choices}.");
            if ((seen & 0b11000) == 0) reader.FaultAt("text", "required", "Give the content: text, html or both.");
            if ((seen & 1) != 0 && variants.Exists(v => v.Channel == variant.Channel && v.Locale == variant.Locale))
                reader.FaultAt("channel", "duplicate", "There is a variant for this channel and locale already.");
            reader.Leave(outer);
            variants.Add(variant);
        }

        if (count == 0) reader.Fault("required", "Give at least one variant.");
        if (count > MaxVariants) reader.Fault("too_many", $"These are {count:N0}; at most {MaxVariants} are allowed.");
        return variants;
    }
}
