using System.Security.Cryptography;
using System.Text;
using Carillon.Dispatch;
using Carillon.Jinja;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Templates;

/// <summary>Templates ready to be rendered, the lately used ones from memory; and the way in for new ones.</summary>
public sealed class TemplateCatalog
{
    private readonly ITemplateStore _store;
    private readonly IdGenerator _ids;
    private readonly TimeProvider _time;
    private readonly ContentEnvironment _text;
    private readonly ContentEnvironment _html;
    private readonly BoundedCache<(TenantId, string), BoundTemplate> _templates = new(4096);
    private readonly BoundedCache<Guid, CompiledVersion> _versions = new(4096);
    private readonly BoundedCache<UInt128, CompiledVariant> _contents = new(1024);

    internal TemplateCatalog(ITemplateStore store, IdGenerator ids, CarillonOptions options, TimeProvider time)
    {
        _store = store;
        _ids = ids;
        _time = time;
        _text = Environment(isHtml: false);
        _html = Environment(isHtml: true);

        ContentEnvironment Environment(bool isHtml)
        {
            var bounded = new JinjaOptions
            {
                Autoescape = isHtml,
                MaxDuration = options.RenderTimeout,
                MaxOutputBytes = options.MaxRenderedBytes,
                TimeProvider = time,
            };
            return new ContentEnvironment(new JinjaEnvironment(bounded), options.MaxRenderedBytes, isHtml);
        }
    }

    /// <summary>
    /// Checks a template and stores it with its first version, published. Every part is compiled; every variable that it uses must be
    /// declared, or, when none is declared, all that it uses are: as required where the content has no answer for their absence.
    /// </summary>
    /// <exception cref="DuplicateKeyException">The tenant has a template with this key.</exception>
    public async Task<TemplateCreation> CreateAsync(TenantId tenant, TemplateDraft draft, CancellationToken cancellationToken)
    {
        var faults = TemplateCheck.Fields(draft);
        var now = _time.GetUtcNow();
        var templateId = _ids.Next();
        var version = new TemplateVersion
        {
            Id = _ids.Next(),
            TemplateId = templateId,
            Number = 1,
            PublishedAt = now,
            Document = draft.Document,
        };
        var used = Compile(draft, faults);
        if (draft.Document.Variables.Count == 0)
            version = version with { Document = draft.Document with { Variables = TemplateCheck.Declare(used) } };
        else TemplateCheck.Declared(draft.Document.Variables, used, faults);
        if (faults.Count > 0) return new TemplateCreation.Refused(faults);

        var template = new Template
        {
            Tenant = tenant,
            Id = templateId,
            Key = draft.Key,
            Name = draft.Name,
            Description = draft.Description,
            Category = draft.Category,
            Type = draft.Type,
            IsActive = draft.IsActive,
            CreatedAt = now,
            UpdatedAt = now,
            Published = version,
        };
        await _store.CreateAsync(template, cancellationToken);
        return new TemplateCreation.Created(template);
    }

    public ValueTask<IReadOnlyList<Template>> ListAsync(TenantId tenant, string? afterKey, int limit, CancellationToken cancellationToken) =>
        _store.ListAsync(tenant, afterKey, limit, cancellationToken);

    /// <summary>By public id or key; null when there is none.</summary>
    public async ValueTask<Template?> GetAsync(TenantId tenant, string idOrKey, CancellationToken cancellationToken) =>
        PublicId.TryParse(PublicId.Template, idOrKey, out var id)
            ? await _store.GetAsync(tenant, id, cancellationToken)
            : await _store.GetByKeyAsync(tenant, idOrKey, cancellationToken);

    /// <summary>A template with its current version compiled, by id or key; null when there is none.</summary>
    internal async ValueTask<BoundTemplate?> FindAsync(TenantId tenant, string idOrKey, CancellationToken cancellationToken)
    {
        if (_templates.TryGet((tenant, idOrKey), out var known)) return known;
        var template = await GetAsync(tenant, idOrKey, cancellationToken);
        if (template is null) return null;
        var bound = new BoundTemplate(template, template.Published is { } published ? Compiled(published) : null);
        _templates.Set((tenant, idOrKey), bound);
        return bound;
    }

    /// <summary>A version compiled, by its id; null when there is none. Versions never change, so what is in memory is right.</summary>
    internal async ValueTask<CompiledVersion?> VersionAsync(TenantId tenant, Guid versionId, CancellationToken cancellationToken)
    {
        if (_versions.TryGet(versionId, out var known)) return known;
        var version = await _store.GetVersionAsync(tenant, versionId, cancellationToken);
        return version is null ? null : Compiled(version);
    }

    /// <summary>Content that came with a request, compiled; the same content is compiled once.</summary>
    internal CompiledVariant CompileContent(MessageContent content, Channel channel)
    {
        var variant = new TemplateVariant { Channel = channel, Subject = content.Subject, Text = content.Text, Html = content.Html };
        if (content.Syntax == ContentSyntax.None) return new CompiledVariant(variant, content.Syntax, "content", _text, _html);

        var key = KeyOf(content, channel);
        if (_contents.TryGet(key, out var known)) return known;
        var compiled = new CompiledVariant(variant, content.Syntax, "content", _text, _html);
        _contents.Set(key, compiled);
        return compiled;
    }

    private static UInt128 KeyOf(MessageContent content, Channel channel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([(byte)channel, (byte)content.Syntax]);
        foreach (var part in (ReadOnlySpan<string?>)[content.Subject, content.Text, content.Html])
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part ?? ""));
            hash.AppendData(BitConverter.GetBytes(part?.Length ?? -1));
        }

        return BitConverter.ToUInt128(hash.GetHashAndReset());
    }

    private CompiledVersion Compiled(TemplateVersion version)
    {
        var compiled = new CompiledVersion(version, PublicId.Format(PublicId.TemplateVersion, version.Id), _text, _html);
        _versions.Set(version.Id, compiled);
        return compiled;
    }

    private List<UsedVariable> Compile(TemplateDraft draft, List<FieldFault> faults)
    {
        var used = new List<UsedVariable>();
        for (var i = 0; i < draft.Document.Variants.Count; i++)
        {
            var variant = draft.Document.Variants[i];
            Part("subject", variant.Subject, _text);
            Part("text", variant.Text, _text);
            Part("html", variant.Html, _html);

            void Part(string part, string? source, ContentEnvironment environment)
            {
                try
                {
                    if (ContentPart.Of(source, draft.Document.Syntax, part, environment) is { } compiled)
                        used.AddRange(compiled.Variables.Select(v => v with { Field = $"variants[{i}].{part}" }));
                }
                catch (JinjaException e)
                {
                    var shown = e.SourceLine is null ? "" : $": {e.SourceLine.Trim()}";
                    faults.Add(new($"variants[{i}].{part}", "template_syntax", $"Line {e.Line}, column {e.Column}: {e.Reason}{shown}"));
                }
            }
        }

        return used;
    }
}

/// <param name="Current">Null before the first version is published.</param>
internal sealed record BoundTemplate(Template Template, CompiledVersion? Current);
