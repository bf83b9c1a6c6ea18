using System.Buffers;
using System.Text;
using Carillon.Jinja;

namespace Carillon.Templates;

/// <summary>
/// Content in which <c>{name}</c> stands for a variable. Braces around anything else are text. In HTML a variable is text, never markup.
/// </summary>
internal sealed class SimplePart : ContentPart
{
    private readonly List<Piece> _pieces;
    private readonly int _maxBytes;
    private readonly bool _isHtml;

    public SimplePart(string source, ContentEnvironment environment)
    {
        _pieces = Parse(source);
        _maxBytes = environment.MaxBytes;
        _isHtml = environment.IsHtml;
    }

    public override IEnumerable<UsedVariable> Variables =>
        _pieces.Where(p => p.Name is not null).Select(p => new UsedVariable(p.Name!, IsGuarded: true, 1, 1));

    public override void Render(IBufferWriter<byte> output, JinjaValue variables, CancellationToken cancellationToken)
    {
        // A value is made into text once, however often it is used: a large one used a thousand times would cost more than its bytes.
        var values = new Dictionary<string, byte[]?>(StringComparer.Ordinal);
        var left = _maxBytes;
        foreach (var (text, name) in _pieces)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = name is null ? text : ValueOf(name) ?? text;
            left -= bytes.Length;
            if (left < 0) throw new LimitExceededException(JinjaLimit.Bytes, $"The content is longer than {_maxBytes} bytes with its variables in place.");
            output.Write(bytes);
        }

        byte[]? ValueOf(string name)
        {
            if (values.TryGetValue(name, out var known)) return known;
            var bytes = variables.TryGetValue(name, out var value) ? Encoding.UTF8.GetBytes(Escape(value.ToString())) : null;
            values.Add(name, bytes);
            return bytes;
        }
    }

    /// <summary>As Jinja's autoescape does it.</summary>
    private string Escape(string text) => !_isHtml || !text.AsSpan().ContainsAny("&<>\"'")
        ? text
        : text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal)
            .Replace("'", "&#39;", StringComparison.Ordinal);

    private static List<Piece> Parse(string source)
    {
        var pieces = new List<Piece>();
        var start = 0;
        for (var at = source.IndexOf('{', StringComparison.Ordinal); at >= 0; at = source.IndexOf('{', at + 1))
        {
            var end = at + 1;
            while (end < source.Length && (char.IsAsciiLetterOrDigit(source[end]) || source[end] == '_')) end++;
            if (end == at + 1 || end >= source.Length || source[end] != '}') continue;
            pieces.Add(new Piece(Encoding.UTF8.GetBytes(source[start..at]), null));
            pieces.Add(new Piece(Encoding.UTF8.GetBytes(source[at..(end + 1)]), source[(at + 1)..end]));
            start = end + 1;
            at = end;
        }

        pieces.Add(new Piece(Encoding.UTF8.GetBytes(source[start..]), null));
        return pieces;
    }

    /// <param name="Name">The variable that it stands for; null for text. Its text stands where the variable is not given.</param>
    private readonly record struct Piece(byte[] Text, string? Name);
}
