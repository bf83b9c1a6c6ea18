using System.Text;

namespace Carillon.Channels.Email;

/// <summary>
/// Puts words into lines: white space is folded, lines are filled up to a width, paragraphs are set apart by one empty line, and what is inside a
/// list or a quotation begins with its mark.
/// </summary>
internal sealed class TextComposer(int width)
{
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _paragraph = new();
    private readonly List<Margin> _margins = [];
    private bool _gapDue;
    private int _paragraphs;

    private sealed class Margin(string first, string rest)
    {
        public string Rest => rest;

        public bool IsUsed { get; private set; }

        public string Take()
        {
            string taken = IsUsed ? rest : first;
            IsUsed = true;
            return taken;
        }
    }

    // Marks of the margin never take more than this of a line: a text nested deeper than it is wide still has its words.
    private const int WidestMargin = 40;

    /// <summary>The columns that are left of a line.</summary>
    public int Room => width == int.MaxValue ? width : Math.Max(width - Math.Min(_margins.Sum(m => m.Rest.Length), WidestMargin), 20);

    /// <summary>Running text, in which all white space counts as one blank.</summary>
    public void Text(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                if (_paragraph.Length > 0 && _paragraph[^1] is not (' ' or '\n')) _paragraph.Append(' ');
            }
            else if (!IsUnseen(text, i)) _paragraph.Append(c);
        }
    }

    /// <summary>Text as it is, such as an address; lines are not folded inside it unless it has blanks.</summary>
    public void Word(string text) => _paragraph.Append(text);

    /// <summary>A line end inside a paragraph.</summary>
    public void Break()
    {
        TrimBlank();
        _paragraph.Append('\n');
    }

    /// <summary>Ends the paragraph's line, and underlines it if asked to.</summary>
    public void LineEnd(char? underline = null)
    {
        string filled = _paragraph.ToString().Trim(' ', '\n', '\u00A0');
        _paragraph.Clear();
        _paragraphs++;
        if (string.IsNullOrWhiteSpace(filled)) return;
        int longest = 0;
        foreach (string line in filled.Split('\n'))
            foreach (string folded in TextFolding.Fold(line.Trim(' '), Room))
            {
                string shown = folded.Replace('\u00A0', ' ').TrimEnd();
                longest = Math.Max(longest, TextWidth.Of(shown));
                WriteLine(shown);
            }
        if (underline is { } mark) WriteLine(new string(mark, Math.Min(longest, Room)));
    }

    /// <summary>Ends the line and leaves an empty one before what comes next, however often it is asked for.</summary>
    public void Gap()
    {
        LineEnd();
        // Inside a list item that has not begun yet a gap would part the mark from its words.
        if (_margins.Count == 0 || _margins[^1].IsUsed) _gapDue = true;
    }

    /// <summary>A line that is not folded.</summary>
    public void Line(string text)
    {
        LineEnd();
        WriteLine(text.Replace('\u00A0', ' ').TrimEnd());
    }

    /// <summary>Lines that keep their blanks and are not folded.</summary>
    public void Preformatted(string text)
    {
        LineEnd();
        if (string.IsNullOrWhiteSpace(text)) return;
        foreach (string line in text.ReplaceLineEndings("\n").Trim('\n').Split('\n')) WriteLine(line.Replace('\u00A0', ' ').TrimEnd());
    }

    /// <summary>What is written in between begins with a mark on its first line and with another on the rest.</summary>
    public void Indented(string first, Action content, string? rest = null)
    {
        LineEnd();
        var margin = new Margin(first, rest ?? first);
        _margins.Add(margin);
        content();
        LineEnd();
        _margins.Remove(margin);
    }

    /// <summary>A place in the current paragraph, for <see cref="Since"/>.</summary>
    public (int Paragraph, int At) Mark() => (_paragraphs, _paragraph.Length);

    /// <summary>What was added to the current paragraph since then; empty where a new one was begun.</summary>
    public string Since((int Paragraph, int At) mark) =>
        mark.Paragraph != _paragraphs || mark.At > _paragraph.Length ? "" : _paragraph.ToString(mark.At, _paragraph.Length - mark.At).Trim();

    public override string ToString()
    {
        LineEnd();
        return _output.ToString();
    }

    private void WriteLine(string text)
    {
        if (_gapDue && _output.Length > 0) _output.Append(MarginOf(used: true).TrimEnd()).Append('\n');
        _gapDue = false;
        string margin = MarginOf(used: false);
        _output.Append(text.Length == 0 ? margin.TrimEnd() : margin).Append(text).Append('\n');
    }

    // An empty line between paragraphs shows the marks of those margins only that have begun.
    private string MarginOf(bool used)
    {
        if (_margins.Count == 0) return "";
        var output = new StringBuilder();
        foreach (Margin margin in _margins)
        {
            if (used && !margin.IsUsed) break;
            string mark = used ? margin.Rest : margin.Take();
            if (output.Length + mark.Length > WidestMargin) continue;
            output.Append(mark);
        }
        return output.ToString();
    }

    private void TrimBlank()
    {
        while (_paragraph.Length > 0 && _paragraph[^1] == ' ') _paragraph.Length--;
    }

    // Soft hyphens, byte order marks and joiners that fill up the preview line. A zero-width non-joiner between letters is spelling.
    private static bool IsUnseen(string text, int at) => text[at] switch
    {
        '\u00AD' or '\u200B' or '\uFEFF' or '\u2060' or '\u034F' => true,
        '\u200C' => at == 0 || at + 1 == text.Length || !char.IsLetter(text[at - 1]) || !char.IsLetter(text[at + 1]),
        < ' ' => true,
        _ => false,
    };
}
