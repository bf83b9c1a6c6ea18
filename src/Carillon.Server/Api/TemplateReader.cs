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

    private static readonly FieldNames Fields = new(
        "syntax", "variables", "variants", "key", "name", "description", "category", "type", "is_active", "publish");

    private static readonly FieldNames DocumentFields = new("syntax", "variables", "variants");

    // What an answer shows and this does not change stands at the end: whoever sends back what was shown need not take it out.
    private static readonly FieldNames DetailFields = new(
        "syntax", "variables", "variants", "key", "name", "description", "category", "type", "is_active", "id", "revision", "version", "version_id",
        "published_at", "created_at", "updated_at", "includes");

    private static readonly FieldNames RollbackFields = new("version");
    private static readonly FieldNames TestFields = new("version", "variables", "channel", "locale", "to");
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
        var document = new TemplateDocument { Variants = [] };
        var details = new TemplateDetails();
        var publish = true;
        ulong seen = 0;
        if (reader.EnterObject(out var outer))
        {
            while (reader.NextField(Fields, ref seen, out var field))
            {
                if (field < 3) document = ReadContent(ref reader, field, document);
                else if (field < 9) details = ReadDetail(ref reader, field, details);
                else publish = reader.Flag() ?? true;
            }

            if ((seen & (1 << 3)) == 0) reader.FaultAt("key", "required", "Give the name by which notifications call for it, such as welcome.");
            if ((seen & (1 << 2)) == 0) reader.FaultAt("variants", "required", "Give at least one variant: {channel, subject, text, html}.");
            reader.Leave(outer);
        }

        return new TemplateDraft
        {
            Key = details.Key ?? "",
            Name = details.Name ?? details.Key ?? "",
            Description = details.Description,
            Category = details.Category,
            Type = details.Type,
            IsActive = details.IsActive,
            Publish = publish,
            Document = document,
        };
    }

    /// <summary>The content of a version.</summary>
    public static TemplateDocument ReadDocument(ref FieldReader reader)
    {
        var document = new TemplateDocument { Variants = [] };
        ulong seen = 0;
        if (!reader.EnterObject(out var outer)) return document;
        while (reader.NextField(DocumentFields, ref seen, out var field)) document = ReadContent(ref reader, field, document);
        if ((seen & (1 << 2)) == 0) reader.FaultAt("variants", "required", "Give at least one variant: {channel, subject, text, html}.");
        reader.Leave(outer);
        return document;
    }

    /// <summary>What is not in the versions.</summary>
    public static TemplateDetails ReadDetails(ref FieldReader reader)
    {
        var details = new TemplateDetails();
        ulong seen = 0;
        if (!reader.EnterObject(out var outer)) return details;
        while (reader.NextField(DetailFields, ref seen, out var field))
        {
            if (field is >= 3 and < 9)
            {
                details = ReadDetail(ref reader, field, details);
                continue;
            }

            if (field < 3) reader.Fault("immutable", "Content is changed by a new version: POST /v1/templates/{id}/versions.");
            reader.Skip();
        }

        reader.Leave(outer);
        return details;
    }

    /// <summary>The version to which a rollback goes.</summary>
    public static RollbackRequest ReadRollback(ref FieldReader reader)
    {
        int? version = null;
        ulong seen = 0;
        if (!reader.EnterObject(out var outer)) return new RollbackRequest(null);
        while (reader.NextField(RollbackFields, ref seen, out _)) version = reader.Integer(1, int.MaxValue);
        reader.Leave(outer);
        return new RollbackRequest(version);
    }

    public static TemplateTestRequest ReadTest(ref FieldReader reader)
    {
        var draft = new TemplateTestDraft();
        string? to = null;
        ulong seen = 0;
        if (!reader.EnterObject(out var outer)) return new TemplateTestRequest(draft, null);
        while (reader.NextField(TestFields, ref seen, out var field))
        {
            switch (field)
            {
                case 0: draft = draft with { Version = reader.Integer(1, int.MaxValue) }; break;
                // Copied: the body is given back before it is used.
                case 1: draft = draft with { Variables = VariablesReader.Read(ref reader, Limits.VariablesBytes).ToArray() }; break;
                case 2: draft = draft with { Channel = reader.Word(ChannelNames.All) }; break;
                case 3: draft = draft with { Locale = RecipientReader.ReadLocale(ref reader) }; break;
                default: to = reader.Text(Limits.AddressCharacters, TextRule.Identifier); break;
            }
        }

        if ((seen & (1 << 4)) != 0 && (seen & (1 << 2)) == 0) reader.FaultAt("channel", "required", "Say on which channel the address is.");
        if ((seen & (1 << 3)) != 0 && (seen & (1 << 2)) == 0) reader.FaultAt("channel", "required", "A locale chooses among the variants of a channel: name it.");
        reader.Leave(outer);
        return new TemplateTestRequest(draft, to);
    }

    private static TemplateDocument ReadContent(ref FieldReader reader, int field, TemplateDocument document) => field switch
    {
        0 => document with { Syntax = reader.Word(ContentSyntaxNames.All) ?? document.Syntax },
        1 => document with { Variables = ReadVariables(ref reader) ?? [] },
        _ => document with { Variants = ReadVariants(ref reader) ?? [] },
    };

    private static TemplateDetails ReadDetail(ref FieldReader reader, int field, TemplateDetails details) => field switch
    {
        3 => details with { Key = reader.Text(Limits.IdCharacters, TextRule.Identifier) },
        4 => details with { Name = reader.Text(Limits.NameCharacters, TextRule.Line) },
        5 => details with { Description = reader.Text(DescriptionCharacters, TextRule.Content) },
        6 => details with { Category = reader.Text(Limits.WordCharacters, TextRule.Identifier) },
        7 => details with { Type = reader.Text(Limits.WordCharacters, TextRule.Identifier) },
        _ => details with { IsActive = reader.Flag() ?? true },
    };

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

/// <param name="Version">Null for the published one before that in use.</param>
internal sealed record RollbackRequest(int? Version);

/// <param name="To">An address to which the variant is sent; null to render only.</param>
internal sealed record TemplateTestRequest(TemplateTestDraft Draft, string? To);
