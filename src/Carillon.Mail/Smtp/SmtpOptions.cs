using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Carillon.Mail;

/// <summary>How the connection to a server is protected.</summary>
public enum SmtpSecurity
{
    /// <summary>Never encrypted, even when the server offers it; a password is then sent in the clear. For loopback and private networks.</summary>
    None,

    /// <summary>STARTTLS (RFC 3207) is required; a server that does not offer it is unavailable.</summary>
    StartTls,

    /// <summary>STARTTLS where offered. Passwords never leave in the clear: without TLS only SCRAM and CRAM-MD5 are used.</summary>
    StartTlsIfOffered,

    /// <summary>TLS from the first byte (RFC 8314), usually port 465.</summary>
    Tls,
}

/// <summary>How the client proves who it is (RFC 4954).</summary>
public enum SmtpAuthMechanism
{
    /// <summary>The strongest the server offers: XOAUTH2 when a token is given, else SCRAM-SHA-256, PLAIN and LOGIN under TLS, CRAM-MD5.</summary>
    Auto,
    Plain,
    Login,
    CramMd5,
    ScramSha256,
    XOAuth2,
}

/// <summary>One server and how to speak with it. Immutable; checked by <see cref="SmtpTransport"/>, all faults reported together.</summary>
public sealed record SmtpOptions
{
    /// <summary>Name or address of the server. Its name must stand in the certificate, unless <see cref="TlsHostName"/> says another.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port, 1–65535. Default: 465 with <see cref="SmtpSecurity.Tls"/>, 25 with none, else 587.</summary>
    public int? Port { get; init; }

    /// <summary>Default: <see cref="SmtpSecurity.StartTls"/>.</summary>
    public SmtpSecurity Security { get; init; } = SmtpSecurity.StartTls;

    /// <summary>The name expected in the certificate. Default: <see cref="Host"/>.</summary>
    public string? TlsHostName { get; init; }

    /// <summary>Roots to trust in place of the system's. Default: the system's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>Decides about the certificate in place of the ordinary checks. Default: none, the ordinary checks hold.</summary>
    public RemoteCertificateValidationCallback? CertificateValidation { get; init; }

    /// <summary>Certificates to show the server. Default: none.</summary>
    public X509CertificateCollection? ClientCertificates { get; init; }

    /// <summary>Authentication is attempted when a user name or a token is given. Default: none.</summary>
    public string? UserName { get; init; }

    public string? Password { get; init; }

    /// <summary>Gives the OAuth 2 access token for XOAUTH2, asked for each new connection. Default: none.</summary>
    public Func<CancellationToken, ValueTask<string>>? AccessToken { get; init; }

    public SmtpAuthMechanism AuthMechanism { get; init; } = SmtpAuthMechanism.Auto;

    /// <summary>The name said in EHLO. Default: this machine's name, or its address literal when that is no domain name.</summary>
    public string? ClientName { get; init; }

    /// <summary>Connections open at once, 1–1,000; further messages wait. Default: 16.</summary>
    public int MaxConnections { get; init; } = 16;

    /// <summary>After so many messages a connection is closed and another is opened, 1 or more. Default: 1,000.</summary>
    public int MaxMessagesPerConnection { get; init; } = 1000;

    /// <summary>Sends commands in groups (RFC 2920) where the server offers it. Default: true.</summary>
    public bool Pipelining { get; init; } = true;

    /// <summary>Sends the content by BDAT (RFC 3030) where the server offers it. Default: false, by DATA.</summary>
    public bool Chunking { get; init; }

    /// <summary>A connection without work for so long is closed with QUIT. Default: 30 seconds.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>While idle a NOOP is sent this often, so that the server and what is between keep the connection. Default: never.</summary>
    public TimeSpan? KeepAlive { get; init; }

    public SmtpTimeouts Timeouts { get; init; } = new();

    /// <summary>Asked for each address before it is connected to; false refuses it. Default: every address is allowed.</summary>
    public Func<IPAddress, bool>? AllowAddress { get; init; }

    /// <summary>
    /// Told each line of every dialogue, for showing it to people: by any thread, and it must not take long. Default: nobody is, which costs nothing.
    /// </summary>
    public Action<SmtpDialogueLine>? Observer { get; init; }

    /// <summary>Host and port; never a secret.</summary>
    public override string ToString() => $"{Host}:{EffectivePort}";

    internal int EffectivePort => Port ?? Security switch
    {
        SmtpSecurity.Tls => 465,
        SmtpSecurity.None => 25,
        _ => 587,
    };

    internal bool WantsAuthentication => UserName is not null || AccessToken is not null;

    internal void Check()
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(Host)) faults.Add("Host is empty");
        if (Port is < 1 or > 65535) faults.Add("Port is not within 1–65535");
        if (MaxConnections is < 1 or > 1000) faults.Add("MaxConnections is not within 1–1,000");
        if (MaxMessagesPerConnection < 1) faults.Add("MaxMessagesPerConnection is less than 1");
        if (IdleTimeout <= TimeSpan.Zero) faults.Add("IdleTimeout is not positive");
        if (KeepAlive <= TimeSpan.Zero) faults.Add("KeepAlive is not positive");
        if (UserName is null && Password is not null) faults.Add("Password is given without UserName");
        if (UserName is not null && Password is null && AccessToken is null) faults.Add("UserName is given without Password or AccessToken");
        if (UserName?.Contains('\0', StringComparison.Ordinal) == true || Password?.Contains('\0', StringComparison.Ordinal) == true)
            faults.Add("UserName or Password has a NUL");
        if (AuthMechanism == SmtpAuthMechanism.XOAuth2 && (UserName is null || AccessToken is null))
            faults.Add("XOAUTH2 needs UserName and AccessToken");
        if (ClientName is not null && ClientName.AsSpan().ContainsAnyExceptInRange('!', '~')) faults.Add("ClientName is not printable ASCII");
        Timeouts.Check(faults);
        if (faults.Count > 0) throw new ArgumentException("SMTP options: " + string.Join("; ", faults));
    }
}
