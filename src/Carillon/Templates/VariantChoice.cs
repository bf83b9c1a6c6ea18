using Carillon.Messages;

namespace Carillon.Templates;

/// <summary>The parts of a variant.</summary>
internal enum VariantPart
{
    Subject,
    Text,
    Html,
}

/// <summary>Which variant serves a channel and locale.</summary>
internal static class VariantChoice
{
    /// <summary>
    /// The very locale (<c>es-MX</c>), its language (<c>es</c>), the one without a locale, the first of the channel. Null when the
    /// channel has none.
    /// </summary>
    public static T? Select<T>(IReadOnlyList<T> variants, Func<T, Channel> channelOf, Func<T, string?> localeOf, Channel channel, string? locale) where T : class
    {
        T? best = null;
        var bestRank = -1;
        for (var i = 0; i < variants.Count; i++)
        {
            if (channelOf(variants[i]) != channel) continue;
            var rank = Rank(localeOf(variants[i]), locale);
            if (rank <= bestRank) continue;
            best = variants[i];
            bestRank = rank;
        }

        return best;
    }

    /// <summary>
    /// What a part of another template gets when it includes this one: the same part of the variant for the same channel and locale; for a
    /// subject the text where there is no subject. Null when there is no such part.
    /// </summary>
    public static string? Included(TemplateDocument document, Channel channel, string? locale, VariantPart part)
    {
        var variant = Select(document.Variants, static v => v.Channel, static v => v.Locale, channel, locale);
        return part switch
        {
            VariantPart.Subject => variant?.Subject ?? variant?.Text,
            VariantPart.Text => variant?.Text,
            _ => variant?.Html,
        };
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
