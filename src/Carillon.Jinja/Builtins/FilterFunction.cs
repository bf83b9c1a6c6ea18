using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>A filter or a test, built-in or given by the host. The value it stands on is its first argument.</summary>
internal sealed class FilterFunction
{
    private readonly JinjaFunction? _host;

    public FilterFunction(string name, string signature, BuiltinBody body)
    {
        Name = name;
        Signature = Signature.Parse(signature);
        Body = body;
    }

    public FilterFunction(string name, JinjaFunction host)
    {
        Name = name;
        _host = host;
    }

    public string Name { get; }

    /// <summary>Null for a function of the host, which binds its arguments itself.</summary>
    public Signature? Signature { get; }

    public BuiltinBody? Body { get; }

    public JinjaValue Invoke(RenderState state, in CallArguments arguments)
    {
        if (_host is not null) return _host(new JinjaArguments(arguments.Positional, arguments.Names, arguments.Named));
        var bound = new JinjaValue[Signature!.Count];
        Signature.Bind(Name, arguments, bound);
        return Body!(state, bound);
    }
}
