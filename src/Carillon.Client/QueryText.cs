using System.Globalization;
using System.Text;

namespace Carillon.Client;

/// <summary>A path with the fields of a query; those without a value are left out.</summary>
internal sealed class QueryText(string path)
{
    private readonly StringBuilder _text = new(path);
    private char _separator = '?';

    public QueryText Add(string name, string? value)
    {
        if (value is null) return this;
        _text.Append(_separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
        _separator = '&';
        return this;
    }

    public QueryText Add(string name, int? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public QueryText Add(string name, bool? value) => Add(name, value switch { true => "true", false => "false", null => null });

    public QueryText Add(string name, DateTimeOffset? value) => Add(name, value?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));

    /// <summary>An id, as one segment of a path.</summary>
    public static string Segment(string id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        // Dots alone would be taken for steps in the path.
        return id is "." or ".." ? throw new ArgumentException($"{id} is no id.", nameof(id)) : Uri.EscapeDataString(id);
    }

    /// <summary>A version as an entity tag.</summary>
    public static string? Tag(int? version) => version is null ? null : string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    public override string ToString() => _text.ToString();
}
