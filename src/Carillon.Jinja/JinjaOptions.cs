namespace Carillon.Jinja;

/// <summary>How an environment reads and renders its templates. Checked when the environment is made.</summary>
public sealed class JinjaOptions
{
    /// <summary>Whether what templates print is escaped as HTML. Off by default.</summary>
    public bool Autoescape { get; init; }

    /// <summary>Decides on escaping by the template's name (null for a template from a string), in place of <see cref="Autoescape"/>.</summary>
    public Func<string?, bool>? AutoescapeByName { get; init; }

    /// <summary>Removes the newline after a block tag. Off by default.</summary>
    public bool TrimBlocks { get; init; }

    /// <summary>Removes the space before a block tag that begins its line. Off by default.</summary>
    public bool LstripBlocks { get; init; }

    /// <summary>Keeps one newline at the end of a template. Off by default, as in Jinja.</summary>
    public bool KeepTrailingNewline { get; init; }

    /// <summary>How names that are not defined behave. <see cref="UndefinedKind.Default"/> by default.</summary>
    public UndefinedKind Undefined { get; init; }

    /// <summary>Where <c>include</c>, <c>import</c> and <c>extends</c> find templates. Nowhere by default.</summary>
    public TemplateLoader? Loader { get; init; }

    /// <summary>Whether Jinja's sandbox rules hold. On by default. Without them names with a leading underscore can be asked for; limits hold all the same.</summary>
    public bool Sandbox { get; init; } = true;

    /// <summary>Tags beyond the built-in ones. None by default.</summary>
    public JinjaExtensions Extensions { get; init; }

    /// <summary>Steps a render may take: statements, calls, and items taken from what is iterated. 1,000,000 by default; beyond it the render fails.</summary>
    public long MaxSteps { get; init; } = 1_000_000;

    /// <summary>
    /// Bytes a render may produce, counting its output and all text and lists it builds on the way, together. 16 MiB by default;
    /// beyond it the render fails.
    /// </summary>
    public long MaxOutputBytes { get; init; } = 16 << 20;

    /// <summary>How deep macros, blocks, includes and recursive loops may nest, 1 to 1,000. 200 by default; beyond it the render fails.</summary>
    public int MaxRecursion { get; init; } = 200;

    /// <summary>How long a render may take. 10 seconds by default, <see cref="Timeout.InfiniteTimeSpan"/> for no bound; beyond it the render fails at its next look at the clock. It looks every 1024 steps, and measures from the first look.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock that <see cref="MaxDuration"/> is measured by.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Filters beyond the built-in ones, or in their place.</summary>
    public IReadOnlyDictionary<string, JinjaFunction> Filters { get; init; } = new Dictionary<string, JinjaFunction>(StringComparer.Ordinal);

    /// <summary>Tests beyond the built-in ones, or in their place. What they return counts by its truth.</summary>
    public IReadOnlyDictionary<string, JinjaFunction> Tests { get; init; } = new Dictionary<string, JinjaFunction>(StringComparer.Ordinal);

    /// <summary>Names every template knows. Lists and dictionaries in there cannot be changed by templates.</summary>
    public IReadOnlyDictionary<string, JinjaValue> Globals { get; init; } = new Dictionary<string, JinjaValue>(StringComparer.Ordinal);

    internal void Validate()
    {
        List<string> errors = [];
        if (MaxSteps < 1) errors.Add($"{nameof(MaxSteps)} must be at least 1");
        if (MaxOutputBytes is < 1 or > int.MaxValue) errors.Add($"{nameof(MaxOutputBytes)} must be between 1 and {int.MaxValue}");
        if (MaxRecursion is < 1 or > 1000) errors.Add($"{nameof(MaxRecursion)} must be between 1 and 1000");
        if (MaxDuration <= TimeSpan.Zero && MaxDuration != Timeout.InfiniteTimeSpan) errors.Add($"{nameof(MaxDuration)} must be positive or infinite");
        if (!Enum.IsDefined(Undefined)) errors.Add($"{nameof(Undefined)} is not a known kind");
        if (errors.Count > 0) throw new ArgumentException(string.Join("; ", errors) + ".", nameof(JinjaOptions));
    }

    internal bool AutoescapeFor(string? name) => AutoescapeByName?.Invoke(name) ?? Autoescape;
}
