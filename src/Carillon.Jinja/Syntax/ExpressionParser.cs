using Carillon.Jinja.Values;

namespace Carillon.Jinja.Syntax;

/// <summary>Jinja's operators, by recursive descent in the order of their precedence.</summary>
internal class ExpressionParser(Lexer lexer) : PrimaryParser(lexer)
{
    public override Expr ParseExpression(bool withCondition = true) => withCondition ? ParseCondition() : ParseOr();

    private Expr ParseCondition()
    {
        Deeper();
        var place = Stream.Current.Place;
        var expression = ParseOr();
        while (Stream.SkipName("if"))
        {
            var test = ParseOr();
            var otherwise = Stream.SkipName("else") ? ParseCondition() : null;
            expression = Bounded(new CondExpr(place, test, expression, otherwise));
            place = Stream.Current.Place;
        }
        Shallower();
        return expression;
    }

    private Expr ParseOr() => ParseLogical(isAnd: false);

    private Expr ParseLogical(bool isAnd)
    {
        var place = Stream.Current.Place;
        var left = isAnd ? ParseNot() : ParseLogical(isAnd: true);
        while (Stream.SkipName(isAnd ? "and" : "or"))
        {
            var right = isAnd ? ParseNot() : ParseLogical(isAnd: true);
            left = Bounded(new Logical(place, isAnd, left, right));
            place = Stream.Current.Place;
        }
        return left;
    }

    private Expr ParseNot()
    {
        if (!Stream.Current.IsName("not")) return ParseCompare();
        Deeper();
        var place = Stream.Next().Place;
        var result = Bounded(new Unary(place, UnaryOperator.Not, ParseNot()));
        Shallower();
        return result;
    }

    private Expr ParseCompare()
    {
        var place = Stream.Current.Place;
        var first = ParseSum();
        List<string>? operators = null;
        List<Expr>? rest = null;
        while (CompareOperator() is { } symbol)
        {
            (operators ??= []).Add(symbol);
            (rest ??= []).Add(ParseSum());
            place = Stream.Current.Place;
        }
        return operators is null ? first : Bounded(new Compare(place, first, operators.ToArray(), rest!.ToArray()));
    }

    private string? CompareOperator()
    {
        var token = Stream.Current;
        if (token.Type == TokenType.Operator && token.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
        {
            Stream.Next();
            return token.Text;
        }
        if (Stream.SkipName("in")) return "in";
        if (!token.IsName("not") || !Stream.Look().IsName("in")) return null;
        Stream.Skip(2);
        return "not in";
    }

    private Expr ParseSum()
    {
        var place = Stream.Current.Place;
        var left = ParseConcat();
        while (Stream.Current.Type == TokenType.Operator && Stream.Current.Text is "+" or "-")
        {
            var operation = Stream.Next().Text == "+" ? BinaryOperator.Add : BinaryOperator.Subtract;
            left = Bounded(new Binary(place, operation, left, ParseConcat()));
            place = Stream.Current.Place;
        }
        return left;
    }

    private Expr ParseConcat()
    {
        var place = Stream.Current.Place;
        var first = ParseProduct();
        if (!Stream.Current.IsOperator("~")) return first;
        var parts = new List<Expr> { first };
        while (Stream.SkipOperator("~")) parts.Add(ParseProduct());
        return Bounded(new Concat(place, parts.ToArray()));
    }

    private Expr ParseProduct()
    {
        var place = Stream.Current.Place;
        var left = ParsePower();
        while (ProductOperator() is { } operation)
        {
            Stream.Next();
            left = Bounded(new Binary(place, operation, left, ParsePower()));
            place = Stream.Current.Place;
        }
        return left;
    }

    private BinaryOperator? ProductOperator() => Stream.Current.Type != TokenType.Operator ? null : Stream.Current.Text switch
    {
        "*" => BinaryOperator.Multiply,
        "/" => BinaryOperator.Divide,
        "//" => BinaryOperator.FloorDivide,
        "%" => BinaryOperator.Modulo,
        _ => null,
    };

    private Expr ParsePower()
    {
        var place = Stream.Current.Place;
        var left = ParseUnary(withFilter: true);
        while (Stream.SkipOperator("**"))
        {
            left = Bounded(new Binary(place, BinaryOperator.Power, left, ParseUnary(withFilter: true)));
            place = Stream.Current.Place;
        }
        return left;
    }

    private Expr ParseUnary(bool withFilter)
    {
        var token = Stream.Current;
        Expr node;
        if (token.IsOperator("-") || token.IsOperator("+"))
        {
            Deeper();
            Stream.Next();
            node = Bounded(new Unary(token.Place, token.Text == "-" ? UnaryOperator.Negate : UnaryOperator.Plus, ParseUnary(withFilter: false)));
            Shallower();
        }
        else
        {
            node = ParsePrimary();
        }
        node = ParsePostfix(node);
        return withFilter ? ParseFilters(node) : node;
    }
}
