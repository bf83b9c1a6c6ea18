using Carillon.Jinja;
using Carillon.Messages;
using Carillon.Templates;

namespace Carillon.Dispatch;

/// <summary>Either a template's version or literal content; with overrides alone, neither.</summary>
internal sealed record BoundContent(CompiledVersion? Version, MessageContent? Literal, string? Category);

/// <summary>Finds the content of a request, and checks that it can be rendered.</summary>
internal sealed class ContentBinder(TemplateCatalog templates)
{
    /// <summary>Null, with a fault, where there is no content.</summary>
    public async ValueTask<BoundContent?> BindAsync(
        TenantId tenant, NotificationRequest request, List<FieldFault> faults, CancellationToken cancellationToken)
    {
        foreach (var (channel, content) in request.Overrides ?? []) Compile(content, channel, $"overrides.{channel.Name()}.", faults);
        if (request.TemplateId is { } key) return await TemplateAsync(tenant, key, request, faults, cancellationToken);
        if (request.Message is null && request.Html is null && request.Overrides is null)
        {
            faults.Add(new("message", "required", "Say what to send: template_id, or message (and html)."));
            return null;
        }

        // A subject is content of its own where overrides give the rest.
        if (request.Message is null && request.Html is null && request.Subject is null) return new BoundContent(null, null, null);
        var literal = new MessageContent { Subject = request.Subject, Text = request.Message, Html = request.Html, Syntax = request.Syntax };
        Compile(literal, Channel.Email, "", faults);
        return new BoundContent(null, literal, null);
    }

    private async ValueTask<BoundContent?> TemplateAsync(
        TenantId tenant, string key, NotificationRequest request, List<FieldFault> faults, CancellationToken cancellationToken)
    {
        var template = await templates.FindAsync(tenant, key, cancellationToken);
        if (template is null)
        {
            faults.Add(new("template_id", "not_found", $"There is no template '{key}'. GET /v1/templates lists those that there are."));
            return null;
        }

        if (!template.Template.IsActive || template.Current is null)
        {
            faults.Add(new("template_id", "inactive", $"The template '{key}' is not active, or has no published version."));
            return null;
        }

        VariableCheck.Check(request.TemplateVariables, template.Current.Declared, faults);
        return new BoundContent(template.Current, null, template.Template.Category);
    }

    private void Compile(MessageContent content, Channel channel, string prefix, List<FieldFault> faults)
    {
        if (content.Syntax != ContentSyntax.Jinja) return;
        try
        {
            templates.CompileContent(content, channel);
        }
        catch (JinjaException e)
        {
            faults.Add(new(prefix + PartOf(e), "template_syntax", e.Message));
        }
    }

    /// <summary>The field of the part that is at fault: compiled content is named after its part.</summary>
    private static string PartOf(JinjaException e) => e.TemplateName switch
    {
        { } name when name.EndsWith("/subject", StringComparison.Ordinal) => "subject",
        { } name when name.EndsWith("/html", StringComparison.Ordinal) => "html",
        _ => "message",
    };
}
