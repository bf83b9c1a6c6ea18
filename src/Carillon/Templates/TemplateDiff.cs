using System.Globalization;
using System.Text;
using System.Text.Json;
using Carillon.Messages;

namespace Carillon.Templates;

/// <summary>What became of a variant, a part or a variable.</summary>
public enum DiffKind
{
    Unchanged,
    Added,
    Removed,
    Changed,
}

public sealed record PartDiff(string Part, DiffKind Kind, IReadOnlyList<DiffHunk> Hunks);

public sealed record VariantDiff(Channel Channel, string? Locale, DiffKind Kind, IReadOnlyList<PartDiff> Parts);

/// <summary>How one version differs from another.</summary>
/// <param name="Variables">Those whose declaration differs.</param>
public sealed record TemplateDiff(
    TemplateVersion From, TemplateVersion To, IReadOnlyList<(string Name, DiffKind Kind)> Variables, IReadOnlyList<VariantDiff> Variants)
{
    public static TemplateDiff Of(TemplateVersion from, TemplateVersion to)
    {
        var (old, young) = (from.Document.Variants.ToDictionary(KeyOf), to.Document.Variants.ToDictionary(KeyOf));
        var keys = from.Document.Variants.Concat(to.Document.Variants).Select(KeyOf).Distinct();
        return new TemplateDiff(from, to, VariablesOf(from.Document, to.Document), [.. keys.Select(k => Compare(old.GetValueOrDefault(k), young.GetValueOrDefault(k)))]);
    }

    /// <summary>The same as a unified diff, with a file name for each part.</summary>
    public string ToUnified()
    {
        var text = new StringBuilder();
        foreach (var variant in Variants)
        {
            foreach (var part in variant.Parts.Where(p => p.Hunks.Count > 0))
            {
                var name = string.Join('/', new[] { variant.Channel.Name(), variant.Locale, part.Part }.Where(n => n is not null));
                text.Append("--- ").Append(part.Kind == DiffKind.Added ? "/dev/null" : $"v{From.Number}/{name}").Append('\n');
                text.Append("+++ ").Append(part.Kind == DiffKind.Removed ? "/dev/null" : $"v{To.Number}/{name}").Append('\n');
                foreach (var hunk in part.Hunks)
                {
                    text.Append(CultureInfo.InvariantCulture, $"@@ -{hunk.From},{hunk.FromCount} +{hunk.To},{hunk.ToCount} @@\n");
                    foreach (var (change, line) in hunk.Lines)
                        text.Append(change switch { LineChange.Added => '+', LineChange.Removed => '-', _ => ' ' }).Append(line).Append('\n');
                }
            }
        }

        return text.ToString();
    }

    private static VariantDiff Compare(TemplateVariant? from, TemplateVariant? to)
    {
        PartDiff[] parts = [.. new[] { Part("subject", from?.Subject, to?.Subject), Part("text", from?.Text, to?.Text), Part("html", from?.Html, to?.Html) }.OfType<PartDiff>()];
        var kind = from is null ? DiffKind.Added
            : to is null ? DiffKind.Removed
            : Array.TrueForAll(parts, p => p.Kind == DiffKind.Unchanged) ? DiffKind.Unchanged
            : DiffKind.Changed;
        return new VariantDiff((from ?? to)!.Channel, (from ?? to)!.Locale, kind, parts);
    }

    private static PartDiff? Part(string name, string? from, string? to)
    {
        if (from is null && to is null) return null;
        if (from == to) return new PartDiff(name, DiffKind.Unchanged, []);
        return new PartDiff(name, from is null ? DiffKind.Added : to is null ? DiffKind.Removed : DiffKind.Changed, LineDiff.Of(from, to));
    }

    private static List<(string Name, DiffKind Kind)> VariablesOf(TemplateDocument from, TemplateDocument to)
    {
        var (old, young) = (from.Variables.ToDictionary(v => v.Name, StringComparer.Ordinal), to.Variables.ToDictionary(v => v.Name, StringComparer.Ordinal));
        return [.. from.Variables.Concat(to.Variables).Select(v => v.Name).Distinct(StringComparer.Ordinal)
            .Select(name => (name, KindOf(old.GetValueOrDefault(name), young.GetValueOrDefault(name))))
            .Where(v => v.Item2 != DiffKind.Unchanged)];
    }

    private static DiffKind KindOf(TemplateVariable? old, TemplateVariable? young)
    {
        if (old is null) return DiffKind.Added;
        if (young is null) return DiffKind.Removed;
        var same = old with { Sample = null } == young with { Sample = null } && (old.Sample, young.Sample) switch
        {
            (null, null) => true,
            ({ } a, { } b) => JsonElement.DeepEquals(a, b),
            _ => false,
        };
        return same ? DiffKind.Unchanged : DiffKind.Changed;
    }

    private static (Channel, string?) KeyOf(TemplateVariant variant) => (variant.Channel, variant.Locale?.ToLowerInvariant());
}
