namespace Carillon.Mail;

/// <summary>
/// How long each answer is awaited: the minimum times of RFC 5321 section 4.5.3.2. Checked about once a second, so a limit
/// can be exceeded by a second. A connection that exceeds one is dropped.
/// </summary>
public sealed record SmtpTimeouts
{
    /// <summary>Name resolution and TCP connect. Default: 30 seconds.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The greeting, EHLO, the TLS handshake and each step of authentication. Default: 5 minutes.</summary>
    public TimeSpan Greeting { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The replies to MAIL and RCPT. Default: 5 minutes.</summary>
    public TimeSpan Envelope { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The reply to DATA. Default: 2 minutes.</summary>
    public TimeSpan Data { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>One block of content to be taken by the network. Default: 3 minutes.</summary>
    public TimeSpan Block { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The reply after the final dot; when it does not come the outcome is unknown. Default: 10 minutes.</summary>
    public TimeSpan Final { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long closing the transport waits for messages that are under way. Default: 30 seconds.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);

    internal void Check(List<string> faults)
    {
        if (Connect <= TimeSpan.Zero || Greeting <= TimeSpan.Zero || Envelope <= TimeSpan.Zero || Data <= TimeSpan.Zero
            || Block <= TimeSpan.Zero || Final <= TimeSpan.Zero || Drain < TimeSpan.Zero)
        {
            faults.Add("a timeout is not positive");
        }
    }
}
