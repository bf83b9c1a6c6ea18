using System.Globalization;
using System.Text;

namespace Carillon.Mail;

/// <summary>MAIL and RCPT with the parameters that the server offered.</summary>
internal static class EnvelopeCommands
{
    public static void AppendMail(PooledBuffer buffer, SmtpJob job, SmtpCapabilities server)
    {
        SmtpEnvelope envelope = job.Envelope;
        bool utf8 = server.SmtpUtf8 && job.NeedsUtf8;
        buffer.Append("MAIL FROM:<"u8);
        AppendAddress(buffer, envelope.From, utf8);
        buffer.Append(">"u8);
        if (server.Size)
        {
            buffer.Append(" SIZE="u8);
            buffer.Append(job.Content.Length);
        }

        if (server.EightBitMime && (job.Facts.IsEightBit || utf8)) buffer.Append(" BODY=8BITMIME"u8);
        if (utf8) buffer.Append(" SMTPUTF8"u8);
        if (server.Dsn && envelope.Notification is { } notification)
        {
            if (notification.ReturnFullMessage is { } full) buffer.Append(full ? " RET=FULL"u8 : " RET=HDRS"u8);
            if (notification.EnvelopeId is { } id)
            {
                buffer.Append(" ENVID="u8);
                AppendXText(buffer, id);
            }
        }

        buffer.Append("\r\n"u8);
    }

    public static void AppendRecipient(PooledBuffer buffer, SmtpJob job, int index, SmtpCapabilities server)
    {
        bool utf8 = server.SmtpUtf8 && job.NeedsUtf8;
        string address = job.Envelope.Recipient(index);
        buffer.Append("RCPT TO:<"u8);
        AppendAddress(buffer, address, utf8);
        buffer.Append(">"u8);
        if (server.Dsn && job.Envelope.Notification is { } notification) AppendNotification(buffer, notification, address);
        buffer.Append("\r\n"u8);
    }

    private static void AppendAddress(PooledBuffer buffer, string address, bool utf8) =>
        buffer.AppendUtf8(utf8 || Ascii.IsValid(address) ? address : DomainNames.AddressToAscii(address));

    private static void AppendNotification(PooledBuffer buffer, SmtpNotification notification, string address)
    {
        if (notification.Notify != SmtpNotify.Default)
        {
            buffer.Append(" NOTIFY="u8);
            if (notification.Notify.HasFlag(SmtpNotify.Never))
            {
                buffer.Append("NEVER"u8);
            }
            else
            {
                var events = new List<string>(3);
                if (notification.Notify.HasFlag(SmtpNotify.Success)) events.Add("SUCCESS");
                if (notification.Notify.HasFlag(SmtpNotify.Failure)) events.Add("FAILURE");
                if (notification.Notify.HasFlag(SmtpNotify.Delay)) events.Add("DELAY");
                buffer.AppendUtf8(string.Join(',', events));
            }
        }

        if (notification.OriginalRecipient)
        {
            address = DomainNames.AddressToAscii(address);
            buffer.Append(Ascii.IsValid(address) ? " ORCPT=rfc822;"u8 : " ORCPT=utf-8;"u8);
            AppendXText(buffer, address);
        }
    }

    /// <summary>RFC 3461 section 4: "+", "=" and what is not printable ASCII become "+" and two hexadecimal digits; beyond ASCII, RFC 6533.</summary>
    private static void AppendXText(PooledBuffer buffer, string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value is > ' ' and <= '~' and not ('+' or '=' or '\\')) buffer.Append([(byte)rune.Value]);
            else if (rune.IsAscii) buffer.AppendUtf8("+" + rune.Value.ToString("X2", CultureInfo.InvariantCulture));
            else buffer.AppendUtf8("\\x{" + rune.Value.ToString("X", CultureInfo.InvariantCulture) + "}");
        }
    }
}
