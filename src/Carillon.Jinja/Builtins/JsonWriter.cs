using System.Globalization;
using System.Text;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>The filter <c>tojson</c>: JSON with sorted keys that is safe within HTML.</summary>
internal sealed class JsonWriter
{
    private readonly RenderState _state;
    private readonly string? _indent;
    private readonly StringBuilder _text = new();
    private int _depth;

    private JsonWriter(RenderState state, string? indent)
    {
        _state = state;
        _indent = indent;
    }

    public static JinjaValue Write(RenderState state, JinjaValue value, JinjaValue indent)
    {
        string? step = null;
        if (indent.Ref is UndefinedValue undefined) throw undefined.Error();
        if (indent.IsTextual) step = indent.Text;
        else if (!indent.IsNone)
        {
            var width = Math.Max(0, Python.SmallInteger(indent));
            state.Charge(width);
            step = new string(' ', width);
        }
        var writer = new JsonWriter(state, step);
        writer.Value(value);
        return JinjaValue.Markup(writer._text.ToString());
    }

    private void Append(string text)
    {
        _state.Charge(text.Length);
        _text.Append(text);
    }

    private void Value(JinjaValue value)
    {
        _state.Tick();
        switch (value.Kind)
        {
            case ValueKind.None: Append("null"); break;
            case ValueKind.Bool: Append(value.Bool ? "true" : "false"); break;
            case ValueKind.Int or ValueKind.BigInt: Append(ReprWriter.IntegerText(Python.Big(value))); break;
            case ValueKind.Float: Append(Float(value.Float)); break;
            case ValueKind.Str or ValueKind.Markup: Text(value.Text); break;
            case ValueKind.List or ValueKind.Tuple: List((SequenceObject)value.Ref!); break;
            case ValueKind.Dict: Dictionary((DictObject)value.Ref!); break;
            default: throw Errors.Type($"Object of type {Python.TypeName(value)} is not JSON serializable");
        }
    }

    private static string Float(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? value > 0 ? "Infinity" : "-Infinity" : FloatText.Repr(value);

    private void Open(string bracket)
    {
        if (++_depth > 200) throw Errors.Value("Circular reference detected");
        Append(bracket);
    }

    private void Line(bool first)
    {
        if (!first) Append(_indent is null ? ", " : ",");
        NewLine();
    }

    private void NewLine()
    {
        if (_indent is null) return;
        Append("\n");
        for (var i = 0; i < _depth; i++) Append(_indent);
    }

    private void Close(string bracket)
    {
        _depth--;
        NewLine();
        Append(bracket);
    }

    private void List(SequenceObject list)
    {
        if (list.Count == 0)
        {
            Append("[]");
            return;
        }
        Open("[");
        for (var i = 0; i < list.Count; i++)
        {
            Line(i == 0);
            Value(list.Array[i]);
        }
        Close("]");
    }

    private void Dictionary(DictObject dictionary)
    {
        if (dictionary.Count == 0)
        {
            Append("{}");
            return;
        }
        var entries = dictionary.Snapshot();
        var items = entries.Select(e => e.Value).ToArray();
        var keys = entries.Select(e => e.Key).ToArray();
        Python.Sort(_state, items, keys, reverse: false);
        Open("{");
        for (var i = 0; i < items.Length; i++)
        {
            Line(i == 0);
            Text(Key(keys[i]));
            Append(": ");
            Value(items[i]);
        }
        Close("}");
    }

    private static string Key(JinjaValue key) => key.Kind switch
    {
        ValueKind.Str or ValueKind.Markup => key.Text,
        ValueKind.None => "null",
        ValueKind.Bool => key.Bool ? "true" : "false",
        ValueKind.Int or ValueKind.BigInt => ReprWriter.IntegerText(Python.Big(key)),
        ValueKind.Float => Float(key.Float),
        _ => throw Errors.Type($"keys must be str, int, float, bool or None, not {Python.TypeName(key)}"),
    };

    private void Text(string text)
    {
        _state.Charge(text.Length + 2);
        _text.Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"': _text.Append("\\\""); break;
                case '\\': _text.Append("\\\\"); break;
                case '\n': _text.Append("\\n"); break;
                case '\r': _text.Append("\\r"); break;
                case '\t': _text.Append("\\t"); break;
                case '\f': _text.Append("\\f"); break;
                case '\b': _text.Append("\\b"); break;
                case < ' ' or > '\x7f' or '<' or '>' or '&' or '\'':
                    _state.Charge(5);
                    _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    break;
                default: _text.Append(c); break;
            }
        }
        _text.Append('"');
    }
}
