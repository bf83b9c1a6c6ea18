using Carillon.Mail.Parsing;

namespace Carillon.Mail.Bounces;

/// <summary>
/// Reads mail that came back to a sending address: delivery reports (RFC 3464) and the many notices that follow no standard, complaints
/// (RFC 5965), automatic replies (RFC 3834). Stateless and safe for concurrent use.
/// </summary>
public static class ReturnedMail
{
    /// <summary>
    /// Says what the mail is and whom it concerns. Never throws, whatever the octets are. Time and memory grow with the size of the mail up
    /// to 4 MiB; what comes after that is not read. An ordinary mail gives <see cref="ReturnedMailKind.None"/>.
    /// </summary>
    public static ReturnedMailReport Parse(ReadOnlyMemory<byte> mail)
    {
        Evidence evidence = Evidence.Of(MimeReader.Read(mail));
        return Complaint.Read(evidence)
            ?? ProviderNotification.Read(evidence)
            ?? (AutoReply.IsDeclared(evidence) ? AutoReply.Read(evidence) : null)
            ?? BounceReader.Read(evidence)
            ?? AutoReply.Read(evidence)
            ?? ReturnedMailReport.None;
    }
}
