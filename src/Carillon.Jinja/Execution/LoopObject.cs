using System.Globalization;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

/// <summary>The variable <c>loop</c>. It looks one item ahead only when it is asked for the next item or for the last.</summary>
internal sealed class LoopObject : CallableObject
{
    private readonly RenderState _state;
    private readonly SequenceObject? _sequence;
    private readonly RecursiveLoop? _recursion;
    private readonly int _depth;
    private IEnumerator<JinjaValue>? _iterator;
    private long _length = -1;
    private int _index = -1;
    private JinjaValue _before = JinjaValue.Missing;
    private JinjaValue _current = JinjaValue.Missing;
    private JinjaValue _after = JinjaValue.Missing;
    private TupleObject? _lastChanged;

    public LoopObject(RenderState state, JinjaValue source, IEnumerator<JinjaValue>? filtered, RecursiveLoop? recursion, int depth)
    {
        _state = state;
        _recursion = recursion;
        _depth = depth;
        _sequence = filtered is null ? source.Ref as SequenceObject : null;
        if (_sequence is null) _iterator = filtered ?? Python.Iterate(source, state);
        if (_sequence is null && filtered is null && Python.HasLength(source)) _length = Python.Length(source);
    }

    public override string TypeName => "LoopContext";

    public override int Length => (int)Count();

    public bool Advance(out JinjaValue item)
    {
        _state.Tick();
        if (_sequence is not null)
        {
            item = _index + 1 < _sequence.Count ? _sequence.Array[_index + 1] : JinjaValue.Missing;
        }
        else if (!_after.IsMissing)
        {
            item = _after;
            _after = JinjaValue.Missing;
        }
        else
        {
            item = _iterator!.MoveNext() ? _iterator.Current : JinjaValue.Missing;
        }
        if (item.IsMissing) return false;
        _index++;
        _before = _current;
        _current = item;
        return true;
    }

    private JinjaValue Peek()
    {
        if (_sequence is not null) return _index + 1 < _sequence.Count ? _sequence.Array[_index + 1] : JinjaValue.Missing;
        if (_after.IsMissing && _iterator!.MoveNext()) _after = _iterator.Current;
        return _after;
    }

    private long Count()
    {
        if (_length >= 0) return _length;
        if (_sequence is not null) return _length = _sequence.Count;
        // What has no length is run through, and goes on from the list of it.
        var rest = new List<JinjaValue>();
        while (_iterator!.MoveNext())
        {
            _state.Charge(16);
            rest.Add(_iterator.Current);
        }
        _iterator = rest.GetEnumerator();
        return _length = rest.Count + _index + 1 + (_after.IsMissing ? 0 : 1);
    }

    public override bool TryGetAttribute(RenderState state, string name, out JinjaValue value)
    {
        switch (name)
        {
            case "index": value = _index + 1; return true;
            case "index0": value = _index; return true;
            case "first": value = _index == 0; return true;
            case "last": value = Peek().IsMissing; return true;
            case "length": value = Count(); return true;
            case "revindex": value = Count() - _index; return true;
            case "revindex0": value = Count() - _index - 1; return true;
            case "depth": value = _depth + 1; return true;
            case "depth0": value = _depth; return true;
            case "previtem": value = _index == 0 ? state.UndefinedHint("there is no previous item") : _before; return true;
            case "nextitem":
                value = Peek();
                if (value.IsMissing) value = state.UndefinedHint("there is no next item");
                return true;
            case "cycle": value = JinjaValue.From(new LoopMethod(this, cycle: true)); return true;
            case "changed": value = JinjaValue.From(new LoopMethod(this, cycle: false)); return true;
            default: value = default; return false;
        }
    }

    public override JinjaValue Call(RenderState state, in CallArguments arguments)
    {
        if (_recursion is null) throw Errors.Type("The loop must have the 'recursive' marker to be called recursively.");
        if (arguments.Positional.Length + arguments.Names.Length != 1) throw Errors.Type("loop() takes 1 positional argument");
        return _recursion.Capture(arguments.Positional.Length == 1 ? arguments.Positional[0] : arguments.Named[0], _depth + 1);
    }

    private sealed class LoopMethod(LoopObject loop, bool cycle) : CallableObject
    {
        public override string TypeName => "method";

        public override JinjaValue Call(RenderState state, in CallArguments arguments)
        {
            if (arguments.Names.Length > 0) throw Errors.Type($"{(cycle ? "cycle" : "changed")}() got an unexpected keyword argument '{arguments.Names[0]}'");
            if (cycle)
            {
                if (arguments.Positional.Length == 0) throw Errors.Type("no items for cycling given");
                return arguments.Positional[loop._index % arguments.Positional.Length];
            }
            var values = new TupleObject(arguments.Positional.ToArray());
            if (loop._lastChanged is not null && loop._lastChanged.ValueEquals(state, values)) return false;
            loop._lastChanged = values;
            return true;
        }
    }

    public override void WriteRepr(ReprWriter writer) =>
        writer.Append(string.Create(CultureInfo.InvariantCulture, $"<LoopContext {_index + 1}/{Count()}>"));
}
