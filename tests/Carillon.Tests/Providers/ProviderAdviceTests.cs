using System.Text.Json;
using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Tests.Providers;

public sealed class ProviderAdviceTests
{
    [Theory]
    [InlineData("""{"preset":"gmail"}""", "535 5.7.8 Username and Password not accepted.", "app password", "login was refused")]
    [InlineData("""{"host":"smtp.gmail.com"}""", "534 5.7.9 Application-specific password required.", "app password", "login was refused")]
    [InlineData("""{"preset":"outlook"}""", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", "Authenticated SMTP", "login was refused")]
    [InlineData("""{"host":"mail.example.net"}""", "535 5.7.8 Error: authentication failed", "login was refused")]
    [InlineData("""{"host":"mail.example.net"}""", "554 5.7.1 <a@b.example>: Relay access denied", "does not forward")]
    [InlineData("""{"host":"mail.example.net"}""", "the connection failed: ConnectionRefused", "Nothing listens")]
    [InlineData("""{"host":"mail.example.net"}""", "the connection failed: HostNotFound", "no address")]
    [InlineData("""{"host":"mail.example.net"}""", "the TLS handshake failed: The remote certificate is invalid", "certificate was not accepted")]
    [InlineData("""{"host":"mail.example.net"}""", "the server does not offer STARTTLS", "port 465")]
    [InlineData("""{"host":"mail.example.net"}""", "something that nobody has heard of")]
    public void Usual_errors_have_their_advice_the_nearest_first(string settings, string answer, params string[] advice)
    {
        var given = ProviderAdvice.For(Make(settings), SendResult.Unavailable(answer));

        Assert.Equal(advice.Length, given.Count);
        for (var i = 0; i < advice.Length; i++) Assert.Contains(advice[i], given[i], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("smtp", "550 5.4.5 Daily user sending limit exceeded.", "limit of a day")]
    [InlineData("sendgrid", "HTTP 403: from: The from address does not match a verified Sender Identity.", "sender_auth")]
    [InlineData("sendgrid", "HTTP 401: Maximum credits exceeded", "used up")]
    [InlineData("mailgun", "HTTP 404: Domain not found: mg.example.com", "region")]
    [InlineData("mailgun", "HTTP 403: Sandbox subdomains are for test purposes only.", "authorised recipients")]
    [InlineData("ses", "HTTP 400: MessageRejected Email address is not verified.", "production access")]
    [InlineData("ses", "HTTP 403: SignatureDoesNotMatch The request signature we calculated does not match", "clock")]
    public void The_usual_errors_of_mail_vendors_have_theirs(string kind, string answer, string advice) =>
        Assert.Contains(advice, ProviderAdvice.For(Make("""{"preset":"gmail"}""") with { Kind = kind }, SendResult.Unavailable(answer))[0], StringComparison.Ordinal);

    [Theory]
    [InlineData("ses", "HTTP 403: RequestTimeTooSkewed The difference between the request time and the current time is too large.", "clock")]
    [InlineData("ses", "HTTP 403: InvalidSignatureException Credential should be scoped to a valid region.", "region")]
    [InlineData("ses", "HTTP 400: TooManyRequestsException Daily message quota exceeded", "quota")]
    [InlineData("ses", "HTTP 400: MailFromDomainNotVerifiedException", "MX record")]
    [InlineData("sendgrid", "HTTP 403: access forbidden", "Mail Send")]
    [InlineData("twilio", "HTTP 401: 20003 Authenticate", "Account SID")]
    [InlineData("twilio", "HTTP 400: 21211 Invalid 'To' Phone Number: +1555", "no mobile number")]
    [InlineData("twilio", "HTTP 400: 21606 The 'From' phone number provided (+1555) is not a valid message-capable Twilio phone number", "none of this account's")]
    [InlineData("twilio", "HTTP 400: 21608 The number +1555 is unverified.", "trial account")]
    [InlineData("twilio", "HTTP 400: 21610 Attempt to send to unsubscribed recipient", "STOP")]
    [InlineData("twilio", "HTTP 400: 21408 Permission to send an SMS has not been enabled for the region", "Geo permissions")]
    [InlineData("vonage", "HTTP 200: status 4: Bad Credentials", "api_secret")]
    [InlineData("vonage", "HTTP 200: status 9: Quota Exceeded - rejected", "balance")]
    [InlineData("vonage", "HTTP 200: status 15: Illegal Sender Address - rejected", "sender is not allowed")]
    [InlineData("vonage", "HTTP 200: status 29: Non White-listed Destination - rejected", "demo mode")]
    [InlineData("africastalking", "HTTP 401: The supplied authentication is invalid", "username")]
    [InlineData("africastalking", "HTTP 201: InvalidSenderId", "approved")]
    [InlineData("africastalking", "HTTP 201: 405 InsufficientBalance", "top it up")]
    [InlineData("messagebird", "HTTP 401: 2 Request not allowed (incorrect access_key) (access_key)", "live one")]
    [InlineData("messagebird", "HTTP 422: 25 not enough balance", "top it up")]
    [InlineData("messagebird", "HTTP 422: 9 no (correct) originator (originator)", "sender is not valid")]
    public void The_usual_errors_of_vendors_have_theirs_first(string kind, string answer, string advice) =>
        Assert.Contains(advice, ProviderAdvice.For(Make("{}") with { Kind = kind }, SendResult.Unavailable(answer))[0], StringComparison.Ordinal);

    [Theory]
    [InlineData("twilio", "HTTP 400: 21617 The concatenated message body exceeds the 1600 character limit")]
    [InlineData("vonage", "HTTP 200: status 40: x")]
    [InlineData("africastalking", "HTTP 201: 100 Processed")]
    public void Another_error_has_none_of_them(string kind, string answer) =>
        Assert.Empty(ProviderAdvice.For(Make("{}") with { Kind = kind }, SendResult.Unavailable(answer)));

    [Fact]
    public void What_was_taken_needs_no_advice_and_what_may_have_been_is_to_be_looked_for()
    {
        Assert.Empty(ProviderAdvice.For(Make("{}"), SendResult.Accepted("250 relay, certificate, 535")));
        Assert.Contains("not known", Assert.Single(ProviderAdvice.For(Make("{}"), SendResult.Unknown("x"))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_provider_that_was_replaced_takes_no_more_sends_and_says_so_at_once()
    {
        var runtime = new ProviderRuntime(Make("{}"), new NoGateway());
        var now = DateTimeOffset.UnixEpoch;
        Assert.Equal(ProviderStanding.Open, runtime.TryEnter(now, null).Standing);

        runtime.Retire();

        Assert.Equal(new ProviderEntry(ProviderStanding.Resting, now), runtime.TryEnter(now, null));
    }

    private static Provider Make(string settings) => new()
    {
        Tenant = new TenantId(1),
        Id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch),
        Name = "p",
        Channel = Channel.Email,
        Kind = "smtp",
        Settings = JsonElement.Parse(settings),
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
    };

    private sealed class NoGateway : IGateway
    {
        public ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
