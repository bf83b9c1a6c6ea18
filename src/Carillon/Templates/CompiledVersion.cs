using System.Text;
using Carillon.Jinja;
using Carillon.Messages;

namespace Carillon.Templates;

/// <summary>A version ready to be rendered. Immutable and thread-safe.</summary>
internal sealed class CompiledVersion
{
    private readonly CompiledVariant[] _variants;

    /// <param name="includes">The versions that it includes, by key.</param>
    /// <exception cref="JinjaException">A part does not compile.</exception>
    public CompiledVersion(
        TemplateVersion version, string key, ContentEnvironment text, ContentEnvironment html, IReadOnlyDictionary<string, TemplateVersion>? includes = null)
    {
        Version = version;
        _variants = [.. version.Document.Variants.Select(v => new CompiledVariant(v, version.Document.Syntax, key, text, html, includes))];
        Declared = [.. version.Document.Variables.Select(v => new DeclaredVariable(v, Encoding.UTF8.GetBytes(v.Name)))];
    }

    public TemplateVersion Version { get; }

    public IReadOnlyList<CompiledVariant> Variants => _variants;

    public DeclaredVariable[] Declared { get; }

    public bool Serves(Channel channel) => Array.Exists(_variants, v => v.Channel == channel);

    /// <inheritdoc cref="VariantChoice.Select"/>
    public CompiledVariant? Select(Channel channel, string? locale) =>
        VariantChoice.Select(_variants, static v => v.Channel, static v => v.Locale, channel, locale);
}

internal sealed class CompiledVariant
{
    public CompiledVariant(
        TemplateVariant variant, ContentSyntax syntax, string key, ContentEnvironment text, ContentEnvironment html,
        IReadOnlyDictionary<string, TemplateVersion>? includes = null)
    {
        Channel = variant.Channel;
        Locale = variant.Locale;
        var name = variant.Locale is null ? $"{key}/{variant.Channel.Name()}" : $"{key}/{variant.Channel.Name()}/{variant.Locale}";
        Subject = ContentPart.Of(variant.Subject, syntax, name + "/subject", text, Including(VariantPart.Subject));
        Text = ContentPart.Of(variant.Text, syntax, name + "/text", text, Including(VariantPart.Text));
        Html = ContentPart.Of(variant.Html, syntax, name + "/html", html, Including(VariantPart.Html));

        Func<string, string?>? Including(VariantPart part) => includes is not { Count: > 0 }
            ? null
            : included => includes.TryGetValue(included, out var version) ? VariantChoice.Included(version.Document, Channel, Locale, part) : null;
    }

    private CompiledVariant(CompiledVariant own, CompiledVariant under)
    {
        Channel = own.Channel;
        Locale = under.Locale;
        Subject = own.Subject ?? under.Subject;
        Text = own.Text ?? under.Text;
        Html = own.Html ?? under.Html;
    }

    public Channel Channel { get; }

    public string? Locale { get; }

    public ContentPart? Subject { get; }

    public ContentPart? Text { get; }

    public ContentPart? Html { get; }

    /// <summary>These parts, and for those that are missing the parts of another; null for none.</summary>
    public CompiledVariant Over(CompiledVariant? under) => under is null ? this : new CompiledVariant(this, under);

    public IEnumerable<(string Part, ContentPart Content)> Parts
    {
        get
        {
            if (Subject is not null) yield return ("subject", Subject);
            if (Text is not null) yield return ("text", Text);
            if (Html is not null) yield return ("html", Html);
        }
    }
}

internal sealed record DeclaredVariable(TemplateVariable Variable, byte[] Utf8Name);
