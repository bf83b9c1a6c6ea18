using Carillon.Contacts;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Storage;
using Carillon.Templates;

namespace Carillon.Dispatch;

/// <summary>A checked request: the notification to be stored with what goes with it, or its faults.</summary>
internal sealed class BuiltNotification
{
    public Notification? Notification { get; init; }

    /// <summary>The contact to store because the request makes or changes it, or relies on a change of its batch; null when nothing changes.</summary>
    public Contact? ChangedContact { get; init; }

    /// <summary>Where a contact changes: nobody else changes it before this ends. Null in a batch, which has the turns of all its contacts.</summary>
    public ContactTurn? Turn { get; init; }

    public IReadOnlyList<Blob> Blobs { get; init; } = [];

    public required IReadOnlyList<FieldFault> Faults { get; init; }
}

/// <summary>Checks a request against the tenant's contacts and templates, and binds it: contact, version, addresses, plan.</summary>
internal sealed class NotificationBuilder(
    ContactDirectory contacts, TemplateCatalog templates, IAttachmentStore attachments, PlanStepper plans, SecretBox secrets, IdGenerator ids, TimeProvider time,
    string? defaultRegion = null)
{
    private readonly RecipientBinder _recipients = new(contacts, defaultRegion);
    private readonly ContentBinder _contents = new(templates);
    private readonly AttachmentBinder _attachments = new(attachments);

    /// <summary>The order in which a channel is chosen for a request that names none.</summary>
    private static readonly Channel[] Preference =
        [Channel.Email, Channel.Sms, Channel.WhatsApp, Channel.Push, Channel.InApp, Channel.Voice, Channel.WebPush, Channel.Chat, Channel.Webhook];

    /// <param name="fresh">Contacts as the batch leaves them so far, not stored yet; null for a single request.</param>
    public async ValueTask<BuiltNotification> BuildAsync(
        TenantId tenant, NotificationRequest request, Guid? batchId, IReadOnlyDictionary<string, Contact>? fresh, CancellationToken cancellationToken)
    {
        var faults = new List<FieldFault>();
        var recipient = await _recipients.BindAsync(tenant, request, fresh, faults, cancellationToken);
        BuiltNotification? built = null;
        try
        {
            var content = await _contents.BindAsync(tenant, request, faults, cancellationToken);
            var files = await _attachments.BindAsync(tenant, request.Attachments, faults, cancellationToken);
            built = Build(tenant, request, batchId, recipient, content, files, faults);
            return built;
        }
        finally
        {
            if (built?.Notification is null) recipient.Turn?.Dispose();
        }
    }

    private BuiltNotification Build(
        TenantId tenant, NotificationRequest request, Guid? batchId, BoundRecipient recipient, BoundContent? content,
        BoundAttachments files, List<FieldFault> faults)
    {
        var contact = recipient.Contact;
        var now = time.GetUtcNow();
        if (request.ExpiresAt is { } expires && expires <= now)
            faults.Add(new("expires_at", "in_the_past", "It has expired already; leave expires_at out, or give a time to come."));
        if (request.ExpiresAt is { } end && request.ScheduledAt is { } start && end <= start)
            faults.Add(new("expires_at", "before_scheduled_at", "It would expire before it is due; give a later expires_at."));

        var steps = contact is null || faults.Count > 0 && content is null ? null : StepsOf(request, contact, content!, faults);
        if (faults.Count > 0 || steps is null || content is null || contact is null) return new BuiltNotification { Faults = faults };

        var secretNames = VariableCheck.SecretNames(request.SecretVariables, content.Version?.Declared);
        var id = ids.Next();
        var (variables, sealedSecrets) = VariablesOf(id, request.TemplateVariables, secretNames);
        var notification = new Notification
        {
            Tenant = tenant,
            Id = id,
            CreatedAt = now,
            ContactId = contact.Id.Length == 0 ? null : contact.Id,
            TemplateVersionId = content.Version?.Version.Id,
            Variables = variables,
            Secrets = sealedSecrets,
            Details = DetailsOf(request, content, contact, sealedSecrets is null ? null : secretNames, files.References),
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
        return new BuiltNotification { Notification = notification, ChangedContact = recipient.Changed, Turn = recipient.Turn, Blobs = files.Blobs, Faults = faults };
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

        if (channels.Contains(Channel.Email)) CheckSender(request, faults);
        if (faults.Count > 0) return null;
        return request.Delivery == DeliveryMode.Fallback ? [.. targets.Select(t => new PlanStep([t], request.FallbackAfter, request.Until))] : [new PlanStep(targets)];
    }

    private static void CheckSender(NotificationRequest request, List<FieldFault> faults)
    {
        Check("from", request.From);
        Check("reply_to", request.ReplyTo);

        void Check(string field, string? text)
        {
            if (text is not null && !AddressBook.IsMailbox(text))
                faults.Add(new(field, "invalid_email", "It is not a mail address; it looks like name@example.net, or Name <name@example.net>."));
        }
    }

    /// <summary>An override counts by the parts that it gives: with a subject alone there is nothing to send.</summary>
    private static bool Serves(NotificationRequest request, BoundContent content, Channel channel)
    {
        if (request.Overrides is { } overrides && overrides.TryGetValue(channel, out var own) && HasBody(own, channel)) return true;
        if (content.Version is not null) return content.Version.Serves(channel);
        return content.Literal is { } literal && HasBody(literal, channel);
    }

    private static bool HasBody(MessageContent content, Channel channel) =>
        content.Text is not null || (channel == Channel.Email && content.Html is not null);

    private (byte[] Variables, byte[]? Sealed) VariablesOf(Guid id, ReadOnlyMemory<byte> given, List<string>? secretNames)
    {
        if (given.IsEmpty) return ([], null);
        if (secretNames is null) return (given.ToArray(), null);
        var (open, secret) = VariableCheck.Split(given, secretNames);
        return secret.Length <= 2 ? (open, null) : (open, secrets.Seal(secret, Renderer.SecretsPurpose(id)));
    }

    private static NotificationDetails? DetailsOf(
        NotificationRequest request, BoundContent content, Contact contact, List<string>? secretNames, List<AttachmentReference>? attachments)
    {
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
}
