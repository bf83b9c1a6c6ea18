using System.Globalization;
using System.Text;
using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>Python's <c>str.format</c>. Fields are looked up under the rules of the sandbox.</summary>
internal sealed class StringFormat(RenderState state, bool markup, TupleObject positional, DictObject named)
{
    private int _automatic;

    // -1: numbered by hand, 1: numbered automatically.
    private int _numbering;

    public static JinjaValue Format(RenderState state, JinjaValue format, TupleObject positional, DictObject named) =>
        JinjaValue.FromText(new StringFormat(state, format.IsMarkup, positional, named).Run(format.Text, 2), format.IsMarkup);

    private string Run(string format, int depth)
    {
        if (depth < 0) throw Errors.Value("Max string recursion exceeded");
        var result = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (c is not ('{' or '}'))
            {
                result.Append(c);
                continue;
            }
            if (i + 1 < format.Length && format[i + 1] == c)
            {
                result.Append(c);
                i++;
                continue;
            }
            if (c == '}') throw Errors.Value("Single '}' encountered in format string");
            var end = FieldEnd(format, i + 1);
            result.Append(Field(format[(i + 1)..end], depth));
            i = end;
        }
        state.Charge(result.Length);
        return result.ToString();
    }

    private static int FieldEnd(string format, int start)
    {
        if (start >= format.Length) throw Errors.Value("Single '{' encountered in format string");
        var depth = 1;
        var inBrackets = false;
        for (var i = start; i < format.Length; i++)
        {
            if (format[i] == '[' && depth == 1) inBrackets = true;
            else if (format[i] == ']') inBrackets = false;
            if (inBrackets) continue;
            if (format[i] == '{') depth++;
            if (format[i] == '}' && --depth == 0) return i;
        }
        throw Errors.Value("expected '}' before end of string");
    }

    private string Field(string field, int depth)
    {
        var nameEnd = 0;
        for (var inBrackets = false; nameEnd < field.Length; nameEnd++)
        {
            if (field[nameEnd] == '[') inBrackets = true;
            else if (field[nameEnd] == ']') inBrackets = false;
            else if (!inBrackets && field[nameEnd] is ':' or '!') break;
            else if (!inBrackets && field[nameEnd] == '{') throw Errors.Value("unexpected '{' in field name");
        }
        var rest = field[nameEnd..];
        var conversion = '\0';
        if (rest.StartsWith('!'))
        {
            if (rest.Length < 2) throw Errors.Value("end of string while looking for conversion specifier");
            conversion = rest[1];
            rest = rest[2..];
            if (rest.Length > 0 && rest[0] != ':') throw Errors.Value("expected ':' after conversion specifier");
        }
        var value = Lookup(field[..nameEnd]);
        value = conversion switch
        {
            '\0' => value,
            's' => Python.Str(value, state),
            'r' => Python.Repr(value, state),
            'a' => TextMethods.Ascii(Python.Repr(value, state)),
            _ => throw Errors.Value($"Unknown conversion specifier '{conversion}'"),
        };
        var spec = Run(rest.Length > 0 ? rest[1..] : "", depth - 1);
        return Apply(value, spec);
    }

    private string Apply(JinjaValue value, string spec)
    {
        if (!markup) return FormatSpec.Parse(spec).Apply(state, value);
        if (value.IsMarkup && spec.Length > 0) throw Errors.Value("Unsupported format specification for Markup.");
        return value.IsMarkup ? value.Text : Html.Escape(FormatSpec.Parse(spec).Apply(state, value));
    }

    private JinjaValue Lookup(string name)
    {
        var end = name.AsSpan().IndexOfAny('.', '[');
        var first = end < 0 ? name : name[..end];
        var value = First(first);
        var i = end < 0 ? name.Length : end;
        while (i < name.Length)
        {
            if (name[i] == '.')
            {
                var next = name.AsSpan(i + 1).IndexOfAny('.', '[');
                var stop = next < 0 ? name.Length : i + 1 + next;
                if (stop == i + 1) throw Errors.Value("Empty attribute in format string");
                value = Attribute(value, name[(i + 1)..stop]);
                i = stop;
            }
            else
            {
                var close = name.IndexOf(']', i);
                if (close < 0) throw Errors.Value("Missing ']' in format string");
                if (close == i + 1) throw Errors.Value("Empty attribute in format string");
                var key = name[(i + 1)..close];
                value = Item(value, int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : key);
                i = close + 1;
                if (i < name.Length && name[i] is not ('.' or '[')) throw Errors.Value("Only '.' or '[' may follow ']' in format field specifier");
            }
        }
        return value;
    }

    private JinjaValue First(string name)
    {
        if (name.Length == 0 || name.All(char.IsAsciiDigit))
        {
            var automatic = name.Length == 0 ? 1 : -1;
            if (_numbering == -automatic)
                throw Errors.Value(automatic == 1 ? "cannot switch from manual field specification to automatic field numbering" : "cannot switch from automatic field numbering to manual field specification");
            _numbering = automatic;
            var index = automatic == 1 ? _automatic++ : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : int.MaxValue;
            return index < positional.Count ? positional.Array[index] : throw Errors.Index($"Replacement index {index} out of range for positional args tuple");
        }
        return named.TryGet(name, out var value) ? value : throw Errors.Key(PythonText.Quote(name));
    }

    private JinjaValue Attribute(JinjaValue owner, string name)
    {
        if (state.Options.Sandbox) return Access.Attribute(state, owner, name);
        if (owner.Ref is UndefinedValue undefined && !name.StartsWith("__", StringComparison.Ordinal)) throw undefined.Error();
        return Access.TryAttribute(state, owner, name, out var value)
            ? value
            : throw Errors.Attribute($"'{Python.TypeName(owner)}' object has no attribute '{name}'");
    }

    private JinjaValue Item(JinjaValue owner, JinjaValue key)
    {
        if (state.Options.Sandbox) return Access.Item(state, owner, key);
        if (owner.Ref is UndefinedValue undefined) throw undefined.Error();
        if (Access.TryItem(state, owner, key, out var value)) return value;
        throw owner.Ref is DictObject ? Errors.Key(Python.Repr(key)) : key.IsInt && (owner.Ref is SequenceObject || owner.IsTextual) ? Errors.Index("index out of range") : Errors.Type("indices must be integers or slices, not str");
    }
}
