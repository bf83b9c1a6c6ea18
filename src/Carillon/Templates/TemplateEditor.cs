using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Templates;

/// <summary>Makes templates and changes them. What is published never changes: only which version is in use does.</summary>
public sealed class TemplateEditor
{
    private readonly TemplateCatalog _catalog;
    private readonly ITemplateStore _store;
    private readonly IdGenerator _ids;
    private readonly TimeProvider _time;

    internal TemplateEditor(TemplateCatalog catalog, ITemplateStore store, IdGenerator ids, TimeProvider time)
    {
        _catalog = catalog;
        _store = store;
        _ids = ids;
        _time = time;
    }

    /// <summary>
    /// Checks a template and stores it with its first version, published unless the draft says otherwise. To be published every part is
    /// compiled with all that it includes; every variable that it uses must be declared, or, when none is declared, all that it uses are:
    /// as required where the content has no answer for their absence.
    /// </summary>
    /// <exception cref="DuplicateKeyException">The tenant has a template with this key.</exception>
    public async Task<TemplateCreation> CreateAsync(
        TenantId tenant, TemplateDraft draft, KeyedAnswer<(Template Template, TemplateVersion Version)>? keyed, CancellationToken cancellationToken)
    {
        var faults = new List<FieldFault>();
        TemplateCheck.Details(DetailsOf(draft), faults);
        TemplateCheck.Document(draft.Document, faults);
        var document = draft.Document with { Includes = null };
        if (draft.Publish)
        {
            var check = await _catalog.CheckAsync(tenant, draft.Key, document, cancellationToken);
            faults.AddRange(check.Faults);
            document = check.Document;
        }

        if (faults.Count > 0) return new TemplateCreation.Refused(faults);
        var now = _time.GetUtcNow();
        var template = new Template
        {
            Tenant = tenant,
            Id = _ids.Next(),
            Key = draft.Key,
            Name = draft.Name,
            Description = draft.Description,
            Category = draft.Category,
            Type = draft.Type,
            IsActive = draft.IsActive,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var version = new TemplateVersion
        {
            Id = _ids.Next(),
            TemplateId = template.Id,
            Number = 1,
            Document = document,
            CreatedAt = now,
            PublishedAt = draft.Publish ? now : null,
        };
        if (draft.Publish) template = template with { Published = version };

        var existing = await _store.CreateAsync(template, version, keyed?.RecordOf((template, version)), cancellationToken);
        if (existing is not null)
            return keyed!.IsRepeated(existing) ? new TemplateCreation.Replayed(existing.Answer) : new TemplateCreation.KeyReused();
        _catalog.Forget(template);
        return new TemplateCreation.Created(template, version);
    }

    /// <summary>Changes what is not in the versions.</summary>
    /// <param name="revisions">Only if it is at one of these; null for any.</param>
    /// <exception cref="DuplicateKeyException">The tenant has another template with this key.</exception>
    public Task<TemplateChange> UpdateAsync(
        TenantId tenant, string idOrKey, TemplateDetails details, IReadOnlyList<int>? revisions, CancellationToken cancellationToken) =>
        ChangeAsync(
            tenant, idOrKey, revisions,
            (template, faults) =>
            {
                TemplateCheck.Details(details, faults);
                return new(template with
                {
                    Key = details.Key ?? template.Key,
                    Name = details.Name ?? template.Name,
                    Description = details.Description,
                    Category = details.Category,
                    Type = details.Type,
                    IsActive = details.IsActive,
                });
            },
            cancellationToken);

    /// <summary>Removes it; its key is free again. Its versions stay for the notifications and templates that are bound to them.</summary>
    /// <inheritdoc cref="UpdateAsync"/>
    public Task<TemplateChange> DeleteAsync(TenantId tenant, string idOrKey, IReadOnlyList<int>? revisions, CancellationToken cancellationToken) =>
        ChangeAsync(tenant, idOrKey, revisions, (template, _) => new(template with { DeletedAt = _time.GetUtcNow() }), cancellationToken);

    /// <summary>Puts a published version in use again.</summary>
    /// <inheritdoc cref="UpdateAsync"/>
    /// <param name="number">Null for the published one before that in use.</param>
    public Task<TemplateChange> RollbackAsync(
        TenantId tenant, string idOrKey, int? number, IReadOnlyList<int>? revisions, CancellationToken cancellationToken) =>
        ChangeAsync(
            tenant, idOrKey, revisions,
            async (template, faults) =>
            {
                var version = number is { } wanted
                    ? await _store.GetVersionAsync(tenant, template.Id, wanted, cancellationToken)
                    : await _store.PublishedBeforeAsync(tenant, template.Id, template.Published?.Number ?? 0, cancellationToken);
                if (version?.PublishedAt is not null) return template with { Published = version };
                faults.Add(number is null ? new("version", "not_found", "No version was published before the one in use.")
                    : version is null ? new("version", "not_found", $"There is no version {number}.")
                    : new("version", "not_published", $"Version {number} is a draft: publish it."));
                return template;
            },
            cancellationToken);

    /// <summary>Adds a version that can be changed until it is published.</summary>
    public async Task<DraftChange> AddDraftAsync(
        TenantId tenant, string idOrKey, TemplateDocument document, KeyedAnswer<TemplateVersion>? keyed, CancellationToken cancellationToken)
    {
        var faults = new List<FieldFault>();
        TemplateCheck.Document(document, faults);
        if (faults.Count > 0) return new DraftChange.Refused(faults);
        if (await _catalog.GetAsync(tenant, idOrKey, cancellationToken) is not { } template) return new DraftChange.NotFound();
        var version = new TemplateVersion
        {
            Id = _ids.Next(),
            TemplateId = template.Id,
            Number = 0,
            Document = document with { Includes = null },
            CreatedAt = _time.GetUtcNow(),
        };
        var (added, existing) = await _store.AddVersionAsync(tenant, version, keyed is null ? null : keyed.RecordOf, cancellationToken);
        if (existing is not null) return keyed!.IsRepeated(existing) ? new DraftChange.Replayed(existing.Answer) : new DraftChange.KeyReused();
        return added is null ? new DraftChange.NotFound() : new DraftChange.Stored(added);
    }

    /// <summary>Replaces a draft.</summary>
    public async Task<DraftChange> ReplaceDraftAsync(
        TenantId tenant, string idOrKey, int number, TemplateDocument document, IReadOnlyList<int>? revisions, CancellationToken cancellationToken)
    {
        var faults = new List<FieldFault>();
        TemplateCheck.Document(document, faults);
        if (faults.Count > 0) return new DraftChange.Refused(faults);
        while (true)
        {
            if (await _catalog.GetVersionAsync(tenant, idOrKey, number, cancellationToken) is not { } version) return new DraftChange.NotFound();
            if (version.PublishedAt is not null) return new DraftChange.Published();
            if (revisions is not null && !revisions.Contains(version.Revision)) return new DraftChange.Stale(version.Revision);
            version = version with { Document = document with { Includes = null }, Revision = version.Revision + 1 };
            if (await _store.ReplaceDraftAsync(tenant, version, cancellationToken)) return new DraftChange.Stored(version);
        }
    }

    /// <summary>Checks a draft, fixes the versions of what it includes, and puts it in use. One that is published already is put in use again.</summary>
    /// <param name="revisions">Of the draft.</param>
    public async Task<TemplateChange> PublishAsync(
        TenantId tenant, string idOrKey, int number, IReadOnlyList<int>? revisions, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _catalog.GetAsync(tenant, idOrKey, cancellationToken) is not { } template) return new TemplateChange.NotFound();
            if (await _store.GetVersionAsync(tenant, template.Id, number, cancellationToken) is not { } version) return new TemplateChange.NotFound();
            if (revisions is not null && !revisions.Contains(version.Revision)) return new TemplateChange.Stale(version.Revision);
            if (version.PublishedAt is not null) return await RollbackAsync(tenant, idOrKey, number, null, cancellationToken);

            var check = await _catalog.CheckAsync(tenant, template.Key, version.Document, cancellationToken);
            if (check.Faults.Count > 0) return new TemplateChange.Refused(check.Faults);
            var now = _time.GetUtcNow();
            version = version with { Document = check.Document, Revision = version.Revision + 1, PublishedAt = now };
            var published = template with { Published = version, Revision = template.Revision + 1, UpdatedAt = now };
            if (!await _store.PublishAsync(published, version, cancellationToken)) continue;
            _catalog.Forget(published);
            return new TemplateChange.Changed(published);
        }
    }

    private async Task<TemplateChange> ChangeAsync(
        TenantId tenant, string idOrKey, IReadOnlyList<int>? revisions, Func<Template, List<FieldFault>, ValueTask<Template>> change,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _catalog.GetAsync(tenant, idOrKey, cancellationToken) is not { } template) return new TemplateChange.NotFound();
            if (revisions is not null && !revisions.Contains(template.Revision)) return new TemplateChange.Stale(template.Revision);
            var faults = new List<FieldFault>();
            var changed = await change(template, faults) with { Revision = template.Revision + 1, UpdatedAt = _time.GetUtcNow() };
            if (faults.Count > 0) return new TemplateChange.Refused(faults);
            // Somebody else was faster: what they made of it is looked at anew.
            if (!await _store.ReplaceAsync(changed, cancellationToken)) continue;
            _catalog.Forget(template);
            _catalog.Forget(changed);
            return new TemplateChange.Changed(changed);
        }
    }

    private static TemplateDetails DetailsOf(TemplateDraft draft) => new() { Key = draft.Key, Name = draft.Name };
}
