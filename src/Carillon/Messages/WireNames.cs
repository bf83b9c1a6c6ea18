namespace Carillon.Messages;

/// <summary>The one table that maps an enumeration to the words of the API, both ways.</summary>
public sealed class WireNames<T> where T : struct, Enum
{
    private readonly Dictionary<T, string> _names;
    private readonly Dictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> _values;

    public WireNames(params (T Value, string Name)[] pairs)
    {
        _names = pairs.ToDictionary(p => p.Value, p => p.Name);
        _values = pairs.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        Choices = string.Join(", ", pairs.Select(p => p.Name));
    }

    /// <summary>Every word, in order, for error messages.</summary>
    public string Choices { get; }

    public IEnumerable<string> Words => _names.Values;

    public string NameOf(T value) => _names[value];

    public bool TryParse(ReadOnlySpan<char> name, out T value) => _values.TryGetValue(name, out value);
}
