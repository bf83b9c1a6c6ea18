using System.Text;

namespace Carillon.Server.Api.Json;

/// <summary>
/// The fields that an object of the API may have: found from UTF-8 without making a string, and the nearest one for a name that is
/// not among them. At most 64, so that the fields already seen fit one machine word.
/// </summary>
internal sealed class FieldNames
{
    private readonly string[] _names;
    private readonly string[] _prefixes;
    private readonly byte[][] _utf8;

    // By (length, last byte): among the names of one object hardly two share a bucket, so that a look-up compares once.
    private readonly sbyte[][] _buckets = new sbyte[64][];

    public FieldNames(params string[] names)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(names.Length, 64);
        _names = names;
        _prefixes = Array.ConvertAll(names, n => n + ".");
        _utf8 = Array.ConvertAll(names, Encoding.UTF8.GetBytes);
        for (var bucket = 0; bucket < _buckets.Length; bucket++)
            _buckets[bucket] = [.. Enumerable.Range(0, names.Length).Where(i => Bucket(_utf8[i]) == bucket).Select(i => (sbyte)i)];
    }

    public string this[int field] => _names[field];

    /// <summary>The field's name with a dot, as the paths of what lies in it begin.</summary>
    public string Prefix(int field) => _prefixes[field];

    /// <summary>The field's number, or -1.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty) return -1;
        foreach (var candidate in _buckets[Bucket(name)])
        {
            if (name.SequenceEqual(_utf8[candidate])) return candidate;
        }

        return -1;
    }

    /// <summary>The field that a caller most likely meant, or null when none is near.</summary>
    public string? Nearest(string name) => Spelling.Nearest(name, _names);

    private static int Bucket(ReadOnlySpan<byte> name) => ((name.Length * 7) + name[^1]) & 63;
}
