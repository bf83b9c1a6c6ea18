using System.Diagnostics.CodeAnalysis;
using Carillon.Channels.Simulator;

namespace Carillon.Channels;

/// <summary>Every kind of gateway there is: the explicit list.</summary>
public sealed class GatewayCatalog
{
    private readonly Dictionary<string, GatewayKind> _kinds;

    public GatewayCatalog(IEnumerable<GatewayKind>? additional = null)
    {
        GatewayKind[] own =
        [
            Email.SmtpGateway.Kind,
            Email.SendGridGateway.Kind,
            Email.MailgunGateway.Kind,
            Email.SesGateway.Kind,
            Email.RestMailGateway.Kind,
            SimulatorGateway.Kind,
            Sms.TwilioGateway.Kind,
            Sms.VonageGateway.Kind,
            Sms.AfricasTalkingGateway.Kind,
            Sms.MessageBirdGateway.Kind,
            Sms.HttpSmsGateway.Kind,
            Webhook.WebhookGateway.Kind,
        ];
        _kinds = own.Concat(additional ?? []).ToDictionary(k => k.Name, StringComparer.Ordinal);
    }

    public IReadOnlyCollection<GatewayKind> Kinds => _kinds.Values;

    public bool TryGet(string name, [NotNullWhen(true)] out GatewayKind? kind) => _kinds.TryGetValue(name, out kind);
}
