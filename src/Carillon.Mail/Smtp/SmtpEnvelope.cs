using System.Buffers;
using System.Text;

namespace Carillon.Mail;

/// <summary>
/// From whom and to whom a message goes (RFC 5321 section 2.3.1). Addresses with control characters, or anything that could end a
/// command early, are refused here: an envelope that exists is safe to send.
/// </summary>
public readonly record struct SmtpEnvelope
{
    private static readonly SearchValues<char> Suspicious = SearchValues.Create(
        [.. Enumerable.Range(0, 33).Select(i => (char)i), '<', '>', '"', '\\', (char)127]);

    // All RCPT leave in one write; their replies must fit into the buffers between (RFC 2920 section 3.1).
    private const int MaxRecipients = 1000;

    private readonly string? _recipient;
    private readonly string[]? _recipients;

    /// <param name="from">The reverse path; empty for the null sender of automatic mail.</param>
    /// <param name="recipient">The only recipient.</param>
    /// <exception cref="ArgumentException">An address cannot be sent.</exception>
    public SmtpEnvelope(string from, string recipient)
    {
        From = CheckFrom(from);
        _recipient = CheckRecipient(recipient);
    }

    /// <param name="from">The reverse path; empty for the null sender of automatic mail.</param>
    /// <param name="recipients">1–1,000; the list is copied. Many servers take only 100 at once.</param>
    /// <exception cref="ArgumentException">An address cannot be sent, or there is none, or there are too many.</exception>
    public SmtpEnvelope(string from, IReadOnlyList<string> recipients)
    {
        ArgumentNullException.ThrowIfNull(recipients);
        From = CheckFrom(from);
        if (recipients.Count is 0 or > MaxRecipients) throw new ArgumentException("An envelope has 1–1,000 recipients.", nameof(recipients));
        foreach (string recipient in recipients) CheckRecipient(recipient);
        if (recipients.Count == 1) _recipient = recipients[0];
        else _recipients = [.. recipients];
    }

    public string From { get; }

    public int RecipientCount => _recipients?.Length ?? (_recipient is null ? 0 : 1);

    /// <summary>The recipients in their order.</summary>
    public IReadOnlyList<string> Recipients => _recipients ?? (_recipient is null ? [] : [_recipient]);

    /// <summary>The content has UTF-8 in its headers, so the server must offer SMTPUTF8 (RFC 6531). Set by itself for such addresses.</summary>
    public bool RequiresUtf8 { get; init; }

    /// <summary>What to report about the delivery (RFC 3461), asked for where the server offers DSN. Default: nothing special.</summary>
    public SmtpNotification? Notification { get; init; }

    internal string Recipient(int index) => _recipients is null ? _recipient! : _recipients[index];

    /// <summary>Some address has no ASCII form, so only SMTPUTF8 can carry it.</summary>
    internal bool HasUtf8Address()
    {
        if (DomainNames.IsBeyondAscii(From)) return true;
        for (int i = 0; i < RecipientCount; i++)
        {
            if (DomainNames.IsBeyondAscii(Recipient(i))) return true;
        }

        return false;
    }

    private static string CheckFrom(string from)
    {
        ArgumentNullException.ThrowIfNull(from);
        return from.Length == 0 ? from : CheckRecipient(from);
    }

    private static string CheckRecipient(string address)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        // A quoted local part may hold spaces and brackets; then it must be right as a whole.
        if (address.AsSpan().ContainsAny(Suspicious) && !MailAddress.IsValid(address))
            throw new ArgumentException("The address has characters that cannot be sent.", nameof(address));
        if (Encoding.UTF8.GetByteCount(address) > 320)
            throw new ArgumentException("The address is longer than 320 octets.", nameof(address));
        return address;
    }
}

/// <summary>Which events the receiving side reports (RFC 3461 NOTIFY).</summary>
[Flags]
public enum SmtpNotify
{
    /// <summary>The server's own habit, usually failure.</summary>
    Default = 0,
    Never = 1,
    Success = 2,
    Failure = 4,
    Delay = 8,
}

/// <summary>A request for delivery status notifications (RFC 3461).</summary>
public sealed record SmtpNotification
{
    public SmtpNotify Notify { get; init; }

    /// <summary>True: reports carry the whole message; false: its headers; null: as the server likes.</summary>
    public bool? ReturnFullMessage { get; init; }

    /// <summary>Comes back in the reports: 1–100 printable ASCII characters.</summary>
    public string? EnvelopeId
    {
        get;
        init
        {
            if (value is not null && (value.Length is 0 or > 100 || value.AsSpan().ContainsAnyExceptInRange(' ', '~')))
                throw new ArgumentException("An envelope id has 1–100 printable ASCII characters.", nameof(value));
            field = value;
        }
    }

    /// <summary>Repeats each recipient as ORCPT, so that reports name the address before any forwarding.</summary>
    public bool OriginalRecipient { get; init; }
}
