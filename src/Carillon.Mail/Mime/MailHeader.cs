namespace Carillon.Mail;

/// <summary>
/// A further header. Its name is printable ASCII without a colon, and none that the writer makes itself (From, To, Subject, Date, MIME
/// and list headers and so on); its value has no line breaks. Values outside ASCII become encoded words (RFC 2047).
/// </summary>
public sealed record MailHeader
{
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "From", "To", "Cc", "Bcc", "Resent-Bcc", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding", "Content-Disposition", "Content-ID", "DKIM-Signature", "List-Unsubscribe",
        "List-Unsubscribe-Post", "Return-Path", "Received",
    };

    /// <exception cref="FormatException">Name or value cannot be a header.</exception>
    public MailHeader(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > 64 || name.AsSpan().ContainsAnyExceptInRange('!', '~') || name.Contains(':', StringComparison.Ordinal))
            throw new FormatException("A header's name is 1–64 printable ASCII characters without a colon.");
        if (Reserved.Contains(name)) throw new FormatException($"The header {name} is set by the message itself.");
        Name = name;
        Value = HeaderText.Check(value);
    }

    public string Name { get; }

    public string Value { get; }
}
