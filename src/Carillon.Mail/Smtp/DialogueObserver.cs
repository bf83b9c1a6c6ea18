using System.Globalization;
using System.Text;

namespace Carillon.Mail;

/// <summary>Tells an observer what goes over one connection, as lines. Made only where somebody listens.</summary>
internal sealed class DialogueObserver(Action<SmtpDialogueLine> observer)
{
    public const string Hidden = "***";

    private const int ContentLines = 25;
    private const int MaxLine = 2000;

    public static DialogueObserver? Of(SmtpOptions options) => options.Observer is { } observer ? new DialogueObserver(observer) : null;

    public void Note(string text) => observer(new SmtpDialogueLine(SmtpDialogueSide.Note, text));

    public void Client(string line) => observer(new SmtpDialogueLine(SmtpDialogueSide.Client, line));

    /// <summary>Whole commands as they go out.</summary>
    public void Client(ReadOnlySpan<byte> commands)
    {
        while (commands.IndexOf("\r\n"u8) is >= 0 and var end)
        {
            Client(Decode(commands[..end]));
            commands = commands[(end + 2)..];
        }
    }

    /// <summary>While logging in, servers say what a password could be tried against.</summary>
    public void Server(ReadOnlySpan<byte> line, SmtpStage stage)
    {
        string text = Decode(line);
        if (stage == SmtpStage.Authenticate) text = WithoutChallenge(text);
        observer(new SmtpDialogueLine(SmtpDialogueSide.Server, text));
    }

    /// <summary>The first lines of a message, and how long it is.</summary>
    public void Content(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> rest = content;
        for (int lines = 0; rest.Length > 0; lines++)
        {
            if (lines == ContentLines)
            {
                Note(string.Create(CultureInfo.InvariantCulture, $"{rest.Count((byte)'\n'):N0} further lines of the message, of {content.Length:N0} octets in all"));
                return;
            }

            int end = rest.IndexOf("\r\n"u8);
            Client(Decode(end < 0 ? rest : rest[..end]));
            rest = end < 0 ? default : rest[(end + 2)..];
        }
    }

    private static string WithoutChallenge(string text)
    {
        if (text.StartsWith("334", StringComparison.Ordinal)) return text.Length > 4 ? $"334 {Hidden}" : text;
        int word = text.LastIndexOf(' ') + 1;
        return text.Length - word >= 24 && System.Buffers.Text.Base64.IsValid(text.AsSpan(word)) ? text[..word] + Hidden : text;
    }

    private static string Decode(ReadOnlySpan<byte> line)
    {
        bool isCut = line.Length > MaxLine;
        if (isCut) line = line[..MaxLine];
        return Encoding.UTF8.GetString(line) + (isCut ? "…" : "");
    }
}
