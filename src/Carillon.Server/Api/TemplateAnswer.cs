using System.Text.Json;
using Carillon.Messages;
using Carillon.Server.Http;
using Carillon.Templates;

namespace Carillon.Server.Api;

/// <summary>A template as callers see it: with its published version.</summary>
internal static class TemplateAnswer
{
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
        json.WriteTime("created_at"u8, template.CreatedAt);
        json.WriteTime("updated_at"u8, template.UpdatedAt);
        if (template.Published is { } version) WriteVersion(json, version);
        json.WriteEndObject();
    }

    private static void WriteVersion(Utf8JsonWriter json, TemplateVersion version)
    {
        json.WriteNumber("version"u8, version.Number);
        json.WriteId("version_id"u8, "tpv_"u8, version.Id);
        json.WriteTime("published_at"u8, version.PublishedAt);
        json.WriteString("syntax"u8, ContentSyntaxNames.All.NameOf(version.Document.Syntax));
        json.WriteStartArray("variables"u8);
        foreach (var variable in version.Document.Variables)
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
        foreach (var variant in version.Document.Variants)
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
    }
}
