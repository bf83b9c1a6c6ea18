using System.Collections.Frozen;
using System.Reflection;
using System.Text;

namespace Carillon.Storage;

/// <summary>One named statement of a <c>.sql</c> file.</summary>
internal sealed class SqlStatement(string name, string text)
{
    public string Name { get; } = name;

    public string Text { get; } = text;

    public override string ToString() => Name;
}

/// <summary>
/// A <c>.sql</c> file that stands beside the class that runs it. Each statement follows a line <c>-- name: its_name</c>; what comes
/// before the first name is for the reader.
/// </summary>
internal sealed class SqlFile
{
    private const string Marker = "-- name:";
    private readonly FrozenDictionary<string, SqlStatement> _statements;
    private readonly string _path;

    private SqlFile(string path, IEnumerable<SqlStatement> statements)
    {
        _path = path;
        _statements = statements.ToFrozenDictionary(s => s.Name, StringComparer.Ordinal);
    }

    public IEnumerable<SqlStatement> All => _statements.Values;

    public SqlStatement this[string name] =>
        _statements.TryGetValue(name, out var found) ? found : throw new ArgumentException($"{_path} has no statement '{name}'.", nameof(name));

    /// <param name="path">Below <c>Storage</c>, as in <c>Sqlite/Queue.sql</c>.</param>
    public static SqlFile Load(string path) => new(path, Parse(Read(path)));

    public static string Read(string path)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceName(path))
            ?? throw new ArgumentException($"{path} is not embedded.", nameof(path));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>The files of a folder below <c>Storage</c>, in order of their names.</summary>
    public static IReadOnlyList<string> Folder(string folder)
    {
        var prefix = ResourceName(folder) + ".";
        return [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
            .Select(n => $"{folder}/{n[prefix.Length..]}")
            .Order(StringComparer.Ordinal)];
    }

    private static string ResourceName(string path) => "Carillon.Storage." + path.Replace('/', '.');

    private static IEnumerable<SqlStatement> Parse(string text)
    {
        string? name = null;
        var body = new StringBuilder();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(Marker, StringComparison.Ordinal))
            {
                if (name is not null) yield return new SqlStatement(name, body.ToString().Trim());
                name = line[Marker.Length..].Trim();
                body.Clear();
            }
            else if (name is not null)
            {
                body.Append(line).Append('\n');
            }
        }

        if (name is not null) yield return new SqlStatement(name, body.ToString().Trim());
    }
}
