using Carillon.Mail.Parsing;

namespace Carillon.Mail;

/// <summary>
/// A mail as it came in, read for what a person wrote. Of whatever quality it is, reading it throws nothing: what is broken is read as text. At most
/// 4 MiB of it are looked at. Attachments are left out. Immutable.
/// </summary>
public sealed class ReceivedMail
{
    private ReceivedMail(MimePart mail)
    {
        From = MailAddresses.First(mail.Fields.Decoded("From"));
        To = MailAddresses.All(mail.Fields.Decoded("To"));
        Subject = mail.Fields["Subject"] is null ? null : mail.Fields.Decoded("Subject").Trim();
        MessageId = Id(mail.Fields["Message-ID"]);
        InReplyTo = Id(mail.Fields["In-Reply-To"]);
        Find(mail);
    }

    /// <summary>The author's address; null when the field names none.</summary>
    public string? From { get; }

    public IReadOnlyList<string> To { get; }

    public string? Subject { get; }

    /// <summary>Without its angle brackets.</summary>
    public string? MessageId { get; }

    /// <summary>The id of the mail that it answers, without angle brackets.</summary>
    public string? InReplyTo { get; }

    /// <summary>The first part of plain text that is no attachment.</summary>
    public string? Text { get; private set; }

    /// <summary>The first part of HTML that is no attachment.</summary>
    public string? Html { get; private set; }

    public static ReceivedMail Read(ReadOnlyMemory<byte> mail) => new(MimeReader.Read(mail));

    private static string? Id(string? field)
    {
        if (field is null) return null;
        int open = field.IndexOf('<'), close = open < 0 ? -1 : field.IndexOf('>', open);
        string id = close > open + 1 ? field[(open + 1)..close] : field.Trim();
        return id.Length is > 0 and <= 998 ? id : null;
    }

    private void Find(MimePart part)
    {
        if (part.IsAttachment) return;
        foreach (MimePart inner in part.Parts) Find(inner);
        if (part.Parts.Count > 0) return;
        if (part.Type.Name is "text/plain" or "") Text ??= part.Text;
        else if (part.Type.Name == "text/html") Html ??= part.Text;
    }
}
