using System.Text.Json;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Server.Http;
using Carillon.Storage;
using Carillon.Templates;

namespace Carillon.Server.Api;

/// <summary>Templates and their versions as callers see them.</summary>
internal static class TemplateAnswer
{
    private static readonly WireNames<DiffKind> Kinds = new(
        (DiffKind.Unchanged, "unchanged"), (DiffKind.Added, "added"), (DiffKind.Removed, "removed"), (DiffKind.Changed, "changed"));

    private static readonly WireNames<LineChange> Changes = new((LineChange.Same, "same"), (LineChange.Removed, "removed"), (LineChange.Added, "added"));

    /// <summary>A template with the version that is in use.</summary>
    public static void Write(Utf8JsonWriter json, Template template)
    {
        json.WriteStartObject();
        json.WriteId("id"u8, "tpl_"u8, template.Id);
        json.WriteString("key"u8, template.Key);
        json.WriteString("name"u8, template.Name);
        json.WriteString("description"u8, template.Description);
        json.WriteString("category"u8, template.Category);
        json.WriteString("type"u8, template.Type);
        json.WriteBoolean("is_active"u8, template.IsActive);
        json.WriteNumber("revision"u8, template.Revision);
        json.WriteTime("created_at"u8, template.CreatedAt);
        json.WriteTime("updated_at"u8, template.UpdatedAt);
        if (template.Published is { } version)
        {
            json.WriteNumber("version"u8, version.Number);
            json.WriteId("version_id"u8, "tpv_"u8, version.Id);
            json.WriteTime("published_at"u8, version.PublishedAt);
            WriteDocument(json, version.Document);
        }

        json.WriteEndObject();
    }

    public static void WriteVersion(Utf8JsonWriter json, TemplateVersion version)
    {
        json.WriteStartObject();
        WriteHead(json, new TemplateVersionSummary(version.Id, version.Number, version.Revision, version.CreatedAt, version.PublishedAt));
        json.WriteId("template_id"u8, "tpl_"u8, version.TemplateId);
        WriteDocument(json, version.Document);
        json.WriteEndObject();
    }

    public static void WriteSummary(Utf8JsonWriter json, TemplateVersionSummary version)
    {
        json.WriteStartObject();
        WriteHead(json, version);
        json.WriteEndObject();
    }

    public static void WriteTest(Utf8JsonWriter json, (TemplateTest.Rendered Test, Notification? Sent) state)
    {
        json.WriteStartObject();
        json.WriteId("template_id"u8, "tpl_"u8, state.Test.Template.Id);
        json.WriteNumber("version"u8, state.Test.Version.Number);
        json.WriteStartArray("variants"u8);
        foreach (var variant in state.Test.Variants)
        {
            json.WriteStartObject();
            json.WriteString("channel"u8, variant.Channel.Name());
            json.WriteString("locale"u8, variant.Locale);
            json.WriteString("subject"u8, variant.Subject);
            json.WriteString("text"u8, variant.Text);
            json.WriteString("html"u8, variant.Html);
            json.WriteStartArray("errors"u8);
            foreach (var fault in variant.Faults)
            {
                json.WriteStartObject();
                json.WriteString("part"u8, fault.Part);
                json.WriteString("message"u8, fault.Message);
                json.WriteString("template"u8, fault.Template);
                json.WriteNumber("line"u8, fault.Line);
                json.WriteNumber("column"u8, fault.Column);
                json.WriteString("source_line"u8, fault.SourceLine);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("sent"u8);
        if (state.Sent is null) json.WriteNullValue();
        else NotificationAnswer.Write(json, state.Sent);
        json.WriteEndObject();
    }

    public static void WriteDiff(Utf8JsonWriter json, TemplateDiff diff)
    {
        json.WriteStartObject();
        json.WriteNumber("from"u8, diff.From.Number);
        json.WriteNumber("to"u8, diff.To.Number);
        json.WriteString("syntax_from"u8, ContentSyntaxNames.All.NameOf(diff.From.Document.Syntax));
        json.WriteString("syntax_to"u8, ContentSyntaxNames.All.NameOf(diff.To.Document.Syntax));
        json.WriteStartArray("variables"u8);
        foreach (var (name, kind) in diff.Variables)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteString("change"u8, Kinds.NameOf(kind));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("variants"u8);
        foreach (var variant in diff.Variants)
        {
            json.WriteStartObject();
            json.WriteString("channel"u8, variant.Channel.Name());
            json.WriteString("locale"u8, variant.Locale);
            json.WriteString("change"u8, Kinds.NameOf(variant.Kind));
            json.WriteStartArray("parts"u8);
            foreach (var part in variant.Parts) WritePart(json, part);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("unified"u8, diff.ToUnified());
        json.WriteEndObject();
    }

    private static void WritePart(Utf8JsonWriter json, PartDiff part)
    {
        json.WriteStartObject();
        json.WriteString("part"u8, part.Part);
        json.WriteString("change"u8, Kinds.NameOf(part.Kind));
        json.WriteStartArray("hunks"u8);
        foreach (var hunk in part.Hunks)
        {
            json.WriteStartObject();
            json.WriteNumber("from_line"u8, hunk.From);
            json.WriteNumber("from_count"u8, hunk.FromCount);
            json.WriteNumber("to_line"u8, hunk.To);
            json.WriteNumber("to_count"u8, hunk.ToCount);
            json.WriteStartArray("lines"u8);
            foreach (var (change, text) in hunk.Lines)
            {
                json.WriteStartObject();
                json.WriteString("change"u8, Changes.NameOf(change));
                json.WriteString("text"u8, text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter json, TemplateVersionSummary version)
    {
        json.WriteNumber("version"u8, version.Number);
        json.WriteId("version_id"u8, "tpv_"u8, version.Id);
        json.WriteString("status"u8, version.PublishedAt is null ? "draft"u8 : "published"u8);
        json.WriteNumber("revision"u8, version.Revision);
        json.WriteTime("created_at"u8, version.CreatedAt);
        json.WriteTime("published_at"u8, version.PublishedAt);
    }

    private static void WriteDocument(Utf8JsonWriter json, TemplateDocument document)
    {
        json.WriteString("syntax"u8, ContentSyntaxNames.All.NameOf(document.Syntax));
        json.WriteStartArray("variables"u8);
        foreach (var variable in document.Variables)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, variable.Name);
            json.WriteString("type"u8, variable.Type);
            json.WriteBoolean("required"u8, variable.Required);
            json.WriteBoolean("secret"u8, variable.Secret);
            if (variable.Sample is { } sample)
            {
                json.WritePropertyName("sample"u8);
                sample.WriteTo(json);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("variants"u8);
        foreach (var variant in document.Variants)
        {
            json.WriteStartObject();
            json.WriteString("channel"u8, variant.Channel.Name());
            json.WriteString("locale"u8, variant.Locale);
            json.WriteString("subject"u8, variant.Subject);
            json.WriteString("text"u8, variant.Text);
            json.WriteString("html"u8, variant.Html);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("includes"u8);
        foreach (var (key, id) in document.Includes ?? new Dictionary<string, Guid>(StringComparer.Ordinal))
            json.WriteString(key, PublicId.Format(PublicId.TemplateVersion, id));
        json.WriteEndObject();
    }
}
