using System.Text;
using System.Text.Json;
using Carillon.Channels.Sms;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Templates;

namespace Carillon.Dispatch;

/// <summary>Shows what a request would come to, up to the send: nothing is stored, nobody is asked, no contact is made or changed.</summary>
public sealed class Previewer
{
    private readonly NotificationBuilder _builder;
    private readonly LaneScheduler _lanes;
    private readonly TemplateCatalog _templates;
    private readonly Renderer _renderer;
    private readonly ProviderCatalog _providers;
    private readonly TimeProvider _time;

    internal Previewer(
        NotificationBuilder builder, LaneScheduler lanes, TemplateCatalog templates, Renderer renderer, ProviderCatalog providers, TimeProvider time)
    {
        _builder = builder;
        _lanes = lanes;
        _templates = templates;
        _renderer = renderer;
        _providers = providers;
        _time = time;
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
            Providers = Candidates(message),
        };
        var buffer = new PooledBufferWriter(8192);
        try
        {
            var rendering = await _renderer.RenderAsync(message, buffer, cancellationToken);
            return rendering.Reason is not null
                ? preview with { Reason = rendering.Reason, Fault = rendering.Fault }
                : preview with
                {
                    Variant = rendering.Variant,
                    Subject = Part(rendering.Content.Subject),
                    Text = Part(rendering.Content.Text),
                    Html = Part(rendering.Content.Html),
                    Sms = message.Channel == Channel.Sms ? SmsText.Measure(rendering.Content.Text.Span) : null,
                };
        }
        finally
        {
            buffer.Reset(0);
        }
    }

    private List<ProviderPreview> Candidates(OutboundMessage message)
    {
        var now = _time.GetUtcNow();
        var route = _providers.Route(message.Notification.Tenant, message.Channel);
        var found = new List<ProviderPreview>();
        var isServed = false;
        foreach (var candidate in route)
        {
            var entry = candidate.Standing(now, candidate.PriceOf(message));
            var why = entry.Standing switch
            {
                ProviderStanding.Full => ProviderChoice.Full,
                ProviderStanding.Limited => ProviderChoice.Limited,
                ProviderStanding.Resting => ProviderChoice.Resting,
                _ => isServed ? ProviderChoice.Next : ProviderChoice.Serves,
            };
            isServed |= why == ProviderChoice.Serves;
            found.Add(Of(candidate, why, why is ProviderChoice.Resting or ProviderChoice.Limited ? entry.RetryAt : null));
        }

        foreach (var other in _providers.List(message.Notification.Tenant))
        {
            if (other.Provider.Channel == message.Channel && !route.Contains(other))
                found.Add(Of(other, other.Provider.Enabled ? ProviderChoice.NotOwn : ProviderChoice.Disabled));
        }

        return found;

        static ProviderPreview Of(ProviderRuntime runtime, ProviderChoice why, DateTimeOffset? until = null) =>
            new(runtime.Provider.Id, runtime.Provider.Name, runtime.Provider.Kind, why, until);
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
