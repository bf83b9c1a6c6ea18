using System.Text.Json;
using System.Text.Json.Nodes;
using Carillon.Channels.Email;
using Carillon.Channels.Simulator.Smtp;
using Carillon.Channels.Sms;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>
/// A simulator that names a vendor: the vendor's own gateway, with an account that is made up, speaking over sockets to a simulation of the
/// vendor of its own.
/// </summary>
internal static class Rehearsal
{
    private const string Number = "+15557122661";
    private const string Mailbox = "simulator@example.com";

    /// <summary>What a simulator may say without a vendor, and with one says otherwise or not at all.</summary>
    private static readonly string[] OfTheSimulatorAlone = ["per_second", "seed", "delivered_rate", "read_rate", "cost"];

    private static readonly Stage[] Stages =
    [
        new("twilio", Channel.Sms, () => TwilioGateway.Kind, () => new TwilioDialect(), Number, (from, secret) => (
            new JsonObject { ["account_sid"] = "AC" + new string('a', 32), ["from"] = from }, new JsonObject { ["auth_token"] = secret })),
        new("vonage", Channel.Sms, () => VonageGateway.Kind, () => new VonageDialect(), "Carillon", (from, secret) => (
            new JsonObject { ["api_key"] = "abcd1234", ["from"] = from }, new JsonObject { ["api_secret"] = "simulated", ["signature_secret"] = secret })),
        new("africastalking", Channel.Sms, () => AfricasTalkingGateway.Kind, () => new AfricasTalkingDialect(), "Carillon", (from, secret) => (
            new JsonObject { ["username"] = "simulated", ["from"] = from }, new JsonObject { ["api_key"] = "simulated", ["callback_token"] = secret })),
        new("messagebird", Channel.Sms, () => MessageBirdGateway.Kind, () => new MessageBirdDialect(), "Carillon", (from, secret) => (
            new JsonObject { ["from"] = from }, new JsonObject { ["access_key"] = "simulated", ["signing_key"] = secret })),
        new("sendgrid", Channel.Email, () => SendGridGateway.Kind, () => new SendGridDialect(), Mailbox, (from, secret) => (
            new JsonObject { ["from_email"] = from },
            new JsonObject { ["api_key"] = "SG.simulated", ["webhook_public_key"] = SendGridDialect.PublicKeyOf(secret), ["inbound_public_key"] = SendGridDialect.PublicKeyOf(secret) })),
        new("mailgun", Channel.Email, () => MailgunGateway.Kind, () => new MailgunDialect(), Mailbox, (from, secret) => (
            new JsonObject { ["domain"] = "simulator.example.com", ["from_email"] = from }, new JsonObject { ["api_key"] = "simulated", ["webhook_signing_key"] = secret })),
        new("ses", Channel.Email, () => SesGateway.Kind, () => new SesDialect(), Mailbox, (from, secret) => (
            new JsonObject { ["region"] = "us-east-1", ["from_email"] = from, ["sns_topic_arn"] = SesDialect.TopicOf(secret) },
            new JsonObject { ["access_key_id"] = "AKIASIMULATED", ["secret_access_key"] = secret })),
        // Its simulation is a mail server; it has no dialect and calls nobody back.
        new("smtp", Channel.Email, () => SmtpGateway.Kind, null, Mailbox, (from, secret) => (
            new JsonObject { ["host"] = "127.0.0.1", ["security"] = "starttls", ["allow_invalid_certificate"] = true, ["from_email"] = from },
            new JsonObject { ["username"] = "simulated", ["password"] = secret })),
    ];

    /// <summary>Adds what is wrong with settings that name a vendor, or that only one gives a meaning.</summary>
    public static void Check(Channel channel, SimulatorSettings settings, SettingsReader reader)
    {
        if (settings.Vendor is not { } vendor)
        {
            if (settings.From is not null) reader.Fault("from", "conflict", "It needs a vendor.");
            return;
        }

        if (Find(vendor, channel) is null)
        {
            var there = Stages.Where(s => s.Channel == channel).Select(s => s.Name).ToList();
            reader.Fault("vendor", Array.Exists(Stages, s => s.Name == vendor) ? "conflict" : "invalid", there.Count == 0
                ? $"No vendor of {channel.Name()} is simulated; leave it out."
                : $"Of {channel.Name()} it must be one of {string.Join(", ", there)}.");
            return;
        }

        foreach (var name in OfTheSimulatorAlone.Where(name => reader.Raw(name) is not null))
            reader.Fault(name, "conflict", "It does not go with a vendor.");
    }

    public static IGateway Create(string name, Provider provider, SimulatorSettings settings, GatewayServices services)
    {
        var stage = Find(name, provider.Channel) ?? throw new ArgumentException("The settings were not checked.", nameof(name));
        // What the vendor signs its callbacks with, and what the gateway knows it by.
        var secret = services.Rehearsals.SecretOf(provider.Id);
        var callbacks = services.CallbackUrl(provider.Id) ?? new Uri($"http://carillon.invalid/callbacks/{PublicId.Format(PublicId.Provider, provider.Id)}");
        var behaviour = new VendorSettings(
            settings.ShortestLatency, settings.FailureRate, settings.RejectRate, settings.ThrottleRate, settings.LostAnswerRate, settings.BouncedRate,
            settings.RetryAfter, settings.ReceiptDelay, settings.Outage, secret, callbacks.OriginalString)
        { LatencySpread = settings.LongestLatency - settings.ShortestLatency };

        var (account, credentials) = stage.Account(settings.From ?? stage.From, secret);
        // It connects to this process alone, whatever the provider's tenant may reach.
        var inner = services with { Guard = Http.AddressGuard.Anywhere, CallbackUrl = _ => callbacks };
        if (stage.Dialect is not { } dialect)
        {
            var server = new SimulatedMailServer(behaviour, services.Time);
            account["port"] = server.Port;
            return new RehearsedGateway(stage.Kind().Create(With(provider, stage, account, credentials), inner), services, services.Rehearsals.Add(provider.Id, server));
        }

        var vendor = new SimulatedVendor(
            dialect(), behaviour, services.Time, (callback, _) => CallAsync(provider.Id, callback, services), url => url is null ? null : new Uri(url));
        var stay = services.Rehearsals.Host(provider.Id, vendor, out var address);
        account["base_url"] = address.AbsoluteUri;
        if (account.ContainsKey("sns_topic_arn")) account["sns_url"] = address.AbsoluteUri;
        return new RehearsedGateway(stage.Kind().Create(With(provider, stage, account, credentials), inner), services, stay);
    }

    private static Stage? Find(string vendor, Channel channel) => Array.Find(Stages, s => s.Name == vendor && s.Channel == channel);

    private static Provider With(Provider provider, Stage stage, JsonObject settings, JsonObject credentials) =>
        provider with { Kind = stage.Name, Settings = ToElement(settings), Credentials = ToElement(credentials) };

    private static JsonElement ToElement(JsonObject json) => JsonElement.Parse(json.ToJsonString());

    /// <summary>By the way of every callback, but for the wire: verified by the gateway, stored, then read.</summary>
    private static async Task<string> CallAsync(Guid provider, VendorCallback callback, GatewayServices services)
    {
        if (services.CallBack is not { } callBack) return "nobody takes callbacks";
        var headers = callback.Headers.ToDictionary(h => h.Name, h => h.Value, StringComparer.OrdinalIgnoreCase);
        if (callback.ContentType is { } type) headers["Content-Type"] = type;
        await callBack(provider, new CallbackRequest
        {
            Method = callback.Method.Method,
            Url = callback.Url,
            Headers = headers,
            Body = System.Text.Encoding.UTF8.GetBytes(callback.Body),
            ReceivedAt = services.Time.GetUtcNow(),
        });
        return "called back";
    }

    /// <param name="From">Of messages that name no sender.</param>
    /// <param name="Account">Settings and credentials of the vendor's gateway, by sender and secret; without where the vendor is.</param>
    private sealed record Stage(
        string Name, Channel Channel, Func<GatewayKind> Kind, Func<IVendorDialect>? Dialect, string From,
        Func<string, string, (JsonObject Settings, JsonObject Credentials)> Account);
}
