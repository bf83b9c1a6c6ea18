using System.Text;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>Python's <c>pprint</c>: one line where it fits in 80 columns, else one item a line, keys sorted.</summary>
internal sealed class PrettyPrinter
{
    private const int Width = 80;

    private readonly RenderState _state;
    private readonly StringBuilder _text = new();

    private PrettyPrinter(RenderState state) => _state = state;

    public static JinjaValue Print(RenderState state, JinjaValue value)
    {
        var printer = new PrettyPrinter(state);
        printer.Format(value, 0, 0, 1);
        return printer._text.ToString();
    }

    private void Append(string text)
    {
        _state.Charge(text.Length);
        _text.Append(text);
    }

    private void Format(JinjaValue value, int indent, int allowance, int level)
    {
        if (level > 200) throw new LimitExceededException(JinjaLimit.Recursion, "a value nested deeper than 200 levels was printed");
        var flat = Python.Repr(Sorted(value, level), _state);
        if (PythonText.Length(flat) <= Width - indent - allowance)
        {
            Append(flat);
            return;
        }
        switch (value.Ref)
        {
            case DictObject dictionary: Dictionary(dictionary, indent, allowance, level); break;
            case ListObject list: Sequence(list, "[", "]", indent, allowance, level); break;
            case TupleObject tuple: Sequence(tuple, "(", tuple.Count == 1 ? ",)" : ")", indent, allowance, level); break;
            default:
                if (value.Kind == ValueKind.Str) Text(value.Text, indent, allowance, level);
                else Append(flat);
                break;
        }
    }

    // A copy with the keys of all dictionaries in order.
    private JinjaValue Sorted(JinjaValue value, int level)
    {
        if (level > 200) return value;
        switch (value.Ref)
        {
            case DictObject dictionary:
                var result = new DictObject();
                foreach (var (key, item) in SortedEntries(dictionary)) result.Set(key, Sorted(item, level + 1));
                return JinjaValue.From(result);
            case ListObject list: return JinjaValue.From(new ListObject(Array.ConvertAll(list.Span.ToArray(), i => Sorted(i, level + 1))));
            case TupleObject tuple: return JinjaValue.From(new TupleObject(Array.ConvertAll(tuple.Span.ToArray(), i => Sorted(i, level + 1))));
            default: return value;
        }
    }

    private KeyValuePair<JinjaValue, JinjaValue>[] SortedEntries(DictObject dictionary)
    {
        _state.Tick(1 + dictionary.Count);
        var entries = dictionary.Snapshot();
        // Keys without an order among them are ordered by the names of their types.
        Array.Sort(entries, (x, y) =>
        {
            try
            {
                return Python.Compare(_state, x.Key, y.Key, "<") ?? 0;
            }
            catch (TemplateRuntimeException)
            {
                return string.CompareOrdinal(Python.TypeName(x.Key), Python.TypeName(y.Key));
            }
        });
        return entries;
    }

    private void Dictionary(DictObject dictionary, int indent, int allowance, int level)
    {
        Append("{");
        var entries = SortedEntries(dictionary);
        for (var i = 0; i < entries.Length; i++)
        {
            var last = i + 1 == entries.Length;
            var key = Python.Repr(entries[i].Key, _state);
            Append(key + ": ");
            Format(entries[i].Value, indent + PythonText.Length(key) + 3, last ? allowance + 1 : 1, level + 1);
            if (!last) Append(",\n" + new string(' ', indent + 1));
        }
        Append("}");
    }

    private void Sequence(SequenceObject sequence, string open, string close, int indent, int allowance, int level)
    {
        Append(open);
        for (var i = 0; i < sequence.Count; i++)
        {
            var last = i + 1 == sequence.Count;
            Format(sequence.Array[i], indent + 1, last ? allowance + close.Length : 1, level + 1);
            if (!last) Append(",\n" + new string(' ', indent + 1));
        }
        Append(close);
    }

    // Long text is cut at its spaces into literals that stand one under the other.
    private void Text(string text, int indent, int allowance, int level)
    {
        var lines = TextSplit.Lines(text, keepEnds: true);
        if (level == 1)
        {
            indent++;
            allowance++;
        }
        var chunks = new List<string>();
        for (var i = 0; i < lines.Count; i++)
        {
            var width = Width - indent - (i + 1 == lines.Count ? allowance : 0);
            var whole = PythonText.Quote(lines[i]);
            if (PythonText.Length(whole) <= width)
            {
                chunks.Add(whole);
                continue;
            }
            Chunk(lines[i], Width - indent, i + 1 == lines.Count ? allowance : 0, chunks);
        }
        var brackets = chunks.Count > 1 && level == 1;
        if (brackets) Append("(");
        Append(string.Join("\n" + new string(' ', indent), chunks));
        if (brackets) Append(")");
    }

    private static void Chunk(string line, int width, int allowance, List<string> chunks)
    {
        var words = Words(line);
        var current = "";
        for (var i = 0; i < words.Count; i++)
        {
            var candidate = current + words[i];
            var limit = i + 1 == words.Count ? width - allowance : width;
            if (PythonText.Length(PythonText.Quote(candidate)) > limit)
            {
                if (current.Length > 0) chunks.Add(PythonText.Quote(current));
                current = words[i];
            }
            else
            {
                current = candidate;
            }
        }
        if (current.Length > 0) chunks.Add(PythonText.Quote(current));
    }

    private static List<string> Words(string line)
    {
        var words = new List<string>();
        for (var i = 0; i < line.Length;)
        {
            var start = i;
            while (i < line.Length && !PythonText.IsSpace(line[i])) i++;
            while (i < line.Length && PythonText.IsSpace(line[i])) i++;
            words.Add(line[start..i]);
        }
        return words;
    }
}
