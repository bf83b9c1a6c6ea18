namespace Carillon.Jinja.Syntax;

/// <summary>Jinja's statements.</summary>
internal sealed class Parser(Lexer lexer, JinjaExtensions extensions) : ExpressionParser(lexer)
{
    private readonly List<string> _tags = [];
    private readonly List<string[]> _ends = [];

    public Stmt[] ParseTemplate() => ParseBody(null);

    private Stmt[] ParseBody(string[]? ends)
    {
        var body = new List<Stmt>();
        var output = new List<Expr>();
        if (ends is not null) _ends.Add(ends);
        Deeper();
        while (Stream.Current.Type != TokenType.Eof)
        {
            var token = Stream.Next();
            if (token.Type == TokenType.Data)
            {
                output.Add(new TemplateData(token.Place, token.Text));
            }
            else if (token.Type == TokenType.VariableBegin)
            {
                output.Add(ParseTuple());
                Stream.Expect(TokenType.VariableEnd);
            }
            else
            {
                Flush(output, body);
                if (ends is not null && Stream.Current.Type == TokenType.Name && ends.Contains(Stream.Current.Text)) break;
                body.AddRange(ParseStatement());
                Stream.Expect(TokenType.BlockEnd);
            }
        }
        Flush(output, body);
        Shallower();
        if (ends is not null) _ends.RemoveAt(_ends.Count - 1);
        return body.ToArray();
    }

    private static void Flush(List<Expr> output, List<Stmt> body)
    {
        if (output.Count == 0) return;
        body.Add(new Output(output[0].Place, output.ToArray()));
        output.Clear();
    }

    /// <summary>The body of a tag up to one of its end tags, whose name is the current token then.</summary>
    private Stmt[] ParseStatements(params string[] ends)
    {
        Stream.SkipOperator(":");
        Stream.Expect(TokenType.BlockEnd);
        var body = ParseBody(ends);
        if (Stream.Current.Type == TokenType.Eof) throw UnexpectedEnd(null, ends, Stream.Current.Place);
        return body;
    }

    private Stmt[] ParseStatementsTo(string end)
    {
        var body = ParseStatements(end);
        Stream.Next();
        return body;
    }

    private TemplateSyntaxException UnexpectedEnd(string? tag, string[]? innermost, Place place)
    {
        var looking = innermost ?? (_ends.Count > 0 ? _ends[^1] : null);
        var message = tag is null ? "Unexpected end of template." : $"Encountered unknown tag '{tag}'.";
        if (looking is not null)
        {
            var names = string.Join(" or ", looking.Select(name => $"'{name}'"));
            message += tag is not null && _ends.Exists(names => names.Contains(tag))
                ? $" You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for {names}."
                : $" Jinja was looking for the following tags: {names}.";
        }
        if (_tags.Count > 0) message += $" The innermost block that needs to be closed is '{_tags[^1]}'.";
        return Fail(message, place);
    }

    private Stmt[] ParseStatement()
    {
        var token = Stream.Current;
        if (token.Type != TokenType.Name) throw Fail("tag name expected", token.Place);
        _tags.Add(token.Text);
        var place = token.Place;
        Stmt[] result = token.Text switch
        {
            "for" => [ParseFor()],
            "if" => [ParseIf()],
            "block" => [ParseBlock()],
            "extends" => [ParseExtends()],
            "print" => [ParsePrint()],
            "macro" => [ParseMacro()],
            "include" => [ParseInclude()],
            "from" => [ParseFrom()],
            "import" => [ParseImport()],
            "set" => [ParseSet()],
            "with" => [ParseWith()],
            "autoescape" => [ParseAutoescape()],
            "call" => [ParseCallBlock()],
            "filter" => [ParseFilterBlock()],
            "do" when extensions.HasFlag(JinjaExtensions.Do) => [ParseDo()],
            "break" or "continue" when extensions.HasFlag(JinjaExtensions.LoopControls) => [new LoopControl(place, Stream.Next().Text == "break")],
            "trans" when extensions.HasFlag(JinjaExtensions.I18n) => TransParser.Parse(this, Stream),
            _ => throw UnknownTag(token),
        };
        _tags.RemoveAt(_tags.Count - 1);
        return result;
    }

    private TemplateSyntaxException UnknownTag(Token token)
    {
        _tags.RemoveAt(_tags.Count - 1);
        return UnexpectedEnd(token.Text, null, token.Place);
    }

    private Stmt ParseSet()
    {
        var place = Stream.Next().Place;
        var target = ParseAssignTarget(withNamespace: true);
        if (Stream.SkipOperator("=")) return new Assign(place, target, ParseTuple());
        var filter = (Filter?)ParseFilter(null);
        return new AssignBlock(place, target, filter, ParseStatementsTo("endset"));
    }

    private For ParseFor()
    {
        var place = Stream.Next().Place;
        var target = ParseAssignTarget();
        Stream.ExpectName("in");
        var source = ParseTuple(withCondition: false);
        var test = Stream.SkipName("if") ? ParseExpression() : null;
        var recursive = Stream.SkipName("recursive");
        var body = ParseStatements("endfor", "else");
        var otherwise = Stream.Next().Text == "endfor" ? [] : ParseStatementsTo("endfor");
        return new For(place, target, source, test, recursive, body, otherwise);
    }

    private If ParseIf()
    {
        var place = Stream.Next().Place;
        var branches = new List<Branch>();
        var branchPlace = place;
        while (true)
        {
            var test = ParseTuple(withCondition: false);
            branches.Add(new Branch(branchPlace, test, ParseStatements("elif", "else", "endif")));
            var end = Stream.Next();
            if (end.Text == "elif")
            {
                branchPlace = Stream.Current.Place;
                continue;
            }
            return new If(place, branches.ToArray(), end.Text == "else" ? ParseStatementsTo("endif") : []);
        }
    }

    private With ParseWith()
    {
        var place = Stream.Next().Place;
        List<Expr> targets = [], values = [];
        while (Stream.Current.Type != TokenType.BlockEnd)
        {
            if (targets.Count > 0) Stream.ExpectOperator(",");
            targets.Add(ParseAssignTarget(use: NameUse.Parameter));
            Stream.ExpectOperator("=");
            values.Add(ParseExpression());
        }
        return new With(place, targets.ToArray(), values.ToArray(), ParseStatementsTo("endwith"));
    }

    private Autoescape ParseAutoescape()
    {
        var place = Stream.Next().Place;
        return new Autoescape(place, ParseExpression(), ParseStatementsTo("endautoescape"));
    }

    private Block ParseBlock()
    {
        var place = Stream.Next().Place;
        var name = Stream.ExpectName().Text;
        var scoped = Stream.SkipName("scoped");
        var required = Stream.SkipName("required");
        if (Stream.Current.IsOperator("-"))
            throw Fail("Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.");
        var body = ParseStatementsTo("endblock");
        if (required && !body.All(IsBlank)) throw Fail("Required blocks can only contain comments or whitespace");
        Stream.SkipName(name);
        return new Block(place, name, scoped, required, body);
    }

    private static bool IsBlank(Stmt statement) =>
        statement is Output output && output.Parts.All(part => part is TemplateData data && data.Text.All(Values.PythonText.IsSpace));

    private Extends ParseExtends()
    {
        var place = Stream.Next().Place;
        return new Extends(place, ParseExpression());
    }

    private bool AtContextMarker() => Stream.Current.Type == TokenType.Name && Stream.Current.Text is "with" or "without" && Stream.Look().IsName("context");

    private bool ParseContextMarker(bool byDefault)
    {
        if (!AtContextMarker()) return byDefault;
        var with = Stream.Next().Text == "with";
        Stream.Skip();
        return with;
    }

    private Include ParseInclude()
    {
        var place = Stream.Next().Place;
        var template = ParseExpression();
        var ignoreMissing = Stream.Current.IsName("ignore") && Stream.Look().IsName("missing");
        if (ignoreMissing) Stream.Skip(2);
        return new Include(place, template, ignoreMissing, ParseContextMarker(byDefault: true));
    }

    private Import ParseImport()
    {
        var place = Stream.Next().Place;
        var template = ParseExpression();
        Stream.ExpectName("as");
        var target = ParseAssignName();
        return new Import(place, template, target.Id, ParseContextMarker(byDefault: false));
    }

    private FromImport ParseFrom()
    {
        var place = Stream.Next().Place;
        var template = ParseExpression();
        Stream.ExpectName("import");
        var names = new List<(string, string)>();
        bool? withContext = null;
        while (true)
        {
            if (names.Count > 0) Stream.ExpectOperator(",");
            if (Stream.Current.Type != TokenType.Name) Stream.ExpectName();
            if (AtContextMarker())
            {
                withContext = ParseContextMarker(byDefault: false);
                break;
            }
            var target = ParseAssignName();
            if (target.Id.StartsWith('_'))
                throw SyntaxErrors.At(new TemplateAssertionException("names starting with an underline can not be imported"), target.Place);
            names.Add((target.Id, Stream.SkipName("as") ? ParseAssignName().Id : target.Id));
            if (AtContextMarker())
            {
                withContext = ParseContextMarker(byDefault: false);
                break;
            }
            if (!Stream.Current.IsOperator(",")) break;
        }
        return new FromImport(place, template, names.ToArray(), withContext ?? false);
    }

    private (Name[] Parameters, Expr[] Defaults) ParseSignature()
    {
        List<Name> parameters = [];
        List<Expr> defaults = [];
        Stream.ExpectOperator("(");
        while (!Stream.Current.IsOperator(")"))
        {
            if (parameters.Count > 0) Stream.ExpectOperator(",");
            var parameter = ParseAssignName();
            parameter.Use = NameUse.Parameter;
            if (Stream.SkipOperator("=")) defaults.Add(ParseExpression());
            else if (defaults.Count > 0) throw Fail("non-default argument follows default argument");
            parameters.Add(parameter);
        }
        Stream.ExpectOperator(")");
        return (parameters.ToArray(), defaults.ToArray());
    }

    private CallBlock ParseCallBlock()
    {
        var place = Stream.Next().Place;
        var (parameters, defaults) = Stream.Current.IsOperator("(") ? ParseSignature() : ([], []);
        if (ParseExpression() is not Call call) throw Fail("expected call", place);
        return new CallBlock(place, call, new MacroSyntax("caller", parameters, defaults, ParseStatementsTo("endcall")));
    }

    private FilterBlock ParseFilterBlock()
    {
        var place = Stream.Next().Place;
        var filter = (Filter)ParseFilter(null, startInline: true)!;
        return new FilterBlock(place, filter, ParseStatementsTo("endfilter"));
    }

    private Macro ParseMacro()
    {
        var place = Stream.Next().Place;
        var name = ParseAssignName().Id;
        var (parameters, defaults) = ParseSignature();
        return new Macro(place, new MacroSyntax(name, parameters, defaults, ParseStatementsTo("endmacro")));
    }

    private Output ParsePrint()
    {
        var place = Stream.Next().Place;
        var parts = new List<Expr>();
        while (Stream.Current.Type != TokenType.BlockEnd)
        {
            if (parts.Count > 0) Stream.ExpectOperator(",");
            parts.Add(ParseExpression());
        }
        return new Output(place, parts.ToArray());
    }

    private Do ParseDo()
    {
        var place = Stream.Next().Place;
        return new Do(place, ParseTuple());
    }

    private Name ParseAssignName()
    {
        var token = Stream.ExpectName();
        var name = new Name(token.Place, token.Text, NameUse.Store);
        CheckTarget(name);
        return name;
    }

    private Expr ParseAssignTarget(bool withNamespace = false, NameUse use = NameUse.Store)
    {
        if (withNamespace && Stream.Look().IsOperator("."))
        {
            var name = Stream.ExpectName();
            Stream.Next();
            return new NamespaceRef(name.Place, name.Text, Stream.ExpectName().Text);
        }
        var target = ParseTuple(simplified: true);
        SetUse(target, use);
        CheckTarget(target);
        return target;
    }

    private static void SetUse(Expr target, NameUse use)
    {
        if (target is Name name) name.Use = use;
        foreach (var child in target.Children) SetUse(child, use);
    }

    private static void CheckTarget(Expr target)
    {
        if (!CanAssign(target)) throw Fail($"can't assign to '{target.NodeName}'", target.Place);
    }

    // Constants written as names never become names: true = 1 is an assignment to a constant.
    private static bool CanAssign(Expr target) => target switch
    {
        Name name => name.Id is not ("true" or "false" or "none" or "True" or "False" or "None"),
        TupleExpr tuple => tuple.Items.All(CanAssign),
        _ => false,
    };
}
