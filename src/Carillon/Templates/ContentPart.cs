using System.Buffers;
using System.Text;
using Carillon.Jinja;
using Carillon.Messages;

namespace Carillon.Templates;

/// <summary>One compiled part of content: a subject, a text, an HTML body. Immutable and thread-safe.</summary>
internal abstract class ContentPart
{
    /// <summary>Writes UTF-8. Throws <see cref="JinjaException"/> where the content is at fault.</summary>
    public abstract void Render(IBufferWriter<byte> output, JinjaValue variables, CancellationToken cancellationToken);

    /// <summary>The variables that it uses, by name; null for content that uses none.</summary>
    public virtual IEnumerable<UsedVariable> Variables => [];

    public static ContentPart? Of(string? source, ContentSyntax syntax, string name, JinjaEnvironment environment) => source switch
    {
        null => null,
        _ when syntax == ContentSyntax.Jinja => new JinjaPart(environment.FromString(source, name)),
        _ when syntax == ContentSyntax.Simple => SimplePart.Parse(source),
        _ => new LiteralPart(Encoding.UTF8.GetBytes(source)),
    };

    private sealed class LiteralPart(byte[] text) : ContentPart
    {
        public override void Render(IBufferWriter<byte> output, JinjaValue variables, CancellationToken cancellationToken) => output.Write(text);
    }

    private sealed class JinjaPart(JinjaTemplate template) : ContentPart
    {
        public override IEnumerable<UsedVariable> Variables =>
            template.Analyze().Variables.Select(v => new UsedVariable(RootOf(v.Path), v.IsGuarded, v.Line));

        public override void Render(IBufferWriter<byte> output, JinjaValue variables, CancellationToken cancellationToken) =>
            template.Render(output, variables, cancellationToken);
    }

    /// <summary>What has to be given for a path: <c>plan</c> for <c>plan.price</c>, <c>steps</c> for <c>steps[].title</c>.</summary>
    private static string RootOf(string path) => path.AsSpan().IndexOfAny('.', '[') is >= 0 and var end ? path[..end] : path;

    /// <summary>Content in which <c>{name}</c> stands for a variable. Braces around anything else are text.</summary>
    private sealed class SimplePart(IReadOnlyList<SimplePart.Piece> pieces) : ContentPart
    {
        public override IEnumerable<UsedVariable> Variables =>
            pieces.Where(p => p.Name is not null).Select(p => new UsedVariable(p.Name!, IsGuarded: true, 1));

        public static SimplePart Parse(string source)
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
            return new SimplePart(pieces);
        }

        public override void Render(IBufferWriter<byte> output, JinjaValue variables, CancellationToken cancellationToken)
        {
            foreach (var piece in pieces)
            {
                if (piece.Name is not null && variables.TryGetValue(piece.Name, out var value)) Encoding.UTF8.GetBytes(value.ToString(), output);
                else output.Write(piece.Text);
            }
        }

        public readonly record struct Piece(byte[] Text, string? Name);
    }
}

/// <param name="IsGuarded">Content has an answer for its absence (a default, a test).</param>
/// <param name="Field">The part that uses it, as a path in the request.</param>
internal readonly record struct UsedVariable(string Name, bool IsGuarded, int Line, string? Field = null);
