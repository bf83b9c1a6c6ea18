using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;

namespace Carillon.Jinja.Bench;

/// <summary>What somebody in a hurry for speed would write by hand for this one mail.</summary>
internal sealed record HandWritten(
    string Company, string Customer, string Plan, long Download, long Upload, string Currency, string Cost, long Id, string PortalId, string PortalUrl,
    string Email, string Phone, string Activation, (string Title, string Detail)[] Steps)
{
    public static readonly HandWritten Sample = new(
        "Northern Fibre & Co", "Zoë Nakamura", "Fibre 500", 500, 250, "€", "39.90", 481516, "P-2342", "https://portal.example.com/login", "help@example.com",
        "+34 600 000 000", "2026-03-01",
        [("Router", "Plug it in and wait for the green light"), ("Portal", "Choose a password"), ("Invoice", "Arrives on the first of the month"), ("Phone", "Keep your number: tell us its <PIN>"), ("Help", "Call or write whenever you like")]);

    private static string E(string value) => value.AsSpan().IndexOfAny("&<>\"'") < 0 ? value : HtmlEncoder.Default.Encode(value);

    public void Render(IBufferWriter<byte> output, StringBuilder text)
    {
        text.Clear();
        text.Append("Welcome to ").Append(Company).Append(", ").Append(Customer).Append('!');
        text.Append("Dear ").Append(Customer).Append(",\n\nWelcome to ").Append(Company).Append("! Your internet service has been activated.\n\nService Details:\n- Plan: ")
            .Append(Plan).Append("\n- Speed: ").Append(Download).Append("Mbps / ").Append(Upload).Append("Mbps\n- Monthly Cost: ").Append(Currency).Append(Cost)
            .Append("\n\nAccount Information:\n- Customer ID: ").Append(Id).Append("\n- Portal ID: ").Append(PortalId).Append("\n- Portal URL: ").Append(PortalUrl).Append('\n');
        if (Activation.Length > 0) text.Append("\nActive since ").Append(Activation).Append(".\n");
        text.Append("\nNext steps:\n");
        foreach (var (title, detail) in Steps) text.Append("\n- ").Append(title).Append(": ").Append(detail).Append('\n');
        text.Append("\nIf you need any assistance, please contact our support team at\n").Append(Email).Append(" or ").Append(Phone).Append(".\n\nBest regards,\nThe ").Append(Company).Append(" Team");
        text.Append("<html><body>\n<p>Dear ").Append(E(Customer)).Append(",</p>\n<p>Welcome to <b>").Append(E(Company)).Append("</b>! Your internet service has been activated.</p>\n<table>\n<tr><td>Plan</td><td>")
            .Append(E(Plan)).Append("</td></tr>\n<tr><td>Speed</td><td>").Append(Download).Append("Mbps / ").Append(Upload).Append("Mbps</td></tr>\n<tr><td>Monthly Cost</td><td>").Append(E(Currency)).Append(E(Cost))
            .Append("</td></tr>\n<tr><td>Customer ID</td><td>").Append(Id).Append("</td></tr>\n<tr><td>Portal</td><td><a href=\"").Append(E(PortalUrl)).Append("\">").Append(E(PortalId)).Append("</a></td></tr>\n</table>\n");
        if (Activation.Length > 0) text.Append("\n<p>Active since ").Append(E(Activation)).Append(".</p>\n");
        text.Append("\n<ul>\n");
        foreach (var (title, detail) in Steps) text.Append("\n<li><b>").Append(E(title)).Append("</b>: ").Append(E(detail)).Append("</li>\n");
        text.Append("\n</ul>\n<p>If you need any assistance, please contact our support team at\n<a href=\"mailto:").Append(E(Email)).Append("\">").Append(E(Email)).Append("</a> or ").Append(E(Phone))
            .Append(".</p>\n<p>Best regards,<br>The ").Append(E(Company)).Append(" Team</p>\n</body></html>");
        foreach (var chunk in text.GetChunks()) Encoding.UTF8.GetBytes(chunk.Span, output);
    }
}
