using System.Text;

namespace Carillon.Mail;

/// <summary>What a server answered: the code, and at most 500 octets of text. Immutable; the text is decoded when asked for.</summary>
public sealed class SmtpReply
{
    internal const int MaxText = 500;

    private readonly byte[] _text;
    private string? _line;

    /// <param name="code">200–599.</param>
    /// <param name="text">Cut after 500 octets.</param>
    public SmtpReply(int code, string text)
        : this(code, Encoding.UTF8.GetBytes(text))
    {
    }

    internal SmtpReply(int code, ReadOnlySpan<byte> text)
    {
        Code = code;
        _text = text[..Math.Min(text.Length, MaxText)].ToArray();
    }

    /// <summary>200–599.</summary>
    public int Code { get; }

    /// <summary>The text without codes at the line starts; lines are joined by LF. Control characters are replaced by spaces.</summary>
    public string Text => field ??= Decode();

    /// <summary>The enhanced status code (RFC 3463) at the start of the text, such as <c>5.1.1</c>, or null.</summary>
    public string? EnhancedStatus => field ??= FindStatus(_text);

    internal bool IsPositive => Code < 300;

    internal bool IsTransient => Code is >= 400 and < 500;

    internal bool Matches(int code, ReadOnlySpan<byte> text) => Code == code && text.SequenceEqual(_text);

    /// <summary>Code and text in one line.</summary>
    public override string ToString() => _line ??= $"{Code} {Text.Replace('\n', ' ')}";

    private string Decode()
    {
        string text = Encoding.UTF8.GetString(_text);
        return string.Create(text.Length, text, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
                span[i] = char.IsControl(source[i]) && source[i] != '\n' ? ' ' : source[i];
        });
    }

    /// <summary>class "." subject "." detail: one digit, then one to three digits twice.</summary>
    private static string? FindStatus(ReadOnlySpan<byte> text)
    {
        if (text.Length < 5 || text[0] is not ((byte)'2' or (byte)'4' or (byte)'5') || text[1] != '.') return null;
        int at = 2, digits = 0, dots = 1;
        for (; at < text.Length; at++)
        {
            if (char.IsAsciiDigit((char)text[at]))
            {
                if (++digits > 3) return null;
            }
            else if (text[at] == '.' && dots == 1 && digits > 0)
            {
                dots = 2;
                digits = 0;
            }
            else
            {
                break;
            }
        }

        bool ended = at == text.Length || text[at] is (byte)' ' or (byte)'\n';
        return dots == 2 && digits > 0 && ended ? Encoding.ASCII.GetString(text[..at]) : null;
    }
}
