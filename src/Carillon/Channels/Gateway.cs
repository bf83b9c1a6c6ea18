using System.Text.Json;
using Carillon.Channels.Exchanges;
using Carillon.Channels.Http;
using Carillon.Mail;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Channels;

/// <summary>
/// A connection to one provider's gateway. It sends and says what became of it; the pipeline, never the gateway, retries, fails
/// over and logs. Thread-safe. Disposed when its provider changes, after its last send ended.
/// </summary>
public interface IGateway : IAsyncDisposable
{
    /// <summary>Expected failures are results; an exception is a defect, and counts as <see cref="SendResult.Unknown"/>.</summary>
    ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken);
}

/// <summary>One kind of gateway: how its settings look and how it is made. Listed in <see cref="GatewayCatalog"/>.</summary>
public sealed record GatewayKind
{
    /// <summary>As providers name it: <c>smtp</c>, <c>simulator</c> …</summary>
    public required string Name { get; init; }

    public required string Label { get; init; }

    public required IReadOnlyList<Channel> Channels { get; init; }

    /// <summary>JSON Schema of the settings, with labels, for forms and checks.</summary>
    public required string SettingsSchema { get; init; }

    /// <summary>JSON Schema of the credentials; null when there are none.</summary>
    public string? CredentialsSchema { get; init; }

    /// <summary>Every fault of the settings and credentials, by field; empty when they are good.</summary>
    public required Func<ProviderSettings, IReadOnlyList<SettingsFault>> Check { get; init; }

    public required Func<Provider, GatewayServices, IGateway> Create { get; init; }
}

public sealed record ProviderSettings(Channel Channel, JsonElement Settings, JsonElement? Credentials);

/// <param name="Field">A path below the provider, such as <c>settings.port</c>.</param>
public sealed record SettingsFault(string Field, string Code, string Message);

/// <summary>What a gateway may use of the engine. It never sees storage.</summary>
/// <remarks>One for all gateways of a process: they share through it what is costly.</remarks>
public sealed record GatewayServices(TimeProvider Time, Simulator.SimulatorOutbox Outbox)
{
    /// <summary>
    /// Where connections may lead that the settings of tenants' own providers, or messages, name. Default: public addresses only.
    /// The installation's providers are the operator's own: they may connect anywhere.
    /// </summary>
    public AddressGuard Guard { get; init; } = AddressGuard.PublicOnly;

    /// <summary>
    /// Where a provider's vendor is to call back (<c>https://example.net/callbacks/prv_…</c>); null while the installation has no
    /// <c>public_url</c>: then vendors are asked for no callbacks.
    /// </summary>
    public Func<Guid, Uri?> CallbackUrl { get; init; } = static _ => null;

    /// <summary>Brings a callback in as if a vendor had sent it to <see cref="CallbackUrl"/>; null where nobody takes any. Never throws.</summary>
    public Func<Guid, CallbackRequest, Task>? CallBack { get; init; }

    /// <summary>
    /// Asked for what signs a tenant's mail from a domain (in ASCII), before each mail; null for none. Default: no mail is signed.
    /// </summary>
    public Func<TenantId, string, DkimSigner?>? Signers { get; init; }

    /// <summary>Where webhooks are no longer posted to; null where nobody remembers.</summary>
    public Webhook.IWebhookEndpoints? Endpoints { get; init; }

    /// <summary>Hears what a gateway made with these services says and is told. Default: nobody does.</summary>
    internal ExchangeRecorder? Recorder { get; init; }

    internal Email.SmtpTransportPool SmtpTransports { get; } = new(Time);

    internal GatewayHttpPool HttpConnections { get; } = new(Time);

    internal Simulator.Vendors.Rehearsals Rehearsals { get; } = new();

    internal Email.AlternativeText AlternativeText { get; } = new(Email.HtmlToText.Convert);

    /// <summary>What holds for addresses that a provider's settings name.</summary>
    internal AddressGuard GuardOf(Provider provider) => provider.Tenant == TenantId.Installation ? AddressGuard.Anywhere : Guard;

    /// <summary>For requests to where a provider's settings lead.</summary>
    internal GatewayHttp HttpOf(Provider provider) => Recorded(HttpConnections.Of(GuardOf(provider)));

    /// <summary>For requests to where a message's address leads, whoever's the provider.</summary>
    internal GatewayHttp GuardedHttp() => Recorded(HttpConnections.Of(Guard));

    /// <summary>A transport to that server; one that is heard has a connection of its own, so that all of the dialogue is.</summary>
    internal Email.SmtpTransportPool.Lease SmtpOf(SmtpOptions options) =>
        SmtpTransports.Rent(Recorder is null ? options : options with { Observer = Recorder.Hear });

    private GatewayHttp Recorded(GatewayHttp http) => Recorder is null ? http : http.RecordedBy(Recorder);
}

/// <summary>A rendered message on its way to a gateway. The content's memory is valid until the send ends.</summary>
public sealed class GatewayMessage
{
    public required OutboundMessage Message { get; init; }

    public required Provider Provider { get; init; }

    /// <summary>Which attempt this is, from 1; with the message's id the key for vendors that recognise repeats.</summary>
    public required int Attempt { get; init; }

    public required RenderedContent Content { get; init; }

    public IReadOnlyList<GatewayAttachment> Attachments { get; init; } = [];

    public string? From { get; init; }

    public string? ReplyTo { get; init; }

    public string? RecipientName { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }
}

public sealed record GatewayAttachment(string FileName, string ContentType, ReadOnlyMemory<byte> Bytes);

/// <summary>Rendered content in UTF-8; empty where the variant has no such part.</summary>
public readonly record struct RenderedContent(ReadOnlyMemory<byte> Subject, ReadOnlyMemory<byte> Text, ReadOnlyMemory<byte> Html);
