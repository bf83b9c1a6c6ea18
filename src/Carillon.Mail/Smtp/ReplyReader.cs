namespace Carillon.Mail;

/// <summary>
/// Reads replies (RFC 5321 section 4.2) strictly and in bounded memory: lines end with CRLF and have at most 2,000 octets, a reply has at
/// most 100 lines with one code. Whatever else comes is refused by <see cref="SmtpBrokenException"/>.
/// </summary>
internal sealed class ReplyReader
{
    private const int MaxLine = 2000;
    private const int MaxLines = 100;

    private readonly byte[] _buffer = new byte[4096];
    private readonly byte[] _text = new byte[SmtpReply.MaxText];
    private int _start;
    private int _end;
    private int _code;
    private int _lines;
    private int _textLength;

    /// <summary>The code of the reply that <see cref="TryRead"/> completed.</summary>
    public int Code { get; private set; }

    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _textLength);

    /// <summary>Bytes have come that no reply took: before a TLS handshake these are an attack.</summary>
    public bool HasUnread => _end > _start;

    /// <summary>While set, each line's text is also added here; EHLO's answer is longer than what other replies keep.</summary>
    public List<string>? Lines { get; set; }

    /// <summary>Told each line as it came, be it a reply or not.</summary>
    public DialogueObserver? Observer { get; set; }

    public SmtpReply ToReply() => new(Code, Text);

    /// <summary>Where the next bytes from the network go; never empty.</summary>
    public Memory<byte> Free()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_start > 0 && _buffer.Length - _end < MaxLine)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        return _buffer.AsMemory(_end);
    }

    public void Received(int count) => _end += count;

    /// <summary>Takes one whole reply out of what has come; false when more is needed.</summary>
    public bool TryRead(SmtpStage stage)
    {
        while (true)
        {
            ReadOnlySpan<byte> unread = _buffer.AsSpan(_start, _end - _start);
            int lineFeed = unread.IndexOf((byte)'\n');
            if (lineFeed > MaxLine || (lineFeed < 0 && unread.Length > MaxLine)) throw Garbage(stage, "a line over 2,000 octets");
            if (lineFeed < 0) return false;
            ReadOnlySpan<byte> line = unread[..lineFeed];
            if (line.Length == 0 || line[^1] != '\r') throw Garbage(stage, "a line that does not end with CRLF");
            _start += lineFeed + 1;
            Observer?.Server(line[..^1], stage);
            if (TakeLine(line[..^1], stage)) return true;
        }
    }

    private bool TakeLine(ReadOnlySpan<byte> line, SmtpStage stage)
    {
        // "250-text" goes on, "250 text" and "250" end.
        if (line.Length < 3 || line[0] is < (byte)'2' or > (byte)'5' || !IsDigit(line[1]) || !IsDigit(line[2])
            || (line.Length > 3 && line[3] is not ((byte)' ' or (byte)'-')))
        {
            throw Garbage(stage, "something that is no reply");
        }

        if (line.Contains((byte)'\r')) throw Garbage(stage, "a CR inside a line");
        int code = ((line[0] - '0') * 100) + ((line[1] - '0') * 10) + (line[2] - '0');
        if (_lines == 0)
        {
            _code = code;
            _textLength = 0;
        }
        else if (code != _code)
        {
            throw Garbage(stage, "one reply with two codes");
        }
        else
        {
            Keep("\n"u8);
        }

        if (++_lines > MaxLines) throw Garbage(stage, "a reply of more than 100 lines");
        if (line.Length > 4)
        {
            Keep(line[4..]);
            Lines?.Add(System.Text.Encoding.UTF8.GetString(line[4..]));
        }

        if (line.Length > 3 && line[3] == '-') return false;
        Code = _code;
        _lines = 0;
        return true;
    }

    private void Keep(ReadOnlySpan<byte> text)
    {
        int count = Math.Min(text.Length, _text.Length - _textLength);
        text[..count].CopyTo(_text.AsSpan(_textLength));
        _textLength += count;
    }

    private static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    private static SmtpBrokenException Garbage(SmtpStage stage, string what) => new(stage, $"the server sent {what}");
}
