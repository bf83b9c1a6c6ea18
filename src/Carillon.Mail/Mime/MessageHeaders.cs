using System.Text;

namespace Carillon.Mail;

/// <summary>The headers of the message as a whole, in the order readers expect.</summary>
internal static class MessageHeaders
{
    public static void Write(MailMessage message, HeaderWriter writer, MimeOptions options, out string messageId)
    {
        MailAddress from = message.From ?? throw new FormatException("A message needs From.");
        DateTimeOffset date = message.Date ?? options.Time.GetUtcNow();
        messageId = message.MessageId ?? MimeDate.NewMessageId(date, from);

        AddressHeader.Write(writer, "From"u8, from);
        AddressHeader.Write(writer, "Reply-To"u8, message.ReplyTo);
        AddressHeader.Write(writer, "To"u8, message.To);
        AddressHeader.Write(writer, "Cc"u8, message.Cc);
        writer.Text("Subject"u8, message.Subject);
        MimeDate.Write(writer, date);
        writer.Field("Message-ID"u8, messageId);
        WriteList(message.ListUnsubscribe, writer);
        if (message.FeedbackId is { } feedback) writer.Text("Feedback-ID"u8, feedback);
        if (message.AutoSubmitted is { } auto)
            writer.Field("Auto-Submitted"u8, auto == AutoSubmitted.AutoReplied ? "auto-replied"u8 : "auto-generated"u8);
        foreach (MailHeader header in message.Headers) writer.Text(Encoding.ASCII.GetBytes(header.Name), header.Value);
        writer.Field("MIME-Version"u8, "1.0"u8);
    }

    private static void WriteList(ListUnsubscribe? list, HeaderWriter writer)
    {
        if (list is null) return;
        writer.Begin("List-Unsubscribe"u8);
        for (int i = 0; i < list.Uris.Count; i++)
        {
            if (i > 0) writer.Glue(","u8);
            writer.Token($"<{list.Uris[i]}>");
        }

        writer.End();
        if (list.OneClick) writer.Field("List-Unsubscribe-Post"u8, "List-Unsubscribe=One-Click"u8);
    }
}
