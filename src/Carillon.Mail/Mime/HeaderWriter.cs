using System.Text;

namespace Carillon.Mail;

/// <summary>
/// Writes header fields, folded before column 78 wherever white space allows (RFC 5322 section 2.2.3). Everything passes through tokens
/// that hold no line break, so a CR or LF of a value cannot reach the output.
/// </summary>
internal sealed class HeaderWriter(PooledBuffer buffer, bool utf8)
{
    private const int MaxLine = 77; // 78, and the comma or semicolon that may be glued on
    private const int MaxToken = 900;

    private int _column;
    private bool _first;

    public PooledBuffer Buffer => buffer;

    public bool AllowsUtf8 => utf8;

    public void Begin(ReadOnlySpan<byte> name)
    {
        buffer.Append(name);
        buffer.Append(":"u8);
        _column = name.Length + 1;
        _first = true;
    }

    /// <summary>On a new line of a field that was begun elsewhere.</summary>
    public void Continue(ReadOnlySpan<byte> token)
    {
        buffer.Append("\r\n "u8);
        _column = 1;
        Glue(token);
        _first = false;
    }

    /// <summary>One of a list by colons, which may fold behind each.</summary>
    public void Item(ReadOnlySpan<byte> token, bool first)
    {
        if (!first) Glue(":"u8);
        if (_column + token.Length > MaxLine - 2) Continue(token);
        else Glue(token);
    }

    public void End() => buffer.Append("\r\n"u8);

    /// <summary>A token behind a space, or behind a fold when it would pass the end of the line. The first stays at its name.</summary>
    public void Token(ReadOnlySpan<byte> token)
    {
        if (!_first && _column + 1 + token.Length > MaxLine)
        {
            buffer.Append("\r\n"u8);
            _column = 0;
        }

        buffer.Append(" "u8);
        buffer.Append(token);
        _column += token.Length + 1;
        _first = false;
    }

    /// <summary>Behind the token before, without a space.</summary>
    public void Glue(ReadOnlySpan<byte> token)
    {
        buffer.Append(token);
        _column += token.Length;
    }

    public void Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> token)
    {
        Begin(name);
        Token(token);
        End();
    }

    public void Field(ReadOnlySpan<byte> name, string token)
    {
        Begin(name);
        Token(token);
        End();
    }

    /// <summary>Free text (RFC 5322 "unstructured"): as it is when it survives folding, else as encoded words.</summary>
    public void Text(ReadOnlySpan<byte> name, string value)
    {
        Begin(name);
        if (value.Length > 0)
        {
            if (IsPlain(value, utf8)) Words(value);
            else EncodedWords.Write(this, value, phrase: false);
        }

        End();
    }

    /// <summary>Words with single spaces between, each a token.</summary>
    public void Words(ReadOnlySpan<char> text)
    {
        foreach (Range range in text.Split(' ')) Token(text[range]);
    }

    public void Token(ReadOnlySpan<char> token)
    {
        Span<byte> bytes = stackalloc byte[512];
        int count = Encoding.UTF8.GetByteCount(token);
        if (count > bytes.Length) bytes = new byte[count];
        Token(bytes[..Encoding.UTF8.GetBytes(token, bytes)]);
    }

    /// <summary>How many octets still fit on this line behind a space.</summary>
    public int Room => MaxLine - _column - 1;

    /// <summary>
    /// Can it stand as it is? Printable ASCII (or UTF-8, where allowed) with single spaces inside, nothing that looks like an encoded
    /// word, no word too long for a line.
    /// </summary>
    public static bool IsPlain(ReadOnlySpan<char> value, bool utf8)
    {
        if (utf8 ? MailAddress.HasControls(value) : value.ContainsAnyExceptInRange(' ', '~')) return false;
        if (value[0] == ' ' || value[^1] == ' ' || value.Contains("  ", StringComparison.Ordinal) || value.Contains("=?", StringComparison.Ordinal))
            return false;
        if (value.Length <= MaxToken / 3) return true;
        foreach (Range range in value.Split(' '))
        {
            if (Encoding.UTF8.GetByteCount(value[range]) > MaxToken) return false;
        }

        return true;
    }
}
