using System.Globalization;
using System.Text;
using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>The methods of <c>str</c>.</summary>
internal static class TextMethods
{
    public static IEnumerable<Method> All() =>
    [
        new("capitalize", "", (_, a) => TextCase.Capitalize(a[0].Text)),
        new("casefold", "", (_, a) => TextCase.Fold(a[0].Text)),
        new("center", "[width], [fillchar]=' '", (s, a) => Center(s, a[0].Text, Python.SmallInteger(a[1]), Fill(a[2], "center"))),
        new("count", "[sub], [start]=none, [end]=none", (_, a) => Count(a[0].Text, Str(a[1], "count"), a[2], a[3])),
        new("encode", "encoding='utf-8', errors='strict'", (_, a) => Encode(a[0].Text, Str(a[1], "encode"))),
        new("endswith", "[suffix], [start]=none, [end]=none", (_, a) => Affix(a, "endswith", static (text, affix) => text.EndsWith(affix, StringComparison.Ordinal))),
        new("expandtabs", "tabsize=8", (s, a) => ExpandTabs(s, a[0].Text, Python.SmallInteger(a[1]))),
        new("find", "[sub], [start]=none, [end]=none", (_, a) => Find(a, "find", last: false)),
        new("format", "*args, **kwargs", (s, a) => StringFormat.Format(s, a[0], (TupleObject)a[1].Ref!, (DictObject)a[2].Ref!)),
        new("format_map", "[mapping]", (s, a) => StringFormat.Format(s, a[0], TupleObject.Empty, a[1].Ref as DictObject ?? throw Errors.Type("format_map argument must be a mapping"))),
        new("index", "[sub], [start]=none, [end]=none", (_, a) => Index(a, "index", last: false)),
        new("isalnum", "", (_, a) => Every(a[0].Text, CharacterClass.IsAlphanumeric)),
        new("isalpha", "", (_, a) => Every(a[0].Text, CharacterClass.IsLetter)),
        new("isascii", "", (_, a) => a[0].Text.All(char.IsAscii)),
        new("isdecimal", "", (_, a) => Every(a[0].Text, CharacterClass.IsDecimal)),
        new("isdigit", "", (_, a) => Every(a[0].Text, CharacterClass.IsDigit)),
        new("isidentifier", "", (_, a) => CharacterClass.IsIdentifier(a[0].Text)),
        new("islower", "", (_, a) => TextCase.IsLower(a[0].Text)),
        new("isnumeric", "", (_, a) => Every(a[0].Text, CharacterClass.IsNumeric)),
        new("isprintable", "", (_, a) => a[0].Text.Length == 0 || Every(a[0].Text, PythonText.IsPrintable)),
        new("isspace", "", (_, a) => a[0].Text.Length > 0 && a[0].Text.All(PythonText.IsSpace)),
        new("istitle", "", (_, a) => TextCase.IsTitle(a[0].Text)),
        new("isupper", "", (_, a) => TextCase.IsUpper(a[0].Text)),
        new("join", "[iterable]", (s, a) => Join(s, a[0].Text, a[1])),
        new("ljust", "[width], [fillchar]=' '", (s, a) => Justify(s, a[0].Text, Python.SmallInteger(a[1]), Fill(a[2], "ljust"), left: true)),
        new("lower", "", (_, a) => TextCase.Lower(a[0].Text)),
        new("lstrip", "[chars]=none", (_, a) => Strip(a[0].Text, a[1], left: true, right: false)),
        new("maketrans", "[x], [y]=none, [z]=none", (_, a) => MakeTranslation(a[1], a[2], a[3])),
        new("partition", "[sep]", (_, a) => Partition(a[0].Text, Str(a[1], "partition"), last: false)),
        new("removeprefix", "[prefix]", (_, a) => Str(a[1], "removeprefix") is var p && a[0].Text.StartsWith(p, StringComparison.Ordinal) ? a[0].Text[p.Length..] : a[0].Text),
        new("removesuffix", "[suffix]", (_, a) => Str(a[1], "removesuffix") is var x && a[0].Text.EndsWith(x, StringComparison.Ordinal) ? a[0].Text[..^x.Length] : a[0].Text),
        new("replace", "[old], [new], [count]=-1", (s, a) => Replace(s, a[0].Text, Str(a[1], "replace"), Str(a[2], "replace"), Python.Integer(a[3]))),
        new("rfind", "[sub], [start]=none, [end]=none", (_, a) => Find(a, "rfind", last: true)),
        new("rindex", "[sub], [start]=none, [end]=none", (_, a) => Index(a, "rindex", last: true)),
        new("rjust", "[width], [fillchar]=' '", (s, a) => Justify(s, a[0].Text, Python.SmallInteger(a[1]), Fill(a[2], "rjust"), left: false)),
        new("rpartition", "[sep]", (_, a) => Partition(a[0].Text, Str(a[1], "rpartition"), last: true)),
        new("rsplit", "sep=none, maxsplit=-1", (s, a) => TextSplit.Split(s, a[0].Text, a[1], Python.Integer(a[2]), fromRight: true)),
        new("rstrip", "[chars]=none", (_, a) => Strip(a[0].Text, a[1], left: false, right: true)),
        new("split", "sep=none, maxsplit=-1", (s, a) => TextSplit.Split(s, a[0].Text, a[1], Python.Integer(a[2]), fromRight: false)),
        new("splitlines", "keepends=false", (s, a) => TextSplit.ToList(s, TextSplit.Lines(a[0].Text, Python.Truth(a[1])))),
        new("startswith", "[prefix], [start]=none, [end]=none", (_, a) => Affix(a, "startswith", static (text, affix) => text.StartsWith(affix, StringComparison.Ordinal))),
        new("strip", "[chars]=none", (_, a) => Strip(a[0].Text, a[1], left: true, right: true)),
        new("swapcase", "", (_, a) => TextCase.Swap(a[0].Text)),
        new("title", "", (_, a) => TextCase.Title(a[0].Text)),
        new("translate", "[table]", (s, a) => Translate(s, a[0].Text, a[1])),
        new("upper", "", (_, a) => TextCase.Upper(a[0].Text)),
        new("zfill", "[width]", (s, a) => ZeroFill(s, a[0].Text, Python.SmallInteger(a[1]))),
    ];

    /// <summary>An argument that must be text.</summary>
    public static string Str(JinjaValue value, string method) =>
        value.IsTextual ? value.Text : throw Errors.Type($"{method}() argument must be str, not {Python.TypeName(value)}");

    private static string Fill(JinjaValue value, string method)
    {
        var fill = Str(value, method);
        return PythonText.Length(fill) == 1 ? fill : throw Errors.Type("The fill character must be exactly one character long");
    }

    private static bool Every(string text, Func<int, bool> holds)
    {
        for (var i = 0; i < text.Length;)
        {
            var step = PythonText.Step(text, i);
            if (!holds(step == 2 ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i])) return false;
            i += step;
        }
        return text.Length > 0;
    }

    public static string Repeat(string text, int count) => text.Length == 1 ? new string(text[0], count) : new StringBuilder().Insert(0, text, count).ToString();

    public static string Center(RenderState state, string text, int width, string fill)
    {
        var missing = width - PythonText.Length(text);
        if (missing <= 0) return text;
        state.Charge(text.Length + (long)missing * fill.Length);
        var left = missing / 2 + (missing & width & 1);
        return Repeat(fill, left) + text + Repeat(fill, missing - left);
    }

    private static string Justify(RenderState state, string text, int width, string fill, bool left)
    {
        var missing = width - PythonText.Length(text);
        if (missing <= 0) return text;
        state.Charge(text.Length + (long)missing * fill.Length);
        return left ? text + Repeat(fill, missing) : Repeat(fill, missing) + text;
    }

    private static string ZeroFill(RenderState state, string text, int width)
    {
        var missing = width - PythonText.Length(text);
        if (missing <= 0) return text;
        state.Charge(width);
        var sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        return text[..sign] + new string('0', missing) + text[sign..];
    }

    // The part that start and end select, in code points; null where start lies beyond the end of the text.
    private static (string Part, int Before)? Part(string text, JinjaValue start, JinjaValue end)
    {
        if (start.IsNone && end.IsNone) return (text, 0);
        var length = PythonText.Length(text);
        var from = Bound(start, 0, length);
        var to = Math.Min(Bound(end, length, length), length);
        if (from > to || from > length) return null;
        return (PythonText.Substring(text, from, to - from), from);
    }

    private static int Bound(JinjaValue value, int none, int length)
    {
        if (value.IsNone) return none;
        var index = value.IsInt || value.IsBool ? Math.Clamp(value.Bits, int.MinValue, int.MaxValue) : throw Errors.Type("slice indices must be integers or None or have an __index__ method");
        return (int)Math.Max(0, index < 0 ? index + length : index);
    }

    private static JinjaValue Count(string text, string sub, JinjaValue start, JinjaValue end)
    {
        if (Part(text, start, end) is not { } part) return 0;
        if (sub.Length == 0) return PythonText.Length(part.Part) + 1;
        return part.Part.AsSpan().Count(sub);
    }

    private static long FindIn(ReadOnlySpan<JinjaValue> a, string method, bool last)
    {
        if (Part(a[0].Text, a[2], a[3]) is not { } part) return -1;
        var sub = Str(a[1], method);
        var index = last ? part.Part.AsSpan().LastIndexOf(sub) : part.Part.AsSpan().IndexOf(sub);
        if (last && sub.Length == 0) index = part.Part.Length;
        return index < 0 ? -1 : part.Before + PythonText.Length(part.Part[..index]);
    }

    private static JinjaValue Find(ReadOnlySpan<JinjaValue> a, string method, bool last) => FindIn(a, method, last);

    private static JinjaValue Index(ReadOnlySpan<JinjaValue> a, string method, bool last)
    {
        var index = FindIn(a, method, last);
        return index >= 0 ? index : throw Errors.Value("substring not found");
    }

    private static JinjaValue Affix(ReadOnlySpan<JinjaValue> a, string method, Func<string, string, bool> holds)
    {
        string[] affixes;
        if (a[1].Ref is TupleObject tuple) affixes = tuple.Span.ToArray().Select(x => Str(x, method)).ToArray();
        else if (a[1].IsTextual) affixes = [a[1].Text];
        else throw Errors.Type($"{method} first arg must be str or a tuple of str, not {Python.TypeName(a[1])}");
        return Part(a[0].Text, a[2], a[3]) is { } part && Array.Exists(affixes, affix => holds(part.Part, affix));
    }

    private static JinjaValue Encode(string text, string encoding)
    {
        switch (encoding.ToLowerInvariant().Replace('_', '-'))
        {
            case "utf-8" or "utf8": return JinjaValue.From(new BytesText(Encoding.UTF8.GetBytes(text)));
            case "ascii" or "us-ascii" when text.All(char.IsAscii): return JinjaValue.From(new BytesText(Encoding.ASCII.GetBytes(text)));
            case "latin-1" or "latin1" or "iso-8859-1" when text.All(c => c <= 255): return JinjaValue.From(new BytesText(Encoding.Latin1.GetBytes(text)));
            case "ascii" or "us-ascii" or "latin-1" or "latin1" or "iso-8859-1":
                throw new TemplateRuntimeException($"'{encoding}' codec can't encode characters", "UnicodeEncodeError");
            default: throw Errors.Lookup($"unknown encoding: {encoding}");
        }
    }

    private static JinjaValue ExpandTabs(RenderState state, string text, int size)
    {
        var result = new StringBuilder();
        var column = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\t')
            {
                var spaces = size > 0 ? size - column % size : 0;
                state.Charge(spaces);
                result.Append(' ', spaces);
                column += spaces;
                continue;
            }
            if (!char.IsLowSurrogate(text[i])) column++;
            if (text[i] is '\n' or '\r') column = 0;
            result.Append(text[i]);
        }
        return result.ToString();
    }

    private static JinjaValue Join(RenderState state, string separator, JinjaValue items)
    {
        if (!Python.IsIterable(items)) throw Errors.Type("can only join an iterable");
        var result = new StringBuilder();
        using var iterator = Python.Iterate(items, state);
        for (var i = 0; iterator.MoveNext(); i++)
        {
            var item = iterator.Current;
            if (!item.IsTextual) throw Errors.Type($"sequence item {i}: expected str instance, {Python.TypeName(item)} found");
            if (i > 0) result.Append(separator);
            var text = item.Text;
            state.Charge(separator.Length + text.Length);
            result.Append(text);
        }
        return result.ToString();
    }

    public static string Strip(string text, JinjaValue chars, bool left, bool right)
    {
        if (!chars.IsNone && !chars.IsTextual) throw Errors.Type("strip arg must be None or str");
        int from = 0, to = text.Length;
        if (chars.IsNone)
        {
            while (left && from < to && PythonText.IsSpace(text[from])) from++;
            while (right && to > from && PythonText.IsSpace(text[to - 1])) to--;
            return text[from..to];
        }
        var set = PythonText.Characters(chars.Text);
        while (left && from < to && PythonText.Step(text, from) is var step && Array.IndexOf(set, text.Substring(from, step)) >= 0) from += step;
        while (right && to > from)
        {
            var step = to - from > 1 && char.IsLowSurrogate(text[to - 1]) && char.IsHighSurrogate(text[to - 2]) ? 2 : 1;
            if (Array.IndexOf(set, text.Substring(to - step, step)) < 0) break;
            to -= step;
        }
        return text[from..to];
    }

    private static JinjaValue Partition(string text, string separator, bool last)
    {
        if (separator.Length == 0) throw Errors.Value("empty separator");
        var index = last ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        JinjaValue[] parts = index >= 0
            ? [text[..index], separator, text[(index + separator.Length)..]]
            : last ? ["", "", text] : [text, "", ""];
        return JinjaValue.From(new TupleObject(parts));
    }

    public static string Replace(RenderState state, string text, string old, string replacement, long count)
    {
        if (count == 0) return text;
        if (count < 0) count = long.MaxValue;
        var result = new StringBuilder();
        if (old.Length == 0)
        {
            var characters = PythonText.Characters(text);
            for (var i = 0; i <= characters.Length; i++)
            {
                if (count-- > 0)
                {
                    state.Charge(replacement.Length);
                    result.Append(replacement);
                }
                if (i < characters.Length) result.Append(characters[i]);
            }
            return result.ToString();
        }
        var position = 0;
        for (var next = text.IndexOf(old, StringComparison.Ordinal); next >= 0 && count > 0; next = text.IndexOf(old, position, StringComparison.Ordinal), count--)
        {
            state.Charge(next - position + replacement.Length);
            result.Append(text, position, next - position).Append(replacement);
            position = next + old.Length;
        }
        if (position == 0) return text;
        state.Charge(text.Length - position);
        return result.Append(text, position, text.Length - position).ToString();
    }

    private static JinjaValue MakeTranslation(JinjaValue x, JinjaValue y, JinjaValue z)
    {
        var table = new DictObject();
        if (y.IsNone)
        {
            if (x.Ref is not DictObject source) throw Errors.Type("if you give only one argument to maketrans it must be a dict");
            foreach (var entry in source.Entries) table.Set(entry.Key.IsTextual ? CodePoint(entry.Key.Text) : entry.Key, entry.Value);
            return JinjaValue.From(table);
        }
        var from = PythonText.Characters(Str(x, "maketrans"));
        var to = PythonText.Characters(Str(y, "maketrans"));
        if (from.Length != to.Length) throw Errors.Value("the first two maketrans arguments must have equal length");
        for (var i = 0; i < from.Length; i++) table.Set(CodePoint(from[i]), CodePoint(to[i]));
        if (!z.IsNone)
        {
            foreach (var deleted in PythonText.Characters(Str(z, "maketrans"))) table.Set(CodePoint(deleted), JinjaValue.None);
        }
        return JinjaValue.From(table);
    }

    private static long CodePoint(string character) => character.Length == 2 ? char.ConvertToUtf32(character[0], character[1]) : character[0];

    private static JinjaValue Translate(RenderState state, string text, JinjaValue table)
    {
        var result = new StringBuilder();
        foreach (var character in PythonText.Characters(text))
        {
            state.Tick();
            if (!Access.TryItem(state, table, CodePoint(character), out var value))
            {
                result.Append(character);
                continue;
            }
            var replacement = value.IsNone ? "" : value.IsTextual ? value.Text : value.IsInt ? FromCodePoint(value.Bits) : throw Errors.Type("character mapping must return integer, None or str");
            state.Charge(replacement.Length);
            result.Append(replacement);
        }
        return result.ToString();
    }

    private static string FromCodePoint(long point) => point switch
    {
        < 0 or > 0x10ffff => throw Errors.Value("character mapping must be in range(0x110000)"),
        < 0x10000 => ((char)point).ToString(),
        _ => char.ConvertFromUtf32((int)point),
    };

    /// <summary>Text with everything beyond ASCII escaped, as <c>ascii()</c> gives it.</summary>
    public static string Ascii(string text)
    {
        var result = new StringBuilder();
        foreach (var character in PythonText.Characters(text))
        {
            var point = CodePoint(character);
            if (point < 0x80) result.Append(character);
            else if (point < 0x100) result.Append(CultureInfo.InvariantCulture, $"\\x{point:x2}");
            else if (point < 0x10000) result.Append(CultureInfo.InvariantCulture, $"\\u{point:x4}");
            else result.Append(CultureInfo.InvariantCulture, $"\\U{point:x8}");
        }
        return result.ToString();
    }
}
