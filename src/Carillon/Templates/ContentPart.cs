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

    /// <param name="includes">Gives the source of what it includes, by key; null when it may include nothing.</param>
    public static ContentPart? Of(
        string? source, ContentSyntax syntax, string name, ContentEnvironment environment, Func<string, string?>? includes = null) => source switch
        {
            null => null,
            _ when syntax == ContentSyntax.Jinja => new JinjaPart(Compile(source, name, environment, includes)),
            _ when syntax == ContentSyntax.Simple => new SimplePart(source, environment),
            _ => new LiteralPart(Encoding.UTF8.GetBytes(source)),
        };

    private static JinjaTemplate Compile(string source, string name, ContentEnvironment environment, Func<string, string?>? includes)
    {
        var template = environment.Jinja.FromString(source, name);
        // An environment keeps what its loader gave by name: what includes has one of its own, so that each sees its own versions.
        return includes is null || template.Analyze().References.Count == 0
            ? template
            : environment.Including(includes).FromString(source, name);
    }

    private sealed class LiteralPart(byte[] text) : ContentPart
    {
        public override void Render(IBufferWriter<byte> output, JinjaValue variables, CancellationToken cancellationToken) => output.Write(text);
    }

    /// <summary>What has to be given for a path: <c>plan</c> for <c>plan.price</c>, <c>steps</c> for <c>steps[].title</c>.</summary>
    internal static string RootOf(string path) => path.AsSpan().IndexOfAny('.', '[') is >= 0 and var end ? path[..end] : path;

    private sealed class JinjaPart(JinjaTemplate template) : ContentPart
    {
        public override IEnumerable<UsedVariable> Variables =>
            template.Analyze().Variables.Select(v => new UsedVariable(RootOf(v.Path), v.IsGuarded, v.Line, v.Column));

        public override void Render(IBufferWriter<byte> output, JinjaValue variables, CancellationToken cancellationToken) =>
            template.Render(output, variables, cancellationToken);
    }
}

/// <param name="IsGuarded">Content has an answer for its absence (a default, a test).</param>
/// <param name="Field">The part that uses it, as a path in the request.</param>
/// <param name="Within">The template that uses it, where that is one that the part includes.</param>
/// <param name="Source">In which it stands.</param>
internal readonly record struct UsedVariable(
    string Name, bool IsGuarded, int Line, int Column, string? Field = null, string? Within = null, string? Source = null);
