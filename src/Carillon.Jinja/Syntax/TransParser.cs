using System.Text;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Syntax;

/// <summary>
/// The <c>trans</c> tag. It becomes a call of <c>gettext</c> or one of its kin, with the variables put in by <c>%</c>.
/// </summary>
internal sealed class TransParser(Parser parser, TokenStream stream)
{
    private readonly List<string> _names = [];
    private readonly List<Expr> _values = [];
    private readonly List<string> _referenced = [];
    private Expr? _count;
    private Stmt? _countAssignment;
    private bool? _trimmed;

    public static Stmt[] Parse(Parser parser, TokenStream stream) => new TransParser(parser, stream).Parse();

    private static TemplateSyntaxException Fail(string message, Place place) => SyntaxErrors.At(new TemplateSyntaxException(message), place);

    private static TemplateAssertionException Reject(string message, Place place) => SyntaxErrors.At(new TemplateAssertionException(message), place);

    private Stmt[] Parse()
    {
        var place = stream.Next().Place;
        var context = stream.Current.Type == TokenType.String ? stream.Next().Text : null;
        ParseVariables();
        stream.Expect(TokenType.BlockEnd);
        var singular = ParseBlock(place, mayPluralize: true);
        if (_referenced.Count > 0) _count ??= new Name(place, _referenced[0], NameUse.Load);
        string? plural = null;
        if (stream.Current.IsName("pluralize"))
        {
            stream.Next();
            ParseCount();
            stream.Expect(TokenType.BlockEnd);
            plural = ParseBlock(place, mayPluralize: false);
            if (_count is null) throw Fail("pluralize without variables", place);
        }
        stream.Next();
        foreach (var name in _referenced)
        {
            if (_names.Contains(name, StringComparer.Ordinal)) continue;
            _names.Add(name);
            _values.Add(new Name(place, name, NameUse.Load));
        }
        var output = new Output(place, [Build(place, context, singular, plural)]);
        return _countAssignment is null ? [output] : [_countAssignment, output];
    }

    private void ParseVariables()
    {
        while (stream.Current.Type != TokenType.BlockEnd)
        {
            if (_names.Count > 0) stream.ExpectOperator(",");
            if (stream.SkipOperator(":")) break;
            var token = stream.ExpectName();
            if (_names.Contains(token.Text, StringComparer.Ordinal)) throw Reject($"translatable variable '{token.Text}' defined twice.", token.Place);
            Expr value;
            if (stream.SkipOperator("="))
            {
                value = parser.ParseExpression();
            }
            else if (_trimmed is null && token.Text is "trimmed" or "notrimmed")
            {
                _trimmed = token.Text == "trimmed";
                continue;
            }
            else
            {
                value = new Name(token.Place, token.Text, NameUse.Load);
            }
            if (_count is null && value is Call)
            {
                // A call that counts is made once, though its result is used twice.
                _countAssignment = new Assign(token.Place, new Name(token.Place, "_trans", NameUse.Store), value);
                value = new Name(token.Place, "_trans", NameUse.Load);
            }
            _count ??= value;
            _names.Add(token.Text);
            _values.Add(value);
        }
    }

    private void ParseCount()
    {
        if (stream.Current.Type == TokenType.BlockEnd) return;
        var token = stream.ExpectName();
        var index = _names.IndexOf(token.Text);
        if (index < 0) throw Reject($"unknown variable '{token.Text}' for pluralization", token.Place);
        _count = _values[index];
    }

    private string ParseBlock(Place place, bool mayPluralize)
    {
        var text = new StringBuilder();
        while (true)
        {
            var token = stream.Next();
            switch (token.Type)
            {
                case TokenType.Data:
                    text.Append(token.Text.Replace("%", "%%", StringComparison.Ordinal));
                    break;
                case TokenType.VariableBegin:
                    var name = stream.ExpectName().Text;
                    _referenced.Add(name);
                    text.Append("%(").Append(name).Append(")s");
                    stream.Expect(TokenType.VariableEnd);
                    break;
                case TokenType.BlockBegin:
                    var tag = stream.Current;
                    if (tag.IsName("endtrans") || (tag.IsName("pluralize") && mayPluralize)) return Trim(text.ToString());
                    throw Fail(
                        tag.IsName("pluralize") ? "a translatable section can have only one pluralize section"
                        : tag.IsName("trans") ? "trans blocks can't be nested; did you mean `endtrans`?"
                        : $"control structures in translatable sections are not allowed; saw `{tag.Text}`",
                        tag.Place);
                default: throw Fail("unclosed translation block", place);
            }
        }
    }

    // With trimmed, lines are joined and the space around them is one.
    private string Trim(string text) =>
        _trimmed == true ? string.Join(' ', text.Split('\n').Select(line => line.Trim()).SkipWhile(line => line.Length == 0).Where(line => line.Length > 0)) : text;

    private Expr Build(Place place, string? context, string singular, string? plural)
    {
        if (_referenced.Count == 0)
        {
            singular = singular.Replace("%%", "%", StringComparison.Ordinal);
            plural = plural?.Replace("%%", "%", StringComparison.Ordinal);
        }
        var function = (plural is null ? "" : "n") + (context is null ? "" : "p") + "gettext";
        List<Expr> arguments = [];
        if (context is not null) arguments.Add(new Const(place, context));
        arguments.Add(new Const(place, singular));
        if (plural is not null) arguments.AddRange([new Const(place, plural), _count!]);
        Expr result = new MarkSafe(place, new Call(place, new Name(place, function, NameUse.Load), CallSyntax.None with { Positional = arguments.ToArray() }));
        if (_names.Count == 0) return result;
        var keys = _names.Select(Expr (name) => new Const(place, name)).ToArray();
        return new Binary(place, BinaryOperator.Modulo, result, new DictExpr(place, keys, _values.ToArray()));
    }
}
