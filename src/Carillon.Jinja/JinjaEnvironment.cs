using System.Collections.Concurrent;
using System.Collections.Frozen;
using Carillon.Jinja.Builtins;
using Carillon.Jinja.Compilation;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja;

/// <summary>
/// Where templates are compiled: the options, filters, tests, globals and loader that they share. Immutable and safe to use from
/// many threads; make one and keep it.
/// </summary>
public sealed class JinjaEnvironment
{
    private readonly ConcurrentDictionary<string, CompiledTemplate> _templates = new(StringComparer.Ordinal);
    private readonly FrozenDictionary<string, FilterFunction> _filters;
    private readonly FrozenDictionary<string, FilterFunction> _tests;
    private readonly FrozenDictionary<string, JinjaValue> _globals;

    /// <exception cref="ArgumentException">An option is out of its range; all that are, are named.</exception>
    public JinjaEnvironment(JinjaOptions? options = null)
    {
        Options = options ?? new JinjaOptions();
        Options.Validate();
        _filters = Extend(FilterTable.All, Options.Filters);
        _tests = Extend(TestTable.All, Options.Tests);
        _globals = GlobalTable.For(Options);
    }

    internal JinjaOptions Options { get; }

    /// <summary>Compiles a template. Its name is only used in errors and by <see cref="JinjaOptions.AutoescapeByName"/>.</summary>
    /// <exception cref="TemplateSyntaxException">The source is not a valid template, or names a filter or test that does not exist.</exception>
    public JinjaTemplate FromString(string source, string? name = null) => new(this, TemplateCompiler.Compile(this, source, name));

    /// <summary>The template of that name from the loader, compiled once and kept.</summary>
    /// <exception cref="TemplateNotFoundException">The loader does not know it.</exception>
    /// <exception cref="TemplateSyntaxException">It is not a valid template.</exception>
    public JinjaTemplate GetTemplate(string name) => new(this, Find(name) ?? throw new TemplateNotFoundException(name));

    internal CompiledTemplate? Find(string name)
    {
        if (_templates.TryGetValue(name, out var template)) return template;
        if (Options.Loader is null || !Options.Loader.TryLoad(name, out var source)) return null;
        return _templates.GetOrAdd(name, TemplateCompiler.Compile(this, source, name));
    }

    internal FilterFunction? FindFilter(string name) => _filters.GetValueOrDefault(name);

    internal FilterFunction? FindTest(string name) => _tests.GetValueOrDefault(name);

    internal JinjaValue FindGlobal(string name) => _globals.TryGetValue(name, out var value) ? value : JinjaValue.Missing;

    private static FrozenDictionary<string, FilterFunction> Extend(FrozenDictionary<string, FilterFunction> builtin, IReadOnlyDictionary<string, JinjaFunction> added)
    {
        if (added.Count == 0) return builtin;
        var all = builtin.ToDictionary(StringComparer.Ordinal);
        foreach (var (name, function) in added) all[name] = new FilterFunction(name, function);
        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
