namespace Carillon.Mail.Parsing;

/// <summary>
/// The fields of a header block as they came (RFC 5322, section 2.2), unfolded; names compare without case.
/// A line that is no field is skipped and counted, because returned mail is often mangled on its way.
/// </summary>
internal sealed class HeaderFields
{
    // Enough for any honest mail; a header of a million lines costs its reading once and no more memory than this.
    private const int MaximumFields = 1000;
    private const int MaximumValue = 16 * 1024;

    private readonly List<KeyValuePair<string, string>> _fields = [];

    public static HeaderFields Empty { get; } = new();

    public int Count => _fields.Count;

    /// <summary>The first value of that name, or null.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (KeyValuePair<string, string> field in _fields)
                if (field.Key.Equals(name, StringComparison.OrdinalIgnoreCase)) return field.Value;
            return null;
        }
    }

    public IEnumerable<string> All(string name)
    {
        foreach (KeyValuePair<string, string> field in _fields)
            if (field.Key.Equals(name, StringComparison.OrdinalIgnoreCase)) yield return field.Value;
    }

    public bool Has(string name) => this[name] is not null;

    /// <summary>The value with encoded words (RFC 2047) decoded; empty when the field is absent.</summary>
    public string Decoded(string name) => this[name] is { } value ? EncodedWordReader.Decode(value) : "";

    /// <summary>Reads fields from <paramref name="text"/> until an empty line; <paramref name="end"/> is where the body starts.</summary>
    public static HeaderFields Read(ReadOnlySpan<char> text, out int end)
    {
        var fields = new HeaderFields();
        string? name = null;
        var value = new System.Text.StringBuilder();
        int position = 0;
        while (position < text.Length)
        {
            ReadOnlySpan<char> line = Lines.Next(text, ref position);
            if (line.Trim().IsEmpty) break;
            if (line[0] is ' ' or '\t')
            {
                if (name is not null && value.Length < MaximumValue) value.Append(' ').Append(line.Trim());
                continue;
            }
            fields.Add(name, value);
            name = NameOf(line);
            value.Clear();
            if (name is not null) value.Append(line[(name.Length + 1)..].Trim());
        }
        fields.Add(name, value);
        end = position;
        return fields;
    }

    /// <summary>The name of the field that this line starts, or null when it starts none.</summary>
    public static string? NameOf(ReadOnlySpan<char> line)
    {
        int colon = line[..Math.Min(line.Length, 80)].IndexOf(':');
        if (colon < 1) return null;
        foreach (char c in line[..colon])
            if (c is <= ' ' or >= '\x7f') return null;
        return line[..colon].ToString();
    }

    private void Add(string? name, System.Text.StringBuilder value)
    {
        if (name is null || _fields.Count >= MaximumFields) return;
        int length = Math.Min(value.Length, MaximumValue);
        _fields.Add(new(name, value.ToString(0, length).Trim()));
    }
}
