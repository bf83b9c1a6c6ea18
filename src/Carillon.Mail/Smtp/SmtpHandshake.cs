using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Carillon.Mail;

/// <summary>From the connected socket to the point where MAIL may be said: greeting, EHLO, STARTTLS, EHLO again, AUTH.</summary>
internal sealed class SmtpHandshake(SmtpDialogue dialogue, SmtpOptions options, CancellationToken cancellationToken)
{
    private readonly TimeSpan _timeout = options.Timeouts.Greeting;

    public async Task<SmtpCapabilities> RunAsync()
    {
        if (options.Security == SmtpSecurity.Tls) await EncryptAsync().ConfigureAwait(false);
        await dialogue.ReadAsync(SmtpStage.Greeting, _timeout).ConfigureAwait(false);
        Require(dialogue.Reply.ToReply(), 220, SmtpStage.Greeting);

        SmtpCapabilities server = await HelloAsync().ConfigureAwait(false);
        if (options.Security is SmtpSecurity.StartTls or SmtpSecurity.StartTlsIfOffered)
        {
            if (server.StartTls)
            {
                await StartTlsAsync().ConfigureAwait(false);
                server = await HelloAsync().ConfigureAwait(false); // what was said in the clear no longer counts
            }
            else if (options.Security == SmtpSecurity.StartTls)
            {
                throw new SmtpBrokenException(SmtpStage.StartTls, "the server does not offer STARTTLS");
            }
        }

        if (options.WantsAuthentication)
            await new SmtpAuthentication(dialogue, options, server, cancellationToken).RunAsync().ConfigureAwait(false);
        return server;
    }

    private static void Require(SmtpReply reply, int code, SmtpStage stage)
    {
        if (reply.Code != code) throw new SmtpBrokenException(stage, reply.ToString(), reply);
    }

    private async Task<SmtpCapabilities> HelloAsync()
    {
        string name = ClientName();
        var lines = new List<string>();
        dialogue.Reply.Lines = lines;
        SmtpReply reply = await dialogue.AskAsync("EHLO " + name, SmtpStage.Hello, _timeout).ConfigureAwait(false);
        dialogue.Reply.Lines = null;
        if (reply.Code == 250) return SmtpCapabilities.Parse(lines.Skip(1));
        if (reply.Code is not (500 or 501 or 502 or 504)) throw new SmtpBrokenException(SmtpStage.Hello, reply.ToString(), reply);
        Require(await dialogue.AskAsync("HELO " + name, SmtpStage.Hello, _timeout).ConfigureAwait(false), 250, SmtpStage.Hello);
        return SmtpCapabilities.None;
    }

    private async Task StartTlsAsync()
    {
        Require(await dialogue.AskAsync("STARTTLS", SmtpStage.StartTls, _timeout).ConfigureAwait(false), 220, SmtpStage.StartTls);
        // Whoever can write into the clear connection could put replies before the handshake; they must not count after it.
        if (dialogue.Reply.HasUnread) throw new SmtpBrokenException(SmtpStage.StartTls, "the server spoke before the TLS handshake");
        await EncryptAsync().ConfigureAwait(false);
    }

    private async Task EncryptAsync()
    {
        dialogue.Stage = SmtpStage.StartTls;
        dialogue.SetDeadline(_timeout);
        await dialogue.Channel.EncryptAsync(TlsOptions(), cancellationToken).ConfigureAwait(false);
        dialogue.Observer?.Note(dialogue.Channel.Encryption!);
    }

    private SslClientAuthenticationOptions TlsOptions()
    {
        var tls = new SslClientAuthenticationOptions
        {
            TargetHost = DomainNames.ToAscii(options.TlsHostName ?? options.Host),
            ClientCertificates = options.ClientCertificates,
            RemoteCertificateValidationCallback = options.CertificateValidation,
        };
        if (options.TrustedRoots is { } roots)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        return tls;
    }

    /// <summary>RFC 5321 section 4.1.4: the own domain name, or the address literal of a machine that has none.</summary>
    private string ClientName()
    {
        if (options.ClientName is { } given) return given;
        string machine = Environment.MachineName;
        if (machine.Contains('.', StringComparison.Ordinal) && !machine.AsSpan().ContainsAnyExceptInRange('!', '~')) return machine;
        IPAddress? address = dialogue.Channel.LocalAddress;
        if (address is null) return "localhost";
        string literal = address.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6:" + new IPAddress(address.GetAddressBytes()) : address.ToString();
        return string.Create(CultureInfo.InvariantCulture, $"[{literal}]");
    }
}
