namespace Carillon.Jinja.Syntax;

internal enum TokenType
{
    Initial,
    Eof,
    Data,
    BlockBegin,
    BlockEnd,
    VariableBegin,
    VariableEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
}

/// <summary>Where something stands: the line as Jinja counts it, and the offset in the source with normalised newlines.</summary>
internal readonly record struct Place(int Line, int Offset);

/// <summary>A token. Text is the name, the operator, the data, or the decoded string.</summary>
internal readonly record struct Token(TokenType Type, string Text, Place Place, JinjaValue Value = default)
{
    public bool IsName(string name) => Type == TokenType.Name && Text == name;

    public bool IsOperator(string text) => Type == TokenType.Operator && Text == text;

    /// <summary>The token in words, for messages.</summary>
    public string Describe() => Type is TokenType.Name or TokenType.Operator ? Text : Describe(Type);

    public static string Describe(TokenType type) => type switch
    {
        TokenType.Data => "template data / text",
        TokenType.BlockBegin => "begin of statement block",
        TokenType.BlockEnd => "end of statement block",
        TokenType.VariableBegin => "begin of print statement",
        TokenType.VariableEnd => "end of print statement",
        TokenType.Eof => "end of template",
        _ => type.ToString().ToLowerInvariant(),
    };
}
