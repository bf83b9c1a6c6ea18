using Carillon.Dispatch;
using Carillon.Jinja;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Templates;

/// <summary>A document as it would be published, with every fault that keeps it from that.</summary>
/// <param name="Document">With its includes fixed, and its variables declared where it declares none.</param>
/// <param name="Includes">The versions that it includes, by key.</param>
internal sealed record CheckedDocument(TemplateDocument Document, IReadOnlyDictionary<string, TemplateVersion> Includes, IReadOnlyList<FieldFault> Faults);

/// <summary>
/// Checks one document: every part is compiled, whatever it includes is found as it is published now, and followed through what that
/// includes. One of it for one check.
/// </summary>
internal sealed class Publication(ITemplateStore store, ContentEnvironment text, ContentEnvironment html, TenantId tenant, string key)
{
    /// <summary>The most templates that one may include, those counted that they include in turn.</summary>
    public const int MaxIncludes = 100;

    // What it looks for in vain costs a look too.
    private const int MaxSought = 1000;

    private readonly Dictionary<(string Source, VariantPart Part), TemplateAnalysis> _analyses = [];
    private readonly Dictionary<string, Template?> _templates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TemplateVersion> _includes = new(StringComparer.Ordinal);
    private readonly List<FieldFault> _faults = [];
    private readonly List<UsedVariable> _used = [];

    public async Task<CheckedDocument> CheckAsync(TemplateDocument document, CancellationToken cancellationToken)
    {
        for (var i = 0; i < document.Variants.Count; i++)
        {
            var variant = document.Variants[i];
            await PartAsync(variant.Subject, VariantPart.Subject, $"variants[{i}].subject");
            await PartAsync(variant.Text, VariantPart.Text, $"variants[{i}].text");
            await PartAsync(variant.Html, VariantPart.Html, $"variants[{i}].html");

            async Task PartAsync(string? source, VariantPart part, string field)
            {
                if (source is not null) await CheckPartAsync(new Walk(variant.Channel, variant.Locale, part, field), source, document.Syntax, cancellationToken);
            }
        }

        if (document.Variables.Count > 0) TemplateCheck.Declared(document.Variables, _used, _faults);
        var complete = document with
        {
            Variables = document.Variables.Count > 0 ? document.Variables : TemplateCheck.Declare(_used),
            Includes = _includes.Count == 0 ? null : _includes.OrderBy(p => p.Key, StringComparer.Ordinal).ToDictionary(p => p.Key, p => p.Value.Id, StringComparer.Ordinal),
        };
        return new CheckedDocument(complete, _includes, _faults);
    }

    private async Task CheckPartAsync(Walk walk, string source, ContentSyntax syntax, CancellationToken cancellationToken)
    {
        var environment = walk.Part == VariantPart.Html ? html : text;
        if (syntax != ContentSyntax.Jinja)
        {
            _used.AddRange(ContentPart.Of(source, syntax, walk.Field, environment)!.Variables.Select(v => v with { Field = walk.Field }));
            return;
        }

        TemplateAnalysis analysis;
        try
        {
            analysis = environment.Jinja.FromString(source, walk.Field).Analyze();
        }
        catch (JinjaException e)
        {
            Fault(walk, "template_syntax", e.Line, e.Column, e.Reason, e.SourceLine?.Trim());
            return;
        }

        await FollowAsync(walk, new Including([key], analysis, source, PassesContext: true), cancellationToken);
        _used.AddRange(walk.Used.Where(v => v.Within is null || !walk.Assigned.Contains(v.Name)));
    }

    private async Task FollowAsync(Walk walk, Including at, CancellationToken cancellationToken)
    {
        walk.Assigned.UnionWith(at.Analysis.AssignedNames);
        if (at.PassesContext)
        {
            var within = at.Chain.Count == 1 ? null : at.Chain[^1];
            walk.Used.AddRange(at.Analysis.Variables.Select(v => new UsedVariable(
                ContentPart.RootOf(v.Path), v.IsGuarded, v.Line, v.Column, walk.Field, within, at.Source)));
        }

        foreach (var reference in at.Analysis.References)
        {
            if (reference.Names.Count == 0)
            {
                Fault(walk, at, reference, "dynamic_include", "what is included must be named by a text, so that its version can be fixed");
                continue;
            }

            var found = false;
            foreach (var name in reference.Names)
            {
                if (found = await TakeAsync(walk, at, reference, name, cancellationToken)) break;
            }

            if (!found && !reference.MayBeMissing)
                Fault(walk, at, reference, "unknown_template", $"there is no published template '{string.Join("', '", reference.Names)}'");
        }
    }

    /// <summary>False when there is no such template.</summary>
    private async Task<bool> TakeAsync(Walk walk, Including at, TemplateReference reference, string name, CancellationToken cancellationToken)
    {
        if (at.Chain.Contains(name, StringComparer.Ordinal))
        {
            Fault(walk, at, reference, "include_cycle", $"it would include itself: {string.Join(" → ", at.Chain)} → {name}");
            return true;
        }

        if (!_templates.TryGetValue(name, out var template))
        {
            if (_templates.Count == MaxSought)
            {
                Fault(walk, at, reference, "too_many", $"it names more than {MaxSought:N0} templates");
                return true;
            }

            _templates.Add(name, template = await store.GetByKeyAsync(tenant, name, cancellationToken));
        }

        if (template?.Published is not { } version) return false;
        if (!_includes.ContainsKey(name) && _includes.Count == MaxIncludes)
        {
            Fault(walk, at, reference, "too_many", $"it includes more than {MaxIncludes} templates");
            return true;
        }

        _includes[name] = version;
        var passesContext = at.PassesContext && reference.PassesContext;
        if (!walk.Seen.Add((name, passesContext))) return true;
        if (version.Document.Syntax != ContentSyntax.Jinja)
        {
            Fault(walk, at, reference, "not_includable", $"'{name}' is not of syntax jinja");
            return true;
        }

        if (VariantChoice.Included(version.Document, walk.Channel, walk.Locale, walk.Part) is not { } source)
        {
            Fault(walk, at, reference, "not_includable", $"'{name}' has no {PartName(walk.Part)} for {walk.Channel.Name()}");
            return true;
        }

        TemplateAnalysis analysis;
        try
        {
            // It was compiled when it was published; limits that have changed since could still refuse it.
            if (!_analyses.TryGetValue((source, walk.Part), out analysis!))
                _analyses.Add((source, walk.Part), analysis = (walk.Part == VariantPart.Html ? html : text).Jinja.FromString(source, name).Analyze());
        }
        catch (JinjaException e)
        {
            Fault(walk, at, reference, "template_syntax", $"'{name}' does not compile: {e.Message}");
            return true;
        }

        await FollowAsync(walk, new Including([.. at.Chain, name], analysis, source, passesContext), cancellationToken);
        return true;
    }

    private void Fault(Walk walk, Including at, TemplateReference reference, string code, string reason)
    {
        if (_faults.Count >= TemplateCheck.MaxFaults) return;
        var within = at.Chain.Count == 1 ? reason : $"in '{at.Chain[^1]}', which is included, {reason}";
        Fault(walk, code, reference.Line, reference.Column, within, TemplateCheck.LineOf(at.Source, reference.Line));
    }

    private void Fault(Walk walk, string code, int line, int column, string reason, string? sourceLine) =>
        _faults.Add(new(walk.Field, code, $"Line {line}, column {column}: {reason}{(sourceLine is null ? "" : ": " + sourceLine)}"));

    private static string PartName(VariantPart part) => part switch { VariantPart.Html => "html", VariantPart.Text => "text", _ => "subject and no text" };

    /// <summary>The way through one part and all that it includes.</summary>
    private sealed record Walk(Channel Channel, string? Locale, VariantPart Part, string Field)
    {
        public HashSet<(string Name, bool PassesContext)> Seen { get; } = [];

        public HashSet<string> Assigned { get; } = new(StringComparer.Ordinal);

        public List<UsedVariable> Used { get; } = [];
    }

    /// <param name="Chain">The keys from the template itself to this one.</param>
    private sealed record Including(IReadOnlyList<string> Chain, TemplateAnalysis Analysis, string Source, bool PassesContext);
}
