using System.Globalization;
using System.Numerics;
using System.Text;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Syntax;

/// <summary>
/// Cuts a source into tokens, one at a time as the parser asks, so that the first error in the text is the one reported.
/// Whitespace control is done here: <c>-</c> strips, <c>+</c> keeps, the options trim and lstrip.
/// </summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly bool _trimBlocks;
    private readonly bool _lstripBlocks;
    private readonly Stack<char> _open = new();
    private readonly Queue<Token> _pending = new();
    private int _position;
    private int _line = 1;
    private bool _lineStarting = true;
    private State _state = State.Root;

    public Lexer(string source, JinjaOptions options)
    {
        _trimBlocks = options.TrimBlocks;
        _lstripBlocks = options.LstripBlocks;
        _source = Normalize(source, options.KeepTrailingNewline);
    }

    private enum State
    {
        Root,
        Block,
        Variable,
    }

    /// <summary>The source as offsets count it.</summary>
    public string Source => _source;

    public static string Normalize(string source, bool keepTrailingNewline)
    {
        if (source.Contains('\r', StringComparison.Ordinal))
            source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        return !keepTrailingNewline && source.EndsWith('\n') ? source[..^1] : source;
    }

    public Token Next()
    {
        while (true)
        {
            if (_pending.TryDequeue(out var token)) return token;
            if (_position >= _source.Length) return new Token(TokenType.Eof, "", new Place(_line, _source.Length));
            if (_state == State.Root) LexRoot();
            else if (LexTag() is { } inside) return inside;
        }
    }

    private Place Here => new(_line, _position);

    private TemplateSyntaxException Fail(string message) => SyntaxErrors.At(new TemplateSyntaxException(message), Here);

    private void LexRoot()
    {
        var open = FindOpening(_position);
        if (open < 0)
        {
            var rest = _source[_position..];
            _pending.Enqueue(new Token(TokenType.Data, rest, Here));
            Advance(_source.Length);
            return;
        }
        var kind = _source[open + 1];
        var sign = SignAt(open + 2);
        var rawEnd = kind == '%' ? MatchRaw(open + 2, "raw", plus: false, trim: false) : -1;
        EmitData(open, sign, kind != '{' || rawEnd >= 0);
        _position = open;
        if (rawEnd >= 0)
        {
            Advance(rawEnd);
            LexRaw();
            return;
        }
        var place = Here;
        Advance(open + 2 + (sign == '\0' ? 0 : 1));
        switch (kind)
        {
            case '#':
                SkipComment();
                break;
            case '%':
                _pending.Enqueue(new Token(TokenType.BlockBegin, "", place));
                _state = State.Block;
                break;
            default:
                _pending.Enqueue(new Token(TokenType.VariableBegin, "", place));
                _state = State.Variable;
                break;
        }
    }

    private int FindOpening(int from)
    {
        for (var i = _source.IndexOf('{', from); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '%' or '{' or '#') return i;
        }
        return -1;
    }

    private char SignAt(int index) => index < _source.Length && _source[index] is '-' or '+' ? _source[index] : '\0';

    /// <summary>Emits the text from here to an opening tag, with its end stripped as the tag's sign or the options ask.</summary>
    private void EmitData(int end, char sign, bool mayLstrip)
    {
        var length = end - _position;
        if (sign == '-')
        {
            while (length > 0 && PythonText.IsSpace(_source[_position + length - 1])) length--;
        }
        else if (sign != '+' && _lstripBlocks && mayLstrip)
        {
            var lineStart = _source.AsSpan(_position, length).LastIndexOf('\n') + 1;
            if ((lineStart > 0 || _lineStarting) && IsSpace(_position + lineStart, end)) length = lineStart;
        }
        if (length > 0) _pending.Enqueue(new Token(TokenType.Data, _source.Substring(_position, length), Here));
        _line += CountLines(_position, end);
        _position = end;
    }

    private bool IsSpace(int from, int to)
    {
        // Python's fullmatch of one or more spaces: an empty part is nothing to strip.
        for (var i = from; i < to; i++)
        {
            if (!PythonText.IsSpace(_source[i])) return false;
        }
        return true;
    }

    private int CountLines(int from, int to) => _source.AsSpan(from, to - from).Count('\n');

    private void Advance(int to)
    {
        _line += CountLines(_position, to);
        _lineStarting = to > _position && _source[to - 1] == '\n';
        _position = to;
    }

    private int SkipSpace(int index)
    {
        while (index < _source.Length && PythonText.IsSpace(_source[index])) index++;
        return index;
    }

    /// <summary>Where a <c>raw</c> or <c>endraw</c> tag ends whose brace and percent sign are behind, or -1.</summary>
    private int MatchRaw(int index, string word, bool plus, bool trim)
    {
        if (SignAt(index) != '\0') index++;
        index = SkipSpace(index);
        if (string.CompareOrdinal(_source, index, word, 0, word.Length) != 0) return -1;
        return MatchClose(SkipSpace(index + word.Length), '%', plus, trim);
    }

    /// <summary>Where a closing tag that begins here ends, or -1. A minus takes the space after it, a trimmed block its newline.</summary>
    private int MatchClose(int index, char mark, bool plus, bool trim)
    {
        var sign = SignAt(index);
        if (sign == '+' && !plus) return -1;
        var at = sign == '\0' ? index : index + 1;
        if (at + 1 >= _source.Length || _source[at] != mark || _source[at + 1] != '}') return -1;
        at += 2;
        if (sign == '-') return SkipSpace(at);
        return sign == '\0' && trim && at < _source.Length && _source[at] == '\n' ? at + 1 : at;
    }

    private void SkipComment()
    {
        if (_position >= _source.Length) return;
        var close = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (close < 0) throw Fail("Missing end of comment tag");
        var begin = close > _position && _source[close - 1] is '-' or '+' ? close - 1 : close;
        Advance(MatchClose(begin, '#', plus: true, _trimBlocks));
    }

    private void LexRaw()
    {
        if (_position >= _source.Length) return;
        for (var open = _source.IndexOf("{%", _position, StringComparison.Ordinal); open >= 0; open = _source.IndexOf("{%", open + 1, StringComparison.Ordinal))
        {
            var end = MatchRaw(open + 2, "endraw", plus: true, _trimBlocks);
            if (end < 0) continue;
            EmitData(open, SignAt(open + 2), mayLstrip: true);
            Advance(end);
            return;
        }
        throw Fail("Missing end of raw directive");
    }

    /// <summary>The next token inside a tag; null where only space was skipped.</summary>
    private Token? LexTag()
    {
        var place = Here;
        if (_open.Count == 0)
        {
            var end = _state == State.Block
                ? MatchClose(_position, '%', plus: true, _trimBlocks)
                : SignAt(_position) == '+' ? -1 : MatchClose(_position, '}', plus: false, trim: false);
            if (end >= 0)
            {
                var type = _state == State.Block ? TokenType.BlockEnd : TokenType.VariableEnd;
                Advance(end);
                _state = State.Root;
                return new Token(type, "", place);
            }
        }
        var first = _source[_position];
        if (PythonText.IsSpace(first))
        {
            Advance(SkipSpace(_position));
            return null;
        }
        if (char.IsAsciiDigit(first)) return LexNumber(place);
        if (WordLength(_position) > 0) return LexName(place);
        if (first is '\'' or '"' && StringEnd(first) is > 0 and var close)
        {
            var text = StringLiteral.Decode(_source.AsSpan(_position + 1, close - _position - 2), message => Fail(message));
            Advance(close);
            return new Token(TokenType.String, text, place, text);
        }
        return LexOperator(place);
    }

    private Token LexNumber(Place place)
    {
        var (length, isFloat) = NumberLiteral.Measure(_source, _position);
        var text = _source.Substring(_position, length).Replace("_", "", StringComparison.Ordinal);
        Advance(_position + length);
        if (isFloat) return new Token(TokenType.Float, text, place, double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
        if (text.Length > 4300) throw SyntaxErrors.At(new TemplateSyntaxException("an integer has more than 4300 digits"), place);
        return new Token(TokenType.Integer, text, place, NumberLiteral.ParseInteger(text));
    }

    private int WordLength(int index)
    {
        var start = index;
        while (index < _source.Length)
        {
            var step = PythonText.Step(_source, index);
            var point = step == 2 ? char.ConvertToUtf32(_source[index], _source[index + 1]) : _source[index];
            if (!CharacterClass.IsWord(point)) break;
            index += step;
        }
        return index - start;
    }

    private Token LexName(Place place)
    {
        var name = _source.Substring(_position, WordLength(_position));
        if (!CharacterClass.IsIdentifier(name)) throw Fail("Invalid character in identifier");
        Advance(_position + name.Length);
        return new Token(TokenType.Name, name, place);
    }

    private int StringEnd(char quote)
    {
        for (var i = _position + 1; i < _source.Length; i++)
        {
            if (_source[i] == '\\') i++;
            else if (_source[i] == quote) return i + 1;
        }
        return -1;
    }

    private Token LexOperator(Place place)
    {
        var length = OperatorLength(_source.AsSpan(_position));
        if (length == 0) throw Fail($"unexpected char {PythonText.Quote(_source.Substring(_position, PythonText.Step(_source, _position)))} at {_position}");
        var text = length == 2 ? _source.Substring(_position, 2) : _source[_position].ToString();
        switch (text[0])
        {
            case '{' or '(' or '[':
                _open.Push(text[0] switch { '{' => '}', '(' => ')', _ => ']' });
                break;
            case '}' or ')' or ']':
                if (!_open.TryPop(out var expected)) throw Fail($"unexpected '{text}'");
                if (expected != text[0]) throw Fail($"unexpected '{text}', expected '{expected}'");
                break;
        }
        Advance(_position + length);
        return new Token(TokenType.Operator, text, place);
    }

    private static int OperatorLength(ReadOnlySpan<char> text)
    {
        if (text is ['/', '/', ..] or ['*', '*', ..] or ['=' or '!' or '>' or '<', '=', ..]) return 2;
        return "+-/*%~[](){}><=.:|,;".Contains(text[0], StringComparison.Ordinal) ? 1 : 0;
    }
}
