namespace Carillon.Jinja;

/// <summary>A filter, test or global given by the host. A filter or test gets the value it stands on as the first positional argument.</summary>
/// <remarks>It is called by several renders at once and must be thread-safe. An exception that is no <see cref="JinjaException"/> ends the render unchanged.</remarks>
public delegate JinjaValue JinjaFunction(JinjaArguments arguments);

/// <summary>The arguments of one call.</summary>
public readonly ref struct JinjaArguments
{
    private readonly ReadOnlySpan<string> _names;
    private readonly ReadOnlySpan<JinjaValue> _named;

    internal JinjaArguments(ReadOnlySpan<JinjaValue> positional, ReadOnlySpan<string> names, ReadOnlySpan<JinjaValue> named)
    {
        Positional = positional;
        _names = names;
        _named = named;
    }

    public ReadOnlySpan<JinjaValue> Positional { get; }

    /// <summary>The argument at a position, or else of that name, or else none.</summary>
    public JinjaValue Get(int position, string name)
    {
        if (position < Positional.Length) return Positional[position];
        var index = _names.IndexOf(name);
        return index < 0 ? JinjaValue.None : _named[index];
    }
}
