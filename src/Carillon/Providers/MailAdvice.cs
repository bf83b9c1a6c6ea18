namespace Carillon.Providers;

/// <summary>The usual errors of mail services.</summary>
internal static class MailAdvice
{
    public static readonly AdviceRule[] Rules =
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
        // https://www.twilio.com/docs/sendgrid/for-developers/sending-email/errors-and-troubleshooting
        new(["sendgrid"], ["HTTP 403"], "SendGrid refuses what this key or sender may not do: give the key Mail Send, and see that from_email is verified and the account not suspended."),
        new(["sendgrid"], ["maximum credits exceeded"], "The plan's mails are used up: wait for the next period, or take a larger plan."),
        new(["sendgrid"], ["authorization grant is invalid", "HTTP 401"],
            "SendGrid did not take the API key: it must have Mail Send, be whole (it starts with SG.), and be of the region in the settings."),
        new(["sendgrid"], ["HTTP 451", "data residency"], "The account lives in another region: set region to eu, or to global."),
        // https://documentation.mailgun.com/docs/mailgun/user-manual/domains/domains-verify
        new(["mailgun"], ["sandbox", "free account"],
            "A sandbox domain sends to authorised recipients alone: add the address to them, or send by a domain of your own."),
        // https://help.mailgun.com/hc/en-us/articles/360012244474: an account's region is part of its address.
        new(["mailgun"], ["domain not found", "HTTP 404"], "Mailgun does not know the domain in this region: check its spelling, and whether it was made in the US or the EU (region)."),
        new(["mailgun"], ["invalid private key", "forbidden", "HTTP 401"], "Mailgun did not take the API key: give the account's, or a sending key of this domain, of the same region."),
        // https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
        new(["ses"], ["Email address is not verified", "identities failed the check", "not verified"],
            "Amazon SES sends from verified identities alone, in this region; in the sandbox recipients must be verified too: verify the address or its domain, and ask for production access."),
        // https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
        new(["ses"], ["MailFromDomainNotVerified"], "The identity's custom MAIL FROM domain lost its MX record: mend it in the DNS, or let SES fall back to its own."),
        // https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html
        new(["ses"], ["Daily message quota", "Maximum sending rate"], "The account's sending quota is reached: give the provider these limits, and ask AWS for higher ones. In the sandbox it is 200 mails a day, one a second."),
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
        new(["ses"], ["RequestTimeTooSkewed", "RequestExpired", "Signature expired", "not yet current"],
            "This machine's clock is wrong by minutes: set it by NTP. AWS takes requests that are at most five minutes old."),
        new(["ses"], ["Credential should be scoped to a valid region"], "The region in the settings is not that of the address it goes to: check region, and base_url if it is set."),
        new(["ses"], ["SignatureDoesNotMatch", "InvalidSignature", "UnrecognizedClient", "InvalidClientTokenId", "ExpiredToken"],
            "AWS did not take the keys: check both, the region, whether temporary ones have run out (session_token), and this machine's clock."),
        new(["ses"], ["AccessDenied"], "The keys' user or role may not send: allow it ses:SendEmail and ses:SendRawEmail."),
        new(["ses"], ["AccountSuspended", "SendingPaused"], "AWS has stopped this account's sending: look at the account's dashboard and reputation in the SES console."),
        new(["ses"], ["Configuration set"], "The configuration set is not there in this region: check its name."),
    ];
}
