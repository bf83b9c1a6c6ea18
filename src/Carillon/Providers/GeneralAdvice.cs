namespace Carillon.Providers;

/// <summary>What holds for every service: logins, senders, certificates, names, ports, balance.</summary>
internal static class GeneralAdvice
{
    public static readonly AdviceRule[] Rules =
    [
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
}
