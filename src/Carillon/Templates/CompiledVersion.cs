using System.Text;
using Carillon.Jinja;
using Carillon.Messages;

namespace Carillon.Templates;

/// <summary>A version ready to be rendered. Immutable and thread-safe.</summary>
internal sealed class CompiledVersion
{
    private readonly CompiledVariant[] _variants;

    /// <exception cref="JinjaException">A part does not compile.</exception>
    public CompiledVersion(TemplateVersion version, string key, ContentEnvironment text, ContentEnvironment html)
    {
        Version = version;
        _variants = [.. version.Document.Variants.Select(v => new CompiledVariant(v, version.Document.Syntax, key, text, html))];
        Declared = [.. version.Document.Variables.Select(v => new DeclaredVariable(v, Encoding.UTF8.GetBytes(v.Name)))];
    }

    public TemplateVersion Version { get; }

    public IReadOnlyList<CompiledVariant> Variants => _variants;

    public DeclaredVariable[] Declared { get; }

    public bool Serves(Channel channel) => Array.Exists(_variants, v => v.Channel == channel);

    /// <summary>
    /// The variant for a channel and locale: the very locale (<c>es-MX</c>), its language (<c>es</c>), the one without a locale, the
    /// first of the channel. Null when the channel has none.
    /// </summary>
    public CompiledVariant? Select(Channel channel, string? locale)
    {
        CompiledVariant? best = null;
        var bestRank = -1;
        foreach (var variant in _variants)
        {
            if (variant.Channel != channel) continue;
            var rank = Rank(variant.Locale, locale);
            if (rank <= bestRank) continue;
            best = variant;
            bestRank = rank;
        }

        return best;
    }

    private static int Rank(string? offered, string? wanted)
    {
        if (offered is null) return 1;
        if (wanted is null) return 0;
        if (offered.Equals(wanted, StringComparison.OrdinalIgnoreCase)) return 3;
        var dash = wanted.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && offered.AsSpan().Equals(wanted.AsSpan(0, dash), StringComparison.OrdinalIgnoreCase) ? 2 : 0;
    }
}

internal sealed class CompiledVariant
{
    public CompiledVariant(TemplateVariant variant, ContentSyntax syntax, string key, ContentEnvironment text, ContentEnvironment html)
    {
        Channel = variant.Channel;
        Locale = variant.Locale;
        var name = variant.Locale is null ? $"{key}/{variant.Channel.Name()}" : $"{key}/{variant.Channel.Name()}/{variant.Locale}";
        Subject = ContentPart.Of(variant.Subject, syntax, name + "/subject", text);
        Text = ContentPart.Of(variant.Text, syntax, name + "/text", text);
        Html = ContentPart.Of(variant.Html, syntax, name + "/html", html);
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
