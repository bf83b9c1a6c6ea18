using System.Text.Json;
using Carillon.Channels;
using Carillon.Messages;

namespace Carillon.Providers;

/// <summary>What to look at when a test fails in a usual way. Every rule that fits is told, the nearest first.</summary>
internal static class ProviderAdvice
{
    private static readonly Rule[] Rules =
    [
        // https://support.google.com/a/answer/3726730 lists Gmail's answers, https://support.google.com/accounts/answer/185833 the way to an app password.
        new(["smtp.gmail.com", "gmail"], ["5.7.8", "5.7.9", "5.7.14", "534", "application-specific password", "badcredentials", "webloginrequired"],
            "Gmail takes an app password in place of the account's own: turn on 2-step verification, make an app password at " +
            "https://myaccount.google.com/apppasswords, and give its 16 letters without spaces as the password."),
        // https://support.google.com/a/answer/166852
        new(["smtp.gmail.com", "gmail"], ["5.4.5", "daily user sending", "daily sending quota"],
            "Gmail's limit of a day is reached (500 messages, 2,000 with Workspace): wait a day, or add another provider beside it. A daily limit on the " +
            "provider keeps it from being reached."),
        // https://help.yahoo.com/kb/SLN15241.html
        new(["smtp.mail.yahoo.com", "yahoo"], ["535", "auth"],
            "Yahoo takes an app password in place of the account's own: make one in the account's security settings and give it as the password."),
        // https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission
        new(["outlook", "office365"], ["5.7.139", "5.7.57", "5.7.3", "smtpclientauthentication"],
            "Microsoft has turned SMTP AUTH off for this mailbox or its organisation: an administrator allows 'Authenticated SMTP' for the mailbox; " +
            "security defaults forbid it as a whole."),
        // https://www.twilio.com/docs/sendgrid/ui/sending-email/sender-verification
        new(["sendgrid"], ["verified sender identity", "from.email"],
            "SendGrid sends from verified senders alone: verify from_email as a single sender, or authenticate its domain, at https://app.sendgrid.com/settings/sender_auth."),
        new(["sendgrid"], ["maximum credits exceeded"], "The plan's mails are used up: wait for the next period, or take a larger plan."),
        new(["sendgrid"], ["authorization grant is invalid", "HTTP 401"],
            "SendGrid did not take the API key: it must have Mail Send, be whole (it starts with SG.), and be of the region in the settings."),
        new(["sendgrid"], ["HTTP 451", "data residency"], "The account lives in another region: set region to eu, or to global."),
        // https://documentation.mailgun.com/docs/mailgun/user-manual/domains/domains-verify
        new(["mailgun"], ["sandbox", "free account"],
            "A sandbox domain sends to authorised recipients alone: add the address to them, or send by a domain of your own."),
        new(["mailgun"], ["domain not found", "HTTP 404"], "Mailgun does not know the domain in this region: check its spelling, and whether it was made in the US or the EU (region)."),
        new(["mailgun"], ["invalid private key", "forbidden", "HTTP 401"], "Mailgun did not take the API key: give the account's, or a sending key of this domain, of the same region."),
        // https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
        new(["ses"], ["not verified"],
            "Amazon SES sends from verified identities alone, in this region; in the sandbox recipients must be verified too: verify the address or its domain, and ask for production access."),
        new(["ses"], ["SignatureDoesNotMatch", "InvalidSignature", "UnrecognizedClient", "InvalidClientTokenId", "ExpiredToken"],
            "AWS did not take the keys: check both, the region, whether temporary ones have run out (session_token), and this machine's clock."),
        new(["ses"], ["AccessDenied"], "The keys' user or role may not send: allow it ses:SendEmail and ses:SendRawEmail."),
        new(["ses"], ["RequestExpired", "Signature expired"], "This machine's clock is wrong by minutes: set it by NTP."),
        new(["ses"], ["AccountSuspended", "SendingPaused"], "AWS has stopped this account's sending: look at the account's dashboard and reputation in the SES console."),
        new(["ses"], ["Configuration set"], "The configuration set is not there in this region: check its name."),
        new([], ["535", "534", "5.7.8", "authentication failed", "authentication unsuccessful", "auth failed", "unauthorized", "invalid credentials"],
            "The login was refused: check user name and password. With two-factor authentication many services want an app password."),
        new([], ["530", "5.7.0 must issue", "authentication required", "5.7.57"],
            "The server wants a login: give credentials with username and password."),
        new([], ["relay", "5.7.1 client"],
            "The server does not forward mail for this sender: log in, or send from an address of a domain that the account may use (from_email)."),
        new([], ["sender address rejected", "5.1.8", "5.7.60", "not owned by user", "sendas", "sender id", "names a sender"],
            "The sender is not allowed: from_email (or the sender id) must be one that the account owns and has verified."),
        new([], ["certificate", "ssl", "tls handshake", "remotecertificate"],
            "The server's certificate was not accepted: give as host the very name that the certificate bears, and see that it has not run out."),
        new([], ["not encrypted"],
            "The password only goes over an encrypted connection: take security starttls or tls, and a port that has it."),
        new([], ["connecting to", "not allowed here"],
            "This server does not connect there for a tenant: the operator can allow the network by outgoing_allow_networks, or make the provider."),
        new([], ["no mechanism that can be used"],
            "The server takes no password (perhaps OAuth alone): turn password login on for the account, or leave the credentials out."),
        new([], ["offer starttls"],
            "The server does not offer STARTTLS on this port: try port 465 with security tls, or the port that the provider's manual names."),
        new([], ["name or service not known", "no such host", "nodename nor servname", "the host name has no address", "HostNotFound", "TryAgain", "NoData", "was not found"],
            "The host's name has no address: check its spelling, and this machine's DNS."),
        new([], ["connection refused", "ConnectionRefused"],
            "Nothing listens at that host and port: check both. 587 is usual for STARTTLS, 465 for TLS."),
        new([], ["timed out", "timeout", "TimedOut", "no answer came", "unreachable", "did not respond"],
            "The server did not answer in time: a firewall may keep the port closed. Hosting companies often close port 25; try 587 or 465."),
        new([], ["balance", "insufficient funds", "credit"], "The account has no balance left: top it up."),
        new([], ["5.1.1", "user unknown", "no such user", "mailbox unavailable"], "The provider works; the address of the test is not known there."),
    ];

    private static readonly string Unknown =
        "Whether the message was taken is not known: look whether it has arrived before you try again.";

    public static IReadOnlyList<string> For(Provider provider, SendResult result)
    {
        if (result.Outcome == SendOutcome.Accepted) return [];
        var answer = result.Answer ?? "";
        var where = WhereOf(provider);
        var advice = Rules.Where(r => r.Fits(where, answer)).Select(r => r.Advice).Distinct(StringComparer.Ordinal).ToList();
        if (result.Outcome == SendOutcome.Unknown) advice.Add(Unknown);
        if (result.Outcome == SendOutcome.RetryAfter && advice.Count == 0)
            advice.Add("The provider asks for time: a limit of the account may be reached, or it takes mail of unknown senders only at the second try.");
        if (provider.Channel is Channel.Sms or Channel.Voice or Channel.WhatsApp && advice.Count == 0 && result.Outcome == SendOutcome.Rejected)
            advice.Add("Check the account's balance, the form of the sender id, and that the account may send to this country.");
        return advice;
    }

    /// <summary>Which service it is: its kind, and the host or preset among its settings.</summary>
    private static string WhereOf(Provider provider)
    {
        var where = provider.Kind;
        foreach (var name in (ReadOnlySpan<string>)["host", "preset"])
        {
            if (provider.Settings.ValueKind == JsonValueKind.Object && provider.Settings.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.String) where += " " + value.GetString();
        }

        return where;
    }

    /// <param name="At">Words of the services that it is for; none for all.</param>
    /// <param name="Says">Words of which the answer has one.</param>
    private sealed record Rule(string[] At, string[] Says, string Advice)
    {
        public bool Fits(string where, string answer) =>
            (At.Length == 0 || Array.Exists(At, w => where.Contains(w, StringComparison.OrdinalIgnoreCase)))
            && Array.Exists(Says, w => answer.Contains(w, StringComparison.OrdinalIgnoreCase));
    }
}
