using System.Text;
using System.Text.Json;
using Carillon.Channels.Sms;
using Carillon.Messages;
using Carillon.Templates;

namespace Carillon.Dispatch;

/// <summary>Shows what a request would come to, up to the send: nothing is stored, nobody is asked, no contact is made or changed.</summary>
public sealed class Previewer
{
    private readonly NotificationBuilder _builder;
    private readonly LaneScheduler _lanes;
    private readonly TemplateCatalog _templates;
    private readonly Renderer _renderer;
    private readonly RouteView _routes;

    internal Previewer(
        NotificationBuilder builder, LaneScheduler lanes, TemplateCatalog templates, Renderer renderer, RouteView routes)
    {
        _builder = builder;
        _lanes = lanes;
        _templates = templates;
        _renderer = renderer;
        _routes = routes;
    }

    public async ValueTask<PreviewResult> PreviewAsync(TenantId tenant, NotificationRequest request, CancellationToken cancellationToken)
    {
        var built = await _builder.BuildAsync(tenant, request, null, null, cancellationToken);
        built.Turn?.Dispose();
        if (built.Notification is not { } notification) return new PreviewResult.Refused(built.Faults);
        foreach (var message in notification.Messages)
        {
            if (message.IsOwned) _lanes.Unreserve(message);
        }

        var messages = new List<MessagePreview>();
        foreach (var message in notification.Messages) messages.Add(await PreviewAsync(message, message.DueAt, cancellationToken));
        for (var step = 1; step < notification.Plan?.Steps.Count; step++)
        {
            foreach (var target in notification.Plan.Steps[step].Targets)
            {
                var message = new OutboundMessage
                {
                    Notification = notification,
                    Id = Guid.Empty,
                    Channel = target.Channel,
                    Address = target.Address,
                    Step = step,
                    CreatedAt = notification.CreatedAt,
                };
                messages.Add(await PreviewAsync(message, null, cancellationToken));
            }
        }

        return new PreviewResult.Previewed(notification, messages, await WarningsAsync(notification, request, cancellationToken));
    }

    private async ValueTask<MessagePreview> PreviewAsync(OutboundMessage message, DateTimeOffset? dueAt, CancellationToken cancellationToken)
    {
        var preview = new MessagePreview
        {
            Step = message.Step,
            Channel = message.Channel,
            Address = message.Address,
            DueAt = dueAt,
        };
        var buffer = new PooledBufferWriter(8192);
        try
        {
            var rendering = await _renderer.RenderAsync(message, buffer, cancellationToken);
            if (rendering.Reason is not null) return preview with { Reason = rendering.Reason, Fault = rendering.Fault, Providers = _routes.Of(message) };
            SmsSize? size = message.Channel == Channel.Sms ? SmsText.Measure(rendering.Content.Text.Span) : null;
            return preview with
            {
                Variant = rendering.Variant,
                Subject = Part(rendering.Content.Subject),
                Text = Part(rendering.Content.Text),
                Html = Part(rendering.Content.Html),
                Sms = size,
                Providers = _routes.Of(message, size?.Segments ?? 1),
            };
        }
        finally
        {
            buffer.Reset(0);
        }
    }

    /// <summary>Variables that the template does not declare: misspelt ones, as a rule.</summary>
    private async ValueTask<List<FieldFault>> WarningsAsync(Notification notification, NotificationRequest request, CancellationToken cancellationToken)
    {
        var warnings = new List<FieldFault>();
        if (notification.TemplateVersionId is not { } id || request.TemplateVariables.IsEmpty) return warnings;
        if (await _templates.VersionAsync(notification.Tenant, id, cancellationToken) is not { } version) return warnings;
        using var variables = JsonDocument.Parse(request.TemplateVariables);
        foreach (var variable in variables.RootElement.EnumerateObject())
        {
            if (!Array.Exists(version.Declared, d => d.Variable.Name == variable.Name))
                warnings.Add(new($"template_variables.{variable.Name}", "unknown_variable", "The template does not declare this variable: it is not used."));
        }

        return warnings;
    }

    private static string? Part(ReadOnlyMemory<byte> part) => part.IsEmpty ? null : Encoding.UTF8.GetString(part.Span);
}
