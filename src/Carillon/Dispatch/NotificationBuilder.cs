using System.Security.Cryptography;
using Carillon.Contacts;
using Carillon.Jinja;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Storage;
using Carillon.Templates;

namespace Carillon.Dispatch;

/// <summary>A checked request: the notification to be stored with what goes with it, or its faults.</summary>
internal sealed class BuiltNotification
{
    public Notification? Notification { get; init; }

    /// <summary>The contact to store because the request makes or changes it; null when nothing changes.</summary>
    public Contact? ChangedContact { get; init; }

    public IReadOnlyList<Blob> Blobs { get; init; } = [];

    public required IReadOnlyList<FieldFault> Faults { get; init; }
}

/// <summary>Checks a request against the tenant's contacts and templates, and binds it: contact, version, addresses, plan.</summary>
internal sealed class NotificationBuilder(
    ContactDirectory contacts, TemplateCatalog templates, PlanStepper plans, SecretBox secrets, IdGenerator ids, TimeProvider time)
{
    /// <summary>The order in which a channel is chosen for a request that names none.</summary>
    private static readonly Channel[] Preference =
        [Channel.Email, Channel.Sms, Channel.WhatsApp, Channel.Push, Channel.InApp, Channel.Voice, Channel.WebPush, Channel.Chat, Channel.Webhook];

    /// <param name="fresh">Contacts of the same batch that are not stored yet; null for a single request.</param>
    public async ValueTask<BuiltNotification> BuildAsync(
        TenantId tenant, NotificationRequest request, Guid? batchId, Dictionary<string, Contact>? fresh, CancellationToken cancellationToken)
    {
        var faults = new List<FieldFault>();
        var (contact, changed) = await ContactOfAsync(tenant, request, fresh, faults, cancellationToken);
        var content = await ContentOfAsync(tenant, request, faults, cancellationToken);
        var now = time.GetUtcNow();
        if (request.ExpiresAt is { } expires && expires <= now)
            faults.Add(new("expires_at", "past", "It has expired already; leave expires_at out, or give a time to come."));
        if (request.ExpiresAt is { } end && request.ScheduledAt is { } start && end <= start)
            faults.Add(new("expires_at", "before_scheduled_at", "It would expire before it is due; give a later expires_at."));

        var steps = contact is null || faults.Count > 0 && content is null ? null : StepsOf(request, contact, content!, faults);
        if (faults.Count > 0 || steps is null || content is null || contact is null) return new BuiltNotification { Faults = faults };

        var secretNames = VariableCheck.SecretNames(request.SecretVariables, content.Version?.Declared);
        var id = ids.Next();
        var (variables, sealedSecrets) = VariablesOf(id, request.TemplateVariables, secretNames);
        var blobs = new List<Blob>();
        var notification = new Notification
        {
            Tenant = tenant,
            Id = id,
            CreatedAt = now,
            ContactId = contact.Id.Length == 0 ? null : contact.Id,
            TemplateVersionId = content.Version?.Version.Id,
            Variables = variables,
            Secrets = sealedSecrets,
            Details = DetailsOf(request, content, contact, sealedSecrets is null ? null : secretNames, blobs),
            Category = request.Category ?? content.Category,
            Priority = request.Priority,
            OnUnknown = request.OnUnknown ?? OnUnknown.Resend,
            ScheduledAt = request.ScheduledAt,
            ExpiresAt = request.ExpiresAt,
            Plan = steps.Count > 1 ? new Plan(steps) : null,
            Locale = contact.Locale,
            RelatedType = request.RelatedType,
            RelatedId = request.RelatedId,
            BatchId = batchId,
        };
        var targets = steps[0].Targets;
        var messages = new OutboundMessage[targets.Count];
        for (var i = 0; i < messages.Length; i++) messages[i] = plans.Make(notification, targets[i], 0, now);
        notification.Messages = messages;
        return new BuiltNotification { Notification = notification, ChangedContact = changed, Blobs = blobs, Faults = faults };
    }

    private async ValueTask<(Contact? Contact, Contact? Changed)> ContactOfAsync(
        TenantId tenant, NotificationRequest request, Dictionary<string, Contact>? fresh, List<FieldFault> faults, CancellationToken cancellationToken)
    {
        var id = request.Recipient?.Id ?? request.RecipientId;
        if (id is null && request.Recipient is null)
        {
            faults.Add(new("recipient", "required", "Say whom to reach: recipient_id of a known contact, or recipient with an address."));
            return default;
        }

        Contact? known = null;
        if (id is not null && fresh?.TryGetValue(id, out known) != true)
            known = await contacts.FindAsync(tenant, id, cancellationToken);
        if (request.Recipient is not { } recipient)
        {
            if (known is null)
                faults.Add(new("recipient_id", "not_found", $"There is no contact '{id}'; give its addresses in recipient, and it is made."));
            return (known, null);
        }

        recipient.Id ??= id;
        var before = faults.Count;
        var contact = ContactMerge.Apply(known, tenant, recipient, faults);
        if (faults.Count > before) return default;
        if (id is null || ReferenceEquals(contact, known)) return (contact, null);
        if (fresh is not null) fresh[id] = contact;
        return (contact, contact);
    }

    private async ValueTask<BoundContent?> ContentOfAsync(
        TenantId tenant, NotificationRequest request, List<FieldFault> faults, CancellationToken cancellationToken)
    {
        if (request.TemplateId is { } key)
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

        if (request.Message is null && request.Html is null && request.Overrides is null)
        {
            faults.Add(new("message", "required", "Say what to send: template_id, or message (and html)."));
            return null;
        }

        var literal = request.Message is null && request.Html is null
            ? null
            : new MessageContent { Subject = request.Subject, Text = request.Message, Html = request.Html, Syntax = request.Syntax };
        try
        {
            if (literal is { Syntax: ContentSyntax.Jinja }) templates.CompileContent(literal, Channel.Email);
        }
        catch (JinjaException e)
        {
            faults.Add(new("message", "template_syntax", e.Message));
        }

        return new BoundContent(null, literal, null);
    }

    private static List<PlanStep>? StepsOf(NotificationRequest request, Contact contact, BoundContent content, List<FieldFault> faults)
    {
        var channels = request.Channels;
        if (channels is not { Count: > 0 })
        {
            var chosen = Array.FindIndex(Preference, c => Serves(request, content, c) && contact.AddressFor(c) is not null);
            if (chosen < 0)
            {
                faults.Add(new("channel", "no_channel", "The recipient has no address on a channel for which there is content; add an address, or name a channel."));
                return null;
            }

            channels = [Preference[chosen]];
        }

        var targets = new List<PlanTarget>(channels.Count);
        foreach (var channel in channels)
        {
            if (!Serves(request, content, channel))
            {
                faults.Add(new("channel", "no_content", $"There is no content for {channel.Name()}: the template has no such variant, or no text was given."));
                continue;
            }

            if (contact.AddressFor(channel) is { } address)
            {
                targets.Add(new PlanTarget(channel, address));
                continue;
            }

            var field = channel == Channel.Email ? "recipient.email" : channel is Channel.Sms or Channel.Voice or Channel.WhatsApp ? "recipient.phone" : "recipient.addresses";
            faults.Add(new(field, "required", $"The recipient has no address for {channel.Name()}."));
        }

        if (faults.Count > 0) return null;
        return request.Delivery == DeliveryMode.Fallback
            ? [.. targets.Select(t => new PlanStep([t], request.FallbackAfter, request.Until))]
            : [new PlanStep(targets, request.FallbackAfter, request.Until)];
    }

    private static bool Serves(NotificationRequest request, BoundContent content, Channel channel)
    {
        if (request.Overrides?.ContainsKey(channel) == true) return true;
        if (content.Version is not null) return content.Version.Serves(channel);
        return content.Literal is { } literal && (literal.Text is not null || channel == Channel.Email);
    }

    private (byte[] Variables, byte[]? Sealed) VariablesOf(Guid id, ReadOnlyMemory<byte> given, List<string>? secretNames)
    {
        if (given.IsEmpty) return ([], null);
        if (secretNames is null) return (given.ToArray(), null);
        var (open, secret) = VariableCheck.Split(given, secretNames);
        return secret.Length <= 2 ? (open, null) : (open, secrets.Seal(secret, Renderer.SecretsPurpose(id)));
    }

    private static NotificationDetails? DetailsOf(
        NotificationRequest request, BoundContent content, Contact contact, List<string>? secretNames, List<Blob> blobs)
    {
        List<AttachmentReference>? attachments = null;
        foreach (var attachment in request.Attachments ?? [])
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(attachment.Content.Span));
            blobs.Add(new Blob(hash, attachment.Content.ToArray()));
            (attachments ??= []).Add(new AttachmentReference(attachment.FileName, attachment.ContentType, hash, attachment.Content.Length));
        }

        if (content.Literal is null && request.Overrides is null && request.From is null && request.ReplyTo is null && contact.Name is null
            && request.Headers is null && attachments is null && request.Metadata is null && request.Tags is null && secretNames is null)
        {
            return null;
        }

        return new NotificationDetails
        {
            Content = content.Literal,
            Overrides = request.Overrides,
            From = request.From,
            ReplyTo = request.ReplyTo,
            RecipientName = contact.Name,
            Headers = request.Headers,
            Attachments = attachments,
            Metadata = request.Metadata?.Clone(),
            Tags = request.Tags is null ? null : [.. request.Tags],
            SecretVariables = secretNames,
        };
    }

    /// <summary>Either a template's version or literal content; with overrides alone, neither.</summary>
    private sealed record BoundContent(CompiledVersion? Version, MessageContent? Literal, string? Category);
}
