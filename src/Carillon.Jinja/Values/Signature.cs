using System.Globalization;

namespace Carillon.Jinja.Values;

/// <summary>
/// The parameters of a built-in, written as Python would: <c>"value, width=80, *args, **kwargs"</c>. A name in
/// brackets, <c>[sep]</c>, can only be given by position. Defaults are none, true, false, a number or a quoted text; <c>?</c> stands for "not given".
/// </summary>
internal sealed class Signature
{
    private readonly Parameter[] _parameters;
    private readonly bool _variadic;
    private readonly bool _named;

    private Signature(Parameter[] parameters, bool variadic, bool named)
    {
        _parameters = parameters;
        _variadic = variadic;
        _named = named;
    }

    private readonly record struct Parameter(string Name, bool PositionOnly, bool Required, JinjaValue Default);

    /// <summary>How many values a call binds, with one for <c>*args</c> and one for <c>**kwargs</c>.</summary>
    public int Count => _parameters.Length + (_variadic ? 1 : 0) + (_named ? 1 : 0);

    public static Signature Parse(string text)
    {
        var parameters = new List<Parameter>();
        bool variadic = false, named = false;
        foreach (var part in text.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.StartsWith("**", StringComparison.Ordinal)) named = true;
            else if (part[0] == '*') variadic = true;
            else parameters.Add(ParseParameter(part));
        }
        return new Signature(parameters.ToArray(), variadic, named);
    }

    private static Parameter ParseParameter(string part)
    {
        var equals = part.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? part : part[..equals];
        var positionOnly = name[0] == '[';
        if (positionOnly) name = name.Trim('[', ']');
        return new Parameter(name, positionOnly, equals < 0, equals < 0 ? default : ParseDefault(part[(equals + 1)..]));
    }

    private static JinjaValue ParseDefault(string text) => text switch
    {
        "none" => JinjaValue.None,
        "?" => JinjaValue.Missing,
        "true" => true,
        "false" => false,
        _ when text[0] == '\'' => text[1..^1],
        _ when text.Contains('.', StringComparison.Ordinal) => double.Parse(text, CultureInfo.InvariantCulture),
        _ => long.Parse(text, CultureInfo.InvariantCulture),
    };

    public void Bind(string function, in CallArguments arguments, Span<JinjaValue> bound)
    {
        var given = arguments.Positional.Length;
        var fixedCount = _parameters.Length;
        if (given > fixedCount && !_variadic) throw Errors.Type($"{function}() takes {fixedCount} positional arguments but {given} were given");
        for (var i = 0; i < fixedCount; i++) bound[i] = i < given ? arguments.Positional[i] : JinjaValue.Missing;
        DictObject? rest = null;
        for (var i = 0; i < arguments.Names.Length; i++)
        {
            var name = arguments.Names[i];
            var index = Array.FindIndex(_parameters, p => !p.PositionOnly && p.Name == name);
            if (index >= 0)
            {
                if (index < given) throw Errors.Type($"{function}() got multiple values for argument '{name}'");
                bound[index] = arguments.Named[i];
            }
            else if (_named)
            {
                (rest ??= new DictObject()).Set(name, arguments.Named[i]);
            }
            else
            {
                throw Errors.Type($"{function}() got an unexpected keyword argument '{name}'");
            }
        }
        for (var i = given; i < fixedCount; i++)
        {
            if (!bound[i].IsMissing) continue;
            if (_parameters[i].Required) throw Errors.Type($"{function}() missing required argument: '{_parameters[i].Name}'");
            bound[i] = _parameters[i].Default;
        }
        if (_variadic) bound[fixedCount] = given > fixedCount ? JinjaValue.From(new TupleObject(arguments.Positional[fixedCount..].ToArray())) : JinjaValue.From(TupleObject.Empty);
        if (_named) bound[^1] = JinjaValue.From(rest ?? new DictObject());
    }

    /// <summary>
    /// Binds what is known when a template is compiled; null where that cannot be done, because the arguments do not fit (the call then
    /// fails when it is reached) or the number of parameters is open.
    /// </summary>
    public T[]? TryBind<T>(ReadOnlySpan<T> positional, string[] names, T[] named, Func<JinjaValue, T> constant)
        where T : class
    {
        if (_variadic || _named || positional.Length > _parameters.Length) return null;
        var bound = new T?[_parameters.Length];
        for (var i = 0; i < positional.Length; i++) bound[i] = positional[i];
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i];
            var index = Array.FindIndex(_parameters, p => !p.PositionOnly && p.Name == name);
            if (index < 0 || bound[index] is not null) return null;
            bound[index] = named[i];
        }
        for (var i = 0; i < bound.Length; i++)
        {
            if (bound[i] is not null) continue;
            if (_parameters[i].Required) return null;
            bound[i] = constant(_parameters[i].Default);
        }
        return bound!;
    }
}
