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

    public static ContentPart? Of(string? source, ContentSyntax syntax, string name, ContentEnvironment environment) => source switch
    {
        null => null,
        _ when syntax == ContentSyntax.Jinja => new JinjaPart(environment.Jinja.FromString(source, name)),
        _ when syntax == ContentSyntax.Simple => new SimplePart(source, environment),
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
}

/// <param name="IsGuarded">Content has an answer for its absence (a default, a test).</param>
/// <param name="Field">The part that uses it, as a path in the request.</param>
internal readonly record struct UsedVariable(string Name, bool IsGuarded, int Line, string? Field = null);
