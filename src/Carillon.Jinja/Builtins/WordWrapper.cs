using System.Text.RegularExpressions;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>Breaks a line at spaces and hyphens as Python's <c>textwrap</c> does.</summary>
internal sealed partial class WordWrapper(RenderState state, int width, bool breakLongWords, bool breakOnHyphens)
{
    // A run of spaces; or dashes between words; or a word up to a hyphen between letters, to its end, or to a dash.
    [GeneratedRegex(
        """[\t\n\v\f\r ]+|(?<=[\w!"'&.,?])-{2,}(?=\w)|[^\t\n\v\f\r ]+?(?:-(?:(?<=[^\d\W]{2}-)|(?<=[^\d\W]-[\w!"'&.,?]-))(?=[^\d\W]-?[^\d\W])|(?=[\t\n\v\f\r ]|\z)|(?<=[\w!"'&.,?])(?=-{2,}\w))""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Chunks();

    [GeneratedRegex("""[\t\n\v\f\r ]+|[^\t\n\v\f\r ]+""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Words();

    public List<string> Wrap(string text)
    {
        if (width <= 0) throw Errors.Value($"invalid width {width} (must be > 0)");
        var chunks = Split(text);
        chunks.Reverse();
        var lines = new List<string>();
        while (chunks.Count > 0)
        {
            var current = new List<string>();
            var length = 0;
            if (IsBlank(chunks[^1]) && lines.Count > 0) chunks.RemoveAt(chunks.Count - 1);
            while (chunks.Count > 0)
            {
                var next = PythonText.Length(chunks[^1]);
                if (length + next > width) break;
                current.Add(chunks[^1]);
                chunks.RemoveAt(chunks.Count - 1);
                length += next;
            }
            if (chunks.Count > 0 && PythonText.Length(chunks[^1]) > width)
            {
                HandleLongWord(chunks, current, length);
                length = current.Sum(PythonText.Length);
            }
            if (current.Count > 0 && IsBlank(current[^1])) current.RemoveAt(current.Count - 1);
            if (current.Count > 0) lines.Add(string.Concat(current));
        }
        return lines;
    }

    private List<string> Split(string text)
    {
        try
        {
            return (breakOnHyphens ? Chunks() : Words()).Matches(text).Select(match => match.Value).ToList();
        }
        catch (RegexMatchTimeoutException)
        {
            // A line of nothing but hyphens, a million of them.
            throw new LimitExceededException(JinjaLimit.Duration, "a line could not be broken into words in time");
        }
    }

    private static bool IsBlank(string chunk) => chunk.All(PythonText.IsSpace);

    private void HandleLongWord(List<string> chunks, List<string> current, int length)
    {
        // The rest of the word is copied each time.
        state.Tick(1 + chunks[^1].Length / 64);
        var left = width < 1 ? 1 : width - length;
        if (!breakLongWords)
        {
            if (current.Count > 0) return;
            current.Add(chunks[^1]);
            chunks.RemoveAt(chunks.Count - 1);
            return;
        }
        var chunk = chunks[^1];
        var end = left;
        if (breakOnHyphens && PythonText.Length(chunk) > left)
        {
            // After the last hyphen that fits, unless only hyphens are before it.
            var hyphen = PythonText.Substring(chunk, 0, left).LastIndexOf('-');
            if (hyphen > 0 && chunk.AsSpan(0, hyphen).IndexOfAnyExcept('-') >= 0) end = PythonText.Length(chunk[..hyphen]) + 1;
        }
        var cut = PythonText.Offset(chunk, end);
        current.Add(chunk[..cut]);
        chunks[^1] = chunk[cut..];
    }
}
