using Carillon.Mail;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Channels.Email;

/// <summary>Sends mail to one server by SMTP. Its connections are shared with other providers of the same server and login.</summary>
internal sealed class SmtpGateway : IGateway
{
    public static readonly GatewayKind Kind = new()
    {
        Name = "smtp",
        Label = "SMTP",
        Channels = [Channel.Email],
        SettingsSchema = SmtpSettings.Schema,
        CredentialsSchema = SmtpSettings.CredentialsSchema,
        Check = Check,
        Create = (provider, services) => new SmtpGateway(provider, services),
    };

    private static readonly MimeOptions Utf8Headers = new() { AllowUtf8Headers = true };

    private readonly MailComposer _composer;
    private readonly GatewayServices _services;
    private readonly SmtpTransportPool.Lease _lease;

    private SmtpGateway(Provider provider, GatewayServices services)
    {
        var faults = new List<SettingsFault>();
        var settings = SmtpSettings.Read(
            new ProviderSettings(provider.Channel, provider.Settings, provider.Credentials), faults, services.GuardOf(provider).Allows);
        if (faults.Count > 0) throw new ArgumentException("The settings were not checked.", nameof(provider));
        _services = services;
        _composer = new MailComposer(settings.From!, services.Time, services.AlternativeText);
        _lease = services.SmtpOf(settings.Options!);
    }

    public async ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken)
    {
        using var content = new MailBuffer();
        SmtpEnvelope envelope;
        try
        {
            var mail = _composer.Compose(message, out var domain);
            var needsUtf8 = mail.NeedsUtf8;
            var signer = _services.Signers?.Invoke(message.Message.Notification.Tenant, domain);
            MimeWriter.Write(mail, content, OptionsOf(needsUtf8, signer));
            envelope = new SmtpEnvelope(mail.From!.Address, message.Message.Address) { RequiresUtf8 = needsUtf8 };
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return SendResult.Rejected(exception.Message);
        }

        try
        {
            return Describe(await _lease.Transport.SendAsync(envelope, content.Written, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The transport lets nobody withdraw a message that a connection has taken.
            return SendResult.Unavailable("Withdrawn before a connection took it.");
        }
    }

    public ValueTask DisposeAsync() => _lease.DisposeAsync();

    private MimeOptions? OptionsOf(bool needsUtf8, DkimSigner? signer)
    {
        if (signer is null) return needsUtf8 ? Utf8Headers : null;
        return new MimeOptions { AllowUtf8Headers = needsUtf8, DkimSigner = signer, Time = _services.Time };
    }

    private static IReadOnlyList<SettingsFault> Check(ProviderSettings settings)
    {
        var faults = new List<SettingsFault>();
        SmtpSettings.Read(settings, faults);
        return faults;
    }

    private static SendResult Describe(SmtpDelivery delivery) => delivery.Outcome switch
    {
        SmtpOutcome.Accepted => SendResult.Accepted(delivery.Reason),
        SmtpOutcome.Rejected => SendResult.Rejected(delivery.Reason),
        SmtpOutcome.Deferred => SendResult.RetryAfter(delivery.Reason),
        SmtpOutcome.Unavailable => SendResult.Unavailable(delivery.Reason),
        _ => SendResult.Unknown(delivery.Reason),
    };
}
