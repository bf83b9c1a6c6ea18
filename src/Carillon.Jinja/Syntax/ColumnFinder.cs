namespace Carillon.Jinja.Syntax;

/// <summary>
/// Tells columns in code points. It counts on from the place that it told last, so that many places of one long line, asked for more
/// or less in their order, take no longer than the line is long.
/// </summary>
internal sealed class ColumnFinder(string source)
{
    private int _line;
    private int _offset;
    private int _column = 1;

    public int ColumnOf(Place place)
    {
        var offset = Math.Min(place.Offset, source.Length);
        if (place.Line != _line)
        {
            _line = place.Line;
            _offset = source.AsSpan(0, offset).LastIndexOf('\n') + 1;
            _column = 1;
        }

        _column += offset >= _offset ? CodePoints(_offset, offset) : -CodePoints(offset, _offset);
        _offset = offset;
        return _column;
    }

    private int CodePoints(int from, int to)
    {
        var count = to - from;
        foreach (var c in source.AsSpan(from, to - from))
        {
            if (char.IsLowSurrogate(c)) count--;
        }

        return count;
    }
}
