using System.Buffers;
using System.Text;

namespace Carillon.Mail.Bench;

/// <summary>A welcome mail of an internet provider: text and HTML, some accents, about 2.4 kB on the wire.</summary>
internal static class Sample
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes(BuildText());
    private static readonly byte[] Html = Encoding.UTF8.GetBytes(BuildHtml());

    public static MailMessage Message(int number) => new()
    {
        From = new MailAddress("welcome@isp.example", "Fibra Norte"),
        To = [new MailAddress($"customer{number}@example.org", "María Fernández")],
        Subject = "Welcome to Fibra Norte, your line is ready",
        Text = Text,
        Html = Html,
        ListUnsubscribe = new ListUnsubscribe(["https://isp.example/u/4f5e6d7c8b9a"], oneClick: true),
    };

    public static byte[] Content()
    {
        var output = new ArrayBufferWriter<byte>();
        MimeWriter.Write(Message(1), output);
        return output.WrittenSpan.ToArray();
    }

    private static string BuildText()
    {
        var text = new StringBuilder("Hello María,\n\nyour contract 2026-117 is active. These services are yours:\n\n");
        for (int i = 1; i <= 5; i++) text.Append("  * Service ").Append(i).Append(" at 12.50 EUR a month, installed on the 3rd of May\n");
        return text.Append("\nYour first bill comes on the 1st of June.\n\nYours,\nFibra Norte\n").ToString();
    }

    private static string BuildHtml()
    {
        var html = new StringBuilder("<!doctype html><html><body>\n<h1>Hello María,</h1>\n<p>your contract <b>2026-117</b> is active.</p>\n<table>\n");
        for (int i = 1; i <= 5; i++)
        {
            html.Append("<tr><td style=\"padding:4px\">Service ").Append(i)
                .Append("</td><td style=\"padding:4px\">12.50 EUR a month</td></tr>\n");
        }

        return html.Append("</table>\n<p>Your first bill comes on the 1st of June. <a href=\"https://isp.example/account\">Your account</a></p>\n</body></html>\n").ToString();
    }
}
