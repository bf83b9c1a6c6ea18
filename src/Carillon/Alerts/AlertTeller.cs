using System.Security.Cryptography;
using System.Text;
using Carillon.Channels.Webhook;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Alerts;

/// <summary>
/// Tells operators, by notifications like any others. What was raised and not told is told after a restart, each recipient once: the key under
/// which a notification is accepted names the alert, what happened to it, and whom it goes to.
/// </summary>
internal sealed class AlertTeller(IAlertStore store, IMessageLog log, Intake intake, TimeSpan keyRetention, TimeProvider time, IDefectLog defects)
{
    public const string Category = "alerts";
    private const int AtOnce = 100;

    /// <summary>Later it is no news.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    public async Task TellAsync(AlertBoard board, CancellationToken cancellationToken)
    {
        foreach (var alert in await store.ListUntoldAsync(AtOnce, cancellationToken))
        {
            // Nobody hears that it is over who has not heard of it.
            if (alert.RaisedToldAt is null && !await TellAsync(board, alert, AlertPhase.Raised, cancellationToken)) continue;
            if (alert is { ResolvedAt: not null, ResolvedToldAt: null }) await TellAsync(board, alert, AlertPhase.Resolved, cancellationToken);
        }
    }

    /// <summary>What a recipient is sent.</summary>
    public static NotificationRequest RequestFor(Alert alert, AlertPhase phase, AlertRecipient recipient, DateTimeOffset now)
    {
        var request = new NotificationRequest
        {
            Category = Category,
            Priority = alert.Severity == AlertSeverity.Critical ? Priority.Critical : Priority.High,
            RelatedType = AlertNames.Events.NameOf(phase),
            RelatedId = alert.PublicId,
            ExpiresAt = now + Patience,
        };
        if (recipient.Email is { } email)
        {
            request.Recipient = new RecipientRequest { Email = email };
            request.Channels = [Channel.Email];
            request.Subject = AlertMail.Subject(alert, phase);
            request.Message = AlertMail.Body(alert, phase);
        }
        else
        {
            request.Recipient = new RecipientRequest { Addresses = [(Channel.Webhook, recipient.Webhook!)] };
            request.Channels = [Channel.Webhook];
            request.Message = AlertDocument.Event(alert, phase);
            request.Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { [WebhookGateway.DocumentHeader] = "application/json" };
        }

        return request;
    }

    /// <summary>
    /// By mail the end of a window is no news, for its alert says when that will be. Programs that opened something want to close it.
    /// </summary>
    private static bool Wants(AlertRecipient recipient, Alert alert, AlertPhase phase) =>
        recipient.Kinds?.Contains(alert.Kind) != false
        && (phase == AlertPhase.Raised || recipient.Webhook is not null || alert.Kind is not (AlertKind.Limit or AlertKind.Budget));

    /// <returns>Whether everybody knows.</returns>
    private async Task<bool> TellAsync(AlertBoard board, Alert alert, AlertPhase phase, CancellationToken cancellationToken)
    {
        var speaker = board.SpeakerFor(alert.Tenant);
        foreach (var recipient in board.SettingsOf(alert.Tenant).Recipients.Where(r => Wants(r, alert, phase)))
        {
            if (!await TellAsync(speaker, alert, phase, recipient, cancellationToken)) return false;
        }

        await store.MarkToldAsync(alert.Id, phase, time.GetUtcNow(), cancellationToken);
        return true;
    }

    /// <returns>Whether it needs not be tried again.</returns>
    private async Task<bool> TellAsync(TenantId speaker, Alert alert, AlertPhase phase, AlertRecipient recipient, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var request = RequestFor(alert, phase, recipient, now);
        var address = recipient.Email ?? recipient.Webhook!;
        // Keys are forgotten after a while; the log is not.
        var at = phase == AlertPhase.Raised ? alert.RaisedAt : alert.ResolvedAt!.Value;
        if (now - at > keyRetention / 2 && await WasToldAsync(speaker, request, address, cancellationToken)) return true;
        var key = $"{request.RelatedType}:{alert.PublicId}:{address}";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        var result = await intake.AcceptAsync(
            speaker, request, new IdempotencyKey($"{request.RelatedType}:{alert.PublicId}:{Convert.ToHexStringLower(hash.AsSpan(0, 12))}", hash),
            static _ => [], cancellationToken);
        switch (result)
        {
            case AcceptResult.KeyInFlight or AcceptResult.Unavailable:
                return false;
            case AcceptResult.Refused refused:
                // Settings are checked by the same rules: one that passes there is refused here only after a change of the program.
                defects.Report("An alert's recipient", new InvalidOperationException(string.Join(' ', refused.Faults.Select(f => f.Message))));
                return true;
            default:
                return true;
        }
    }

    private async Task<bool> WasToldAsync(TenantId speaker, NotificationRequest request, string address, CancellationToken cancellationToken)
    {
        var told = await log.ListNotificationsAsync(
            new NotificationQuery { Tenant = speaker, RelatedType = request.RelatedType, RelatedId = request.RelatedId, Limit = 2 * AlertSettings.MaxRecipients },
            cancellationToken);
        return told.Items.Any(n => n.Messages.Any(m => m.Address == address));
    }
}
