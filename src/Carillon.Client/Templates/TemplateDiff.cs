namespace Carillon.Client;

/// <summary>How one version of a template differs from another.</summary>
public sealed record TemplateDiff
{
    public int From { get; init; }

    public int To { get; init; }

    public required string SyntaxFrom { get; init; }

    public required string SyntaxTo { get; init; }

    /// <summary>The variables whose declaration differs.</summary>
    public IReadOnlyList<VariableDiff> Variables { get => field ?? []; init; }

    public IReadOnlyList<VariantDiff> Variants { get => field ?? []; init; }

    /// <summary>The same line by line, as a unified diff.</summary>
    public required string Unified { get; init; }
}

/// <param name="Change"><c>added</c>, <c>removed</c> or <c>changed</c>.</param>
public sealed record VariableDiff(string Name, string Change);

/// <param name="Change"><c>unchanged</c>, <c>added</c>, <c>removed</c> or <c>changed</c>.</param>
public sealed record VariantDiff(string Channel, string? Locale, string Change, IReadOnlyList<PartDiff> Parts);

/// <summary>The difference of a subject, a text or an HTML.</summary>
/// <param name="Change">As of the variant.</param>
public sealed record PartDiff(string Part, string Change, IReadOnlyList<DiffHunk> Hunks);

/// <summary>Lines that differ, with those around them. Lines count from 1.</summary>
public sealed record DiffHunk(int FromLine, int FromCount, int ToLine, int ToCount, IReadOnlyList<DiffLine> Lines);

/// <param name="Change"><c>same</c>, <c>removed</c> or <c>added</c>.</param>
public sealed record DiffLine(string Change, string Text);
