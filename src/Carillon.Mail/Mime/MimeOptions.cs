namespace Carillon.Mail;

/// <summary>How a message is written. Immutable; may be shared by all threads.</summary>
public sealed record MimeOptions
{
    internal static readonly MimeOptions Default = new();

    /// <summary>Signs the message. Default: not signed.</summary>
    public DkimSigner? DkimSigner { get; init; }

    /// <summary>
    /// Text may leave as it is, with octets over 127. Only when every server on the way offers 8BITMIME, so false by default: then
    /// quoted-printable or base64, whatever is shorter.
    /// </summary>
    public bool Allow8Bit { get; init; }

    /// <summary>Headers may be UTF-8 (RFC 6532); the envelope must then say <see cref="SmtpEnvelope.RequiresUtf8"/>. Default: false.</summary>
    public bool AllowUtf8Headers { get; init; }

    /// <summary>The clock for Date and Message-ID where the message has none. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
