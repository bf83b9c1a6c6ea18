namespace Carillon.Mail.Parsing;

/// <summary>A Content-Type value (RFC 2045, section 5.1), read with forgiveness for missing quotes and stray semicolons.</summary>
internal sealed class MediaType
{
    private readonly Dictionary<string, string> _parameters = new(StringComparer.OrdinalIgnoreCase);

    private MediaType(string name) => Name = name;

    /// <summary>Type and subtype in lower case, such as <c>text/plain</c>.</summary>
    public string Name { get; }

    public string? this[string parameter] => _parameters.GetValueOrDefault(parameter);

    public bool IsMultipart => Name.StartsWith("multipart/", StringComparison.Ordinal);

    public static MediaType Parse(string? value)
    {
        if (string.IsNullOrWhiteSpace(value)) return new MediaType("text/plain");
        int semicolon = value.IndexOf(';');
        string name = (semicolon < 0 ? value : value[..semicolon]).Trim().ToLowerInvariant();
        // text/plain charset=...: the semicolon was forgotten
        int blank = name.IndexOf(' ');
        if (blank > 0) (name, semicolon) = (name[..blank], blank);
        var type = new MediaType(name.Contains('/') ? name : "text/plain");
        int position = semicolon < 0 ? value.Length : semicolon + 1;
        while (position < value.Length && type._parameters.Count < 20) position = type.ReadParameter(value, position);
        return type;
    }

    private int ReadParameter(string value, int position)
    {
        int equals = value.IndexOf('=', position);
        if (equals < 0) return value.Length;
        string name = value[position..equals].Trim(' ', '\t', ';', '"');
        position = equals + 1;
        while (position < value.Length && value[position] is ' ' or '\t') position++;
        if (position < value.Length && value[position] == '"')
        {
            int close = value.IndexOf('"', position + 1);
            if (close < 0) close = value.Length;
            _parameters.TryAdd(name, value[(position + 1)..close]);
            int next = value.IndexOf(';', close);
            return next < 0 ? value.Length : next + 1;
        }
        int end = value.IndexOf(';', position);
        if (end < 0) end = value.Length;
        _parameters.TryAdd(name, value[position..end].Trim());
        return end + 1;
    }
}
