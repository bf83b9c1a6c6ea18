namespace Carillon.Jinja.Syntax;

/// <summary>What expressions are built of: names, literals, and what stands behind them, attributes, calls, filters and tests.</summary>
internal abstract class PrimaryParser(Lexer lexer)
{
    /// <summary>How deep expressions and statements may nest: whatever works on the tree recurses.</summary>
    public const int DepthLimit = 200;

    private int _depth;

    protected TokenStream Stream { get; } = new(lexer);

    protected static TemplateSyntaxException Fail(string message, Place place) => SyntaxErrors.At(new TemplateSyntaxException(message), place);

    protected TemplateSyntaxException Fail(string message) => Fail(message, Stream.Current.Place);

    protected void Deeper()
    {
        if (++_depth > DepthLimit || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Fail($"nested deeper than {DepthLimit} levels");
    }

    protected void Shallower() => _depth--;

    protected static T Bounded<T>(T expression)
        where T : Expr =>
        expression.Depth <= DepthLimit ? expression : throw Fail($"an expression is nested deeper than {DepthLimit} levels", expression.Place);

    public abstract Expr ParseExpression(bool withCondition = true);

    protected Expr ParsePrimary()
    {
        var token = Stream.Current;
        switch (token.Type)
        {
            case TokenType.Name:
                Stream.Next();
                return token.Text switch
                {
                    "true" or "True" => new Const(token.Place, true),
                    "false" or "False" => new Const(token.Place, false),
                    "none" or "None" => new Const(token.Place, JinjaValue.None),
                    _ => new Name(token.Place, token.Text, NameUse.Load),
                };
            case TokenType.String:
                var text = Stream.Next().Text;
                while (Stream.Current.Type == TokenType.String) text += Stream.Next().Text;
                return new Const(token.Place, text);
            case TokenType.Integer or TokenType.Float:
                Stream.Next();
                return new Const(token.Place, token.Value);
            case TokenType.Operator when token.Text == "(":
                Stream.Next();
                var inner = ParseTuple(explicitParentheses: true);
                Stream.ExpectOperator(")");
                return inner;
            case TokenType.Operator when token.Text == "[": return ParseList();
            case TokenType.Operator when token.Text == "{": return ParseDict();
            default: throw Fail($"unexpected '{token.Describe()}'", token.Place);
        }
    }

    /// <summary>One expression, or several with commas between as a tuple. A simplified one is a target: names only.</summary>
    public Expr ParseTuple(bool simplified = false, bool withCondition = true, bool explicitParentheses = false)
    {
        var place = Stream.Current.Place;
        var items = new List<Expr>();
        var isTuple = false;
        while (true)
        {
            if (items.Count > 0) Stream.ExpectOperator(",");
            if (IsTupleEnd()) break;
            items.Add(simplified ? ParseTargetItem() : ParseExpression(withCondition));
            if (!Stream.Current.IsOperator(",")) break;
            isTuple = true;
            place = Stream.Current.Place;
        }
        if (!isTuple)
        {
            if (items.Count > 0) return items[0];
            if (!explicitParentheses) throw Fail($"Expected an expression, got '{Stream.Current.Describe()}'");
        }
        return Bounded(new TupleExpr(place, items.ToArray()));
    }

    private Expr ParseTargetItem()
    {
        Deeper();
        var item = ParsePrimary();
        Shallower();
        return item;
    }

    private bool IsTupleEnd() => Stream.Current.Type is TokenType.VariableEnd or TokenType.BlockEnd || Stream.Current.IsOperator(")");

    private ListExpr ParseList()
    {
        var place = Stream.ExpectOperator("[").Place;
        var items = new List<Expr>();
        while (!Stream.Current.IsOperator("]"))
        {
            if (items.Count > 0) Stream.ExpectOperator(",");
            if (Stream.Current.IsOperator("]")) break;
            items.Add(ParseExpression());
        }
        Stream.ExpectOperator("]");
        return Bounded(new ListExpr(place, items.ToArray()));
    }

    private DictExpr ParseDict()
    {
        var place = Stream.ExpectOperator("{").Place;
        List<Expr> keys = [], values = [];
        while (!Stream.Current.IsOperator("}"))
        {
            if (keys.Count > 0) Stream.ExpectOperator(",");
            if (Stream.Current.IsOperator("}")) break;
            keys.Add(ParseExpression());
            Stream.ExpectOperator(":");
            values.Add(ParseExpression());
        }
        Stream.ExpectOperator("}");
        return Bounded(new DictExpr(place, keys.ToArray(), values.ToArray()));
    }

    protected Expr ParsePostfix(Expr node)
    {
        while (Stream.Current.Type == TokenType.Operator)
        {
            switch (Stream.Current.Text)
            {
                case "." or "[": node = Bounded(ParseSubscript(node)); break;
                case "(": node = Bounded(ParseCall(node)); break;
                default: return node;
            }
        }
        return node;
    }

    protected Expr ParseFilters(Expr node)
    {
        while (true)
        {
            if (Stream.Current.IsOperator("|")) node = ParseFilter(node)!;
            else if (Stream.Current.IsName("is")) node = Bounded(ParseTest(node));
            else if (Stream.Current.IsOperator("(")) node = Bounded(ParseCall(node));
            else return node;
        }
    }

    private Expr ParseSubscript(Expr node)
    {
        var token = Stream.Next();
        if (token.Text == ".")
        {
            var attribute = Stream.Next();
            if (attribute.Type == TokenType.Name) return new Getattr(token.Place, node, attribute.Text);
            if (attribute.Type != TokenType.Integer) throw Fail("expected name or number", attribute.Place);
            return new Getitem(token.Place, node, new Const(attribute.Place, attribute.Value));
        }
        var keys = new List<Expr>();
        while (!Stream.Current.IsOperator("]"))
        {
            if (keys.Count > 0) Stream.ExpectOperator(",");
            keys.Add(ParseSubscribed());
        }
        Stream.ExpectOperator("]");
        return new Getitem(token.Place, node, keys.Count == 1 ? keys[0] : new TupleExpr(token.Place, keys.ToArray()));
    }

    private Expr ParseSubscribed()
    {
        var place = Stream.Current.Place;
        Expr? start = null;
        if (!Stream.SkipOperator(":"))
        {
            start = ParseExpression();
            if (!Stream.SkipOperator(":")) return start;
        }
        var stop = AtSliceEnd(colonEnds: true) ? null : ParseExpression();
        Expr? step = null;
        if (Stream.SkipOperator(":") && !AtSliceEnd(colonEnds: false)) step = ParseExpression();
        return new SliceExpr(place, start, stop, step);
    }

    private bool AtSliceEnd(bool colonEnds) =>
        Stream.Current.IsOperator("]") || Stream.Current.IsOperator(",") || (colonEnds && Stream.Current.IsOperator(":"));

    private Call ParseCall(Expr callee)
    {
        var place = Stream.Current.Place;
        return new Call(place, callee, ParseArguments());
    }

    private CallSyntax ParseArguments()
    {
        var open = Stream.ExpectOperator("(");
        List<Expr> positional = [], named = [];
        List<string> names = [];
        Expr? rest = null, namedRest = null;
        var first = true;
        while (!Stream.Current.IsOperator(")"))
        {
            if (!first)
            {
                Stream.ExpectOperator(",");
                if (Stream.Current.IsOperator(")")) break;
            }
            first = false;
            bool valid;
            if (Stream.Current.IsOperator("*"))
            {
                valid = rest is null && namedRest is null;
                if (valid) Stream.Next();
                if (valid) rest = ParseExpression();
            }
            else if (Stream.Current.IsOperator("**"))
            {
                valid = namedRest is null;
                if (valid) Stream.Next();
                if (valid) namedRest = ParseExpression();
            }
            else if (Stream.Current.Type == TokenType.Name && Stream.Look().IsOperator("="))
            {
                valid = namedRest is null;
                if (valid)
                {
                    names.Add(Stream.Current.Text);
                    Stream.Skip(2);
                    named.Add(ParseExpression());
                }
            }
            else
            {
                valid = rest is null && namedRest is null && names.Count == 0;
                if (valid) positional.Add(ParseExpression());
            }
            if (!valid) throw Fail("invalid syntax for function call expression", open.Place);
        }
        Stream.ExpectOperator(")");
        return new CallSyntax(positional.ToArray(), names.ToArray(), named.ToArray(), rest, namedRest);
    }

    protected Expr? ParseFilter(Expr? node, bool startInline = false)
    {
        while (startInline || Stream.Current.IsOperator("|"))
        {
            if (!startInline) Stream.Next();
            startInline = false;
            var token = Stream.ExpectName();
            var name = DottedName(token.Text);
            var arguments = Stream.Current.IsOperator("(") ? ParseArguments() : CallSyntax.None;
            node = Bounded(new Filter(token.Place, node, name, arguments));
        }
        return node;
    }

    private string DottedName(string name)
    {
        while (Stream.SkipOperator(".")) name += "." + Stream.ExpectName().Text;
        return name;
    }

    private Expr ParseTest(Expr node)
    {
        var token = Stream.Next();
        var negated = Stream.SkipName("not");
        var name = DottedName(Stream.ExpectName().Text);
        var arguments = CallSyntax.None;
        if (Stream.Current.IsOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (StartsTestArgument())
        {
            if (Stream.Current.IsName("is")) throw Fail("You cannot chain multiple tests with is");
            arguments = CallSyntax.None with { Positional = [ParsePostfix(ParsePrimary())] };
        }
        var test = new Test(token.Place, node, name, arguments);
        return negated ? new Unary(token.Place, UnaryOperator.Not, test) : test;
    }

    private bool StartsTestArgument()
    {
        var token = Stream.Current;
        if (token.Type == TokenType.Operator) return token.Text is "[" or "{";
        if (token.Type is TokenType.String or TokenType.Integer or TokenType.Float) return true;
        return token.Type == TokenType.Name && token.Text is not ("else" or "or" or "and");
    }
}
