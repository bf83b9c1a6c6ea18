using Carillon.Dispatch;
using Carillon.Messages;

namespace Carillon.Templates;

/// <summary>The checks of a template that need no store.</summary>
internal static class TemplateCheck
{
    /// <summary>More faults of one kind help nobody.</summary>
    public const int MaxFaults = 100;

    private static readonly string[] Types = ["any", "string", "number", "boolean", "array", "object"];

    public static void Details(TemplateDetails details, List<FieldFault> faults)
    {
        if (details.Key is { Length: 0 }) faults.Add(new("key", "required", "Give the template a key, as in 'welcome'."));
        else if (details.Key is { } key && (key.Length > 200 || key.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))))
            faults.Add(new("key", "invalid", "A key has at most 200 characters and no spaces."));
        else if (details.Key?.StartsWith(PublicId.Template, StringComparison.Ordinal) == true)
            faults.Add(new("key", "invalid", $"A key does not begin with '{PublicId.Template}', which ids begin with."));
        if (details.Name?.Length > 200) faults.Add(new("name", "too_long", "A name has at most 200 characters."));
    }

    public static void Document(TemplateDocument document, List<FieldFault> faults)
    {
        var (variants, variables) = (document.Variants, document.Variables);
        if (variants.Count == 0) faults.Add(new("variants", "required", "Give at least one variant: its channel, and subject, text or html."));

        var seen = new HashSet<(Channel, string?)>();
        for (var i = 0; i < variants.Count; i++)
        {
            var variant = variants[i];
            if (variant.Text is null && variant.Html is null)
                faults.Add(new($"variants[{i}].text", "required", "A variant has text, or html, or both."));
            if (variant.Channel != Channel.Email && variant.Text is null && variant.Html is not null)
                faults.Add(new($"variants[{i}].text", "required", $"{variant.Channel.Name()} needs text; html is for email."));
            if (!seen.Add((variant.Channel, variant.Locale?.ToLowerInvariant())))
                faults.Add(new($"variants[{i}]", "duplicate", $"There are two variants for {variant.Channel.Name()} and locale {variant.Locale ?? "none"}."));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < variables.Count; i++)
        {
            var variable = variables[i];
            if (!Types.Contains(variable.Type))
                faults.Add(new($"variables[{i}].type", "unknown", $"The types are {string.Join(", ", Types)}."));
            if (!names.Add(variable.Name)) faults.Add(new($"variables[{i}].name", "duplicate", $"'{variable.Name}' is declared twice."));
        }
    }

    /// <summary>What the content uses, as declarations.</summary>
    public static IReadOnlyList<TemplateVariable> Declare(IEnumerable<UsedVariable> used) =>
        [.. used.GroupBy(v => v.Name, StringComparer.Ordinal)
            .Select(g => new TemplateVariable { Name = g.Key, Required = g.Any(v => !v.IsGuarded) })
            .OrderBy(v => v.Name, StringComparer.Ordinal)];

    /// <summary>A fault for each variable that is used and not declared, at its first place.</summary>
    public static void Declared(IReadOnlyList<TemplateVariable> declared, IEnumerable<UsedVariable> used, List<FieldFault> faults)
    {
        var known = declared.Select(d => d.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var variable in used.Where(u => !known.Contains(u.Name)).DistinctBy(u => u.Name).Take(MaxFaults))
        {
            var within = variable.Within is null ? "" : $" of '{variable.Within}', which is included,";
            var line = variable.Source is null ? null : LineOf(variable.Source, variable.Line);
            faults.Add(new(
                variable.Field!, "undeclared_variable",
                $"Line {variable.Line}, column {variable.Column}{within} uses '{variable.Name}', which variables does not declare; declare it, or leave variables out"
                + (line is null ? "." : $": {line}")));
        }
    }

    /// <summary>A line of a source without its indent, shortened where it is very long.</summary>
    public static string? LineOf(string source, int number)
    {
        foreach (var line in source.AsSpan().EnumerateLines())
        {
            if (--number > 0) continue;
            var shown = line.Trim();
            return shown.Length <= 200 ? shown.ToString() : string.Concat(shown[..200], "…");
        }

        return null;
    }
}
