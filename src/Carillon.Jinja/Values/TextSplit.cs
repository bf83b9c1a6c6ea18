using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>Cutting text into parts: <c>split</c>, <c>rsplit</c>, <c>splitlines</c>.</summary>
internal static class TextSplit
{
    public static JinjaValue ToList(RenderState state, List<string> parts)
    {
        var items = new JinjaValue[parts.Count];
        for (var i = 0; i < items.Length; i++)
        {
            state.Charge(16 + parts[i].Length);
            items[i] = parts[i];
        }
        return JinjaValue.From(new ListObject(items));
    }

    public static JinjaValue Split(RenderState state, string text, JinjaValue separator, long limit, bool fromRight)
    {
        if (!separator.IsNone && !separator.IsTextual) throw Errors.Type($"must be str or None, not {Python.TypeName(separator)}");
        if (limit < 0) limit = long.MaxValue;
        if (separator.IsNone) return ToList(state, fromRight ? OnSpaceFromRight(text, limit) : OnSpace(text, limit));
        var cut = separator.Text;
        if (cut.Length == 0) throw Errors.Value("empty separator");
        return ToList(state, fromRight ? OnTextFromRight(text, cut, limit) : OnText(text, cut, limit));
    }

    public static List<string> OnSpace(string text, long limit = long.MaxValue)
    {
        var parts = new List<string>();
        for (var i = 0; ;)
        {
            while (i < text.Length && PythonText.IsSpace(text[i])) i++;
            if (i >= text.Length) return parts;
            if (parts.Count >= limit)
            {
                parts.Add(text[i..].TrimEnd());
                return parts;
            }
            var start = i;
            while (i < text.Length && !PythonText.IsSpace(text[i])) i++;
            parts.Add(text[start..i]);
        }
    }

    private static List<string> OnSpaceFromRight(string text, long limit)
    {
        var parts = new List<string>();
        for (var i = text.Length; ;)
        {
            while (i > 0 && PythonText.IsSpace(text[i - 1])) i--;
            if (i == 0) break;
            if (parts.Count >= limit)
            {
                parts.Add(text[..i].TrimStart());
                break;
            }
            var end = i;
            while (i > 0 && !PythonText.IsSpace(text[i - 1])) i--;
            parts.Add(text[i..end]);
        }
        parts.Reverse();
        return parts;
    }

    private static List<string> OnText(string text, string separator, long limit)
    {
        var parts = new List<string>();
        var start = 0;
        for (var next = text.IndexOf(separator, StringComparison.Ordinal); next >= 0 && parts.Count < limit; next = text.IndexOf(separator, start, StringComparison.Ordinal))
        {
            parts.Add(text[start..next]);
            start = next + separator.Length;
        }
        parts.Add(text[start..]);
        return parts;
    }

    private static List<string> OnTextFromRight(string text, string separator, long limit)
    {
        var parts = new List<string>();
        var end = text.Length;
        for (var next = text.LastIndexOf(separator, StringComparison.Ordinal); next >= 0 && parts.Count < limit;
            next = text.AsSpan(0, end).LastIndexOf(separator))
        {
            parts.Add(text[(next + separator.Length)..end]);
            end = next;
        }
        parts.Add(text[..end]);
        parts.Reverse();
        return parts;
    }

    public static List<string> Lines(string text, bool keepEnds)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && !IsLineEnd(text[end])) end++;
            var next = end;
            if (next < text.Length) next += text[next] == '\r' && next + 1 < text.Length && text[next + 1] == '\n' ? 2 : 1;
            lines.Add(text[start..(keepEnds ? next : end)]);
            start = next;
        }
        return lines;
    }

    private static bool IsLineEnd(char c) => c is '\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029';
}
