using System.Text;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>Filters on text.</summary>
internal static class TextFilters
{
    public static IEnumerable<FilterFunction> All() =>
    [
        new("capitalize", "s", (s, a) => Soft(s, a[0], TextCase.Capitalize)),
        new("center", "value, width=80", (s, a) => Center(s, a)),
        new("format", "value, *args, **kwargs", Format),
        new("indent", "s, width=4, first=false, blank=false", Indent),
        new("join", "value, d='', attribute=none", Join),
        new("lower", "s", (s, a) => Soft(s, a[0], TextCase.Lower)),
        new("pprint", "value", (s, a) => PrettyPrinter.Print(s, a[0])),
        new("replace", "s, old, new, count=none", Replace),
        new("string", "s", (s, a) => a[0].IsTextual ? a[0] : Python.Str(a[0], s)),
        new("title", "s", (s, a) => Soft(s, a[0], Title).Text),
        new("trim", "value, chars=none", (s, a) => Trim(s, a[0], a[1])),
        new("truncate", "s, length=255, killwords=false, end='...', leeway=none", Truncate),
        new("upper", "s", (s, a) => Soft(s, a[0], TextCase.Upper)),
        new("urlencode", "value", UrlEncode),
        new("wordcount", "s", (s, a) => WordCount(Python.Str(a[0], s))),
        new("wordwrap", "s, width=79, break_long_words=true, wrapstring=none, break_on_hyphens=true", WordWrap),
    ];

    // Markup stays markup.
    private static JinjaValue Soft(RenderState state, JinjaValue value, Func<string, string> map)
    {
        var text = Python.Str(value, state);
        state.Charge(text.Length);
        return JinjaValue.FromText(map(text), value.IsMarkup);
    }

    private static JinjaValue Center(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var width = Python.SmallInteger(a[1]);
        return JinjaValue.FromText(TextMethods.Center(state, Python.Str(a[0], state), width, " "), a[0].IsMarkup);
    }

    private static JinjaValue Format(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        if (Python.Truth(a[1]) && Python.Truth(a[2])) throw new FilterArgumentException("can't handle positional and keyword arguments at the same time");
        var format = a[0].IsTextual ? a[0] : Python.Str(a[0], state);
        return PercentFormat.Format(state, format, Python.Truth(a[2]) ? a[2] : a[1]);
    }

    private static JinjaValue Indent(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var markup = a[0].IsMarkup;
        if (a[1].Ref is UndefinedValue noWidth) throw noWidth.Error();
        string indent;
        if (a[1].IsTextual)
        {
            indent = markup ? Html.Escape(a[1]).Text : a[1].Text;
        }
        else
        {
            var width = Math.Max(0, Python.SmallInteger(a[1]));
            state.Charge(width);
            indent = new string(' ', width);
        }
        if (a[0].Ref is UndefinedValue undefined) throw undefined.Error();
        if (!a[0].IsTextual) throw Errors.Type($"unsupported operand type(s) for +=: '{Python.TypeName(a[0])}' and 'str'");
        var first = Python.Truth(a[2]);
        var blank = Python.Truth(a[3]);
        var lines = TextSplit.Lines(a[0].Text + "\n", keepEnds: false);
        var result = new StringBuilder();
        for (var i = 0; i < lines.Count; i++)
        {
            var indented = i == 0 ? first : blank || lines[i].Length > 0;
            state.Charge(lines[i].Length + 1 + (indented ? indent.Length : 0));
            if (i > 0) result.Append('\n');
            if (indented) result.Append(indent);
            result.Append(lines[i]);
        }
        return JinjaValue.FromText(result.ToString(), markup);
    }

    public static string JoinText(RenderState state, string separator, IEnumerable<string> parts)
    {
        var result = new StringBuilder();
        var first = true;
        foreach (var part in parts)
        {
            state.Charge(separator.Length + part.Length);
            if (!first) result.Append(separator);
            first = false;
            result.Append(part);
        }
        return result.ToString();
    }

    private static JinjaValue Join(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var items = Python.ToArray(a[0], state);
        if (!a[2].IsNone)
        {
            var getter = new AttributeGetter(state, a[2]);
            for (var i = 0; i < items.Length; i++) items[i] = getter.Get(items[i]);
        }
        var separator = a[1];
        if (!state.Context.Autoescape) return JoinText(state, Python.Str(separator, state), items.Select(i => Python.Str(i, state)));
        // Either side being markup escapes the other.
        var markup = separator.IsMarkup || Array.Exists(items, i => i.IsMarkup || i.Ref is ObjectValue { IsHtml: true });
        if (!markup) return JoinText(state, Python.Str(separator, state), items.Select(i => Python.Str(i, state)));
        return JinjaValue.Markup(JoinText(state, Html.Escape(separator).Text, items.Select(i => Html.Escape(i).Text)));
    }

    private static JinjaValue Replace(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var count = a[3].IsNone ? -1 : Python.Integer(a[3]);
        if (!state.Context.Autoescape)
            return TextMethods.Replace(state, Python.Str(a[0], state), Python.Str(a[1], state), Python.Str(a[2], state), count);
        var subject = a[0];
        if (a[1].IsMarkup || (a[2].IsMarkup && !subject.IsMarkup)) subject = Html.Escape(subject);
        if (!subject.IsMarkup) return TextMethods.Replace(state, Python.Str(subject, state), Python.Str(a[1], state), Python.Str(a[2], state), count);
        return JinjaValue.Markup(TextMethods.Replace(state, subject.Text, Html.Escape(Textual(state, a[1])).Text, Html.Escape(Textual(state, a[2])).Text, count));
    }

    private static JinjaValue Textual(RenderState state, JinjaValue value) => value.IsTextual ? value : Python.Str(value, state);

    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            var separator = IsTitleSeparator(text[i]);
            while (i < text.Length && IsTitleSeparator(text[i]) == separator) i++;
            if (separator)
            {
                result.Append(text, start, i - start);
                continue;
            }
            var first = PythonText.Step(text, start);
            result.Append(TextCase.Upper(text.Substring(start, first))).Append(TextCase.Lower(text[(start + first)..i]));
        }
        return result.ToString();
    }

    private static bool IsTitleSeparator(char c) => c is '-' or '(' or '{' or '[' or '<' || PythonText.IsSpace(c);

    private static JinjaValue Trim(RenderState state, JinjaValue value, JinjaValue chars)
    {
        if (value.IsMarkup && chars.IsTextual) chars = Html.Escape(chars).Text;
        return JinjaValue.FromText(TextMethods.Strip(Python.Str(value, state), chars, left: true, right: true), value.IsMarkup);
    }

    private static JinjaValue Truncate(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var leeway = a[4].IsNone ? 5 : Number(a[4]);
        var length = Number(a[1]);
        var endLength = Python.Length(a[3]);
        if (length < endLength) throw Errors.Assertion($"expected length >= {endLength}, got {length}");
        if (leeway < 0) throw Errors.Assertion($"expected leeway >= 0, got {leeway}");
        if (Python.Length(a[0]) <= (double)length + leeway) return a[0];
        if (!a[0].IsTextual)
        {
            if (Python.Truth(a[2])) return Operators.Apply(state, BinaryOperator.Add, Slicing.Slice(state, a[0], default, length - endLength, default), a[3]);
            throw Errors.Attribute($"'{Python.TypeName(a[0])}' object has no attribute 'rsplit'");
        }
        var text = PythonText.Substring(a[0].Text, 0, (int)length - endLength);
        if (!Python.Truth(a[2]))
        {
            var space = text.LastIndexOf(' ');
            if (space >= 0) text = text[..space];
        }
        return Operators.Apply(state, BinaryOperator.Add, JinjaValue.FromText(text, a[0].IsMarkup), a[3]);
    }

    private static long Number(JinjaValue value)
    {
        if (value.Ref is UndefinedValue undefined) throw undefined.Error();
        if (value.IsInt || value.IsBool) return value.Bits;
        throw Errors.Type($"'>=' not supported between instances of '{Python.TypeName(value)}' and 'int'");
    }

    private static JinjaValue UrlEncode(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        if (a[0].IsTextual || !Python.IsIterable(a[0])) return Quote(state, a[0], forQuery: false);
        var pairs = a[0].Ref is DictObject dictionary
            ? dictionary.Snapshot().Select(e => (e.Key, e.Value))
            : Python.ToArray(a[0], state).Select(item => Pair(state, item));
        return JoinText(state, "&", pairs.Select(p => Quote(state, p.Item1, forQuery: true) + "=" + Quote(state, p.Item2, forQuery: true)));
    }

    private static (JinjaValue, JinjaValue) Pair(RenderState state, JinjaValue item)
    {
        if (!Python.IsIterable(item)) throw Errors.Type($"cannot unpack non-iterable {Python.TypeName(item)} object");
        var pair = Python.ToArray(item, state);
        return pair.Length switch
        {
            2 => (pair[0], pair[1]),
            < 2 => throw Errors.Value($"not enough values to unpack (expected 2, got {pair.Length})"),
            _ => throw Errors.Value("too many values to unpack (expected 2)"),
        };
    }

    private static string Quote(RenderState state, JinjaValue value, bool forQuery)
    {
        var bytes = value.Ref is BytesText given ? given.Bytes : Encoding.UTF8.GetBytes(Python.Str(value, state));
        state.Charge(bytes.Length * 3L);
        var result = new StringBuilder(bytes.Length + 16);
        foreach (var b in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'.' or (byte)'-' or (byte)'~' || (b == '/' && !forQuery)) result.Append((char)b);
            else if (b == ' ' && forQuery) result.Append('+');
            else result.Append('%').Append("0123456789ABCDEF"[b >> 4]).Append("0123456789ABCDEF"[b & 15]);
        }
        return result.ToString();
    }

    private static JinjaValue WordCount(string text)
    {
        var count = 0;
        var inWord = false;
        for (var i = 0; i < text.Length;)
        {
            var step = PythonText.Step(text, i);
            var isWord = CharacterClass.IsWord(step == 2 ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i]);
            if (isWord && !inWord) count++;
            inWord = isWord;
            i += step;
        }
        return count;
    }

    private static JinjaValue WordWrap(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        if (!a[0].IsTextual)
        {
            if (a[0].Ref is UndefinedValue undefined) throw undefined.Error();
            throw Errors.Attribute($"'{Python.TypeName(a[0])}' object has no attribute 'splitlines'");
        }
        if (a[1].Ref is UndefinedValue noWidth) throw noWidth.Error();
        var width = Python.SmallInteger(a[1]);
        var separator = a[3].IsNone ? "\n" : TextMethods.Str(a[3], "wordwrap");
        var markup = a[3].IsMarkup;
        var wrapper = new WordWrapper(state, width, Python.Truth(a[2]), Python.Truth(a[4]));
        var lines = TextSplit.Lines(a[0].Text, keepEnds: false).Select(line => JoinText(state, separator, Wrapped(line)));
        return JinjaValue.FromText(JoinText(state, separator, lines), markup);

        IEnumerable<string> Wrapped(string line)
        {
            state.Tick(Math.Max(1, line.Length));
            return wrapper.Wrap(line).Select(part => markup ? Html.Escape(part) : part);
        }
    }
}
