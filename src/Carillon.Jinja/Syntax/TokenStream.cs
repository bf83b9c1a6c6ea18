namespace Carillon.Jinja.Syntax;

/// <summary>The tokens of a template with one token of lookahead.</summary>
internal sealed class TokenStream
{
    private readonly Lexer _lexer;
    private Token? _pushed;

    public TokenStream(Lexer lexer)
    {
        _lexer = lexer;
        Current = lexer.Next();
    }

    public Token Current { get; private set; }

    public Token Next()
    {
        var token = Current;
        if (_pushed is { } pushed)
        {
            Current = pushed;
            _pushed = null;
        }
        else if (token.Type != TokenType.Eof)
        {
            var next = _lexer.Next();
            // The end stands on the line of the last token, as Jinja counts.
            Current = next.Type == TokenType.Eof ? next with { Place = next.Place with { Line = token.Place.Line } } : next;
        }
        return token;
    }

    public Token Look()
    {
        var old = Next();
        _pushed = Current;
        Current = old;
        return _pushed.Value;
    }

    public void Skip(int count = 1)
    {
        for (; count > 0; count--) Next();
    }

    public bool SkipName(string name)
    {
        if (!Current.IsName(name)) return false;
        Next();
        return true;
    }

    public bool SkipOperator(string text)
    {
        if (!Current.IsOperator(text)) return false;
        Next();
        return true;
    }

    public Token ExpectName() => Current.Type == TokenType.Name ? Next() : throw Unexpected("name");

    public Token ExpectName(string name) => Current.IsName(name) ? Next() : throw Unexpected(name);

    public Token ExpectOperator(string text) => Current.IsOperator(text) ? Next() : throw Unexpected(text);

    public Token Expect(TokenType type) => Current.Type == type ? Next() : throw Unexpected(Token.Describe(type));

    private TemplateSyntaxException Unexpected(string expected) => SyntaxErrors.At(
        new TemplateSyntaxException(Current.Type == TokenType.Eof
            ? $"unexpected end of template, expected '{expected}'."
            : $"expected token '{expected}', got '{Current.Describe()}'"),
        Current.Place);
}
