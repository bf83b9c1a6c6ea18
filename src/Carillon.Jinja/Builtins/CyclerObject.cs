using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>What <c>cycler()</c> gives: its items in turn.</summary>
internal sealed class CyclerObject : ObjectValue
{
    private readonly TupleObject _items;
    private int _position;

    public CyclerObject(TupleObject items)
    {
        if (items.Count == 0) throw new TemplateRuntimeException("at least one item has to be provided", "RuntimeError");
        _items = items;
    }

    public override string TypeName => "Cycler";

    public override bool TryGetAttribute(RenderState state, string name, out JinjaValue value)
    {
        value = name switch
        {
            "current" => _items.Array[_position],
            "pos" => _position,
            "items" => JinjaValue.From(_items),
            "next" => JinjaValue.From(new BuiltinFunction("next", Signature.Parse(""), (_, _) => Next())),
            "reset" => JinjaValue.From(new BuiltinFunction("reset", Signature.Parse(""), (_, _) => Reset())),
            _ => JinjaValue.Missing,
        };
        return !value.IsMissing;
    }

    private JinjaValue Next()
    {
        var item = _items.Array[_position];
        _position = (_position + 1) % _items.Count;
        return item;
    }

    private JinjaValue Reset()
    {
        _position = 0;
        return JinjaValue.None;
    }
}

/// <summary>What <c>joiner()</c> gives: nothing when it is first called, then its separator.</summary>
internal sealed class JoinerObject(JinjaValue separator) : CallableObject
{
    private bool _used;

    public override string TypeName => "Joiner";

    public override JinjaValue Call(RenderState state, in CallArguments arguments)
    {
        if (arguments.Positional.Length + arguments.Names.Length > 0) throw Errors.Type("a joiner takes no arguments");
        if (_used) return separator;
        _used = true;
        return "";
    }

    public override bool TryGetAttribute(RenderState state, string name, out JinjaValue value)
    {
        value = name == "sep" ? separator : _used;
        return name is "sep" or "used";
    }
}
