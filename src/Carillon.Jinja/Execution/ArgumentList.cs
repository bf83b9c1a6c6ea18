using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

/// <summary>The arguments of a call as expressions, with what <c>*</c> and <c>**</c> add at run time.</summary>
internal sealed class ArgumentList(Expression[] positional, string[] names, Expression[] named, Expression? rest, Expression? namedRest)
{
    public ReadOnlySpan<Expression> Positional => positional;

    public string[] Names => names;

    public Expression[] Named => named;

    /// <summary>True where how many arguments there are is known beforehand.</summary>
    public bool IsFixed => rest is null && namedRest is null;

    /// <summary>Evaluates the arguments, after as many places left free at the front as are asked for.</summary>
    public void Evaluate(Frame frame, int before, out JinjaValue[] values, out string[] valueNames, out JinjaValue[] namedValues)
    {
        values = new JinjaValue[before + positional.Length];
        for (var i = 0; i < positional.Length; i++) values[before + i] = positional[i].Evaluate(frame);
        namedValues = named.Length == 0 ? [] : new JinjaValue[named.Length];
        for (var i = 0; i < named.Length; i++) namedValues[i] = named[i].Evaluate(frame);
        valueNames = names;
        if (rest is not null) values = [.. values, .. Python.ToArray(rest.Evaluate(frame), frame.State)];
        if (namedRest is not null) AddNamed(frame, ref valueNames, ref namedValues);
    }

    private void AddNamed(Frame frame, ref string[] valueNames, ref JinjaValue[] namedValues)
    {
        var value = namedRest!.Evaluate(frame);
        if (value.Ref is not DictObject dictionary) throw Errors.Type($"argument after ** must be a mapping, not {Python.TypeName(value)}");
        var allNames = valueNames.ToList();
        var allValues = namedValues.ToList();
        foreach (var entry in dictionary.Entries)
        {
            if (!entry.Key.IsTextual) throw Errors.Type("keywords must be strings");
            var name = entry.Key.Text;
            if (allNames.Contains(name, StringComparer.Ordinal)) throw Errors.Type($"got multiple values for keyword argument '{name}'");
            allNames.Add(name);
            allValues.Add(entry.Value);
        }
        valueNames = allNames.ToArray();
        namedValues = allValues.ToArray();
    }
}
