using System.Security.Cryptography;
using System.Text;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Templates;

/// <summary>Templates ready to be rendered, the lately used ones from memory.</summary>
public sealed class TemplateCatalog
{
    private readonly ITemplateStore _store;
    private readonly ContentEnvironment _text;
    private readonly ContentEnvironment _html;
    private readonly BoundedCache<(TenantId, string), BoundTemplate> _templates = new(4096);
    private readonly BoundedCache<Guid, CompiledVersion> _versions = new(4096);
    private readonly BoundedCache<UInt128, CompiledVariant> _contents = new(1024);
    private int _changes;

    internal TemplateCatalog(ITemplateStore store, IdGenerator ids, CarillonOptions options, TimeProvider time)
    {
        _store = store;
        _text = ContentEnvironment.Of(options, time, isHtml: false);
        _html = ContentEnvironment.Of(options, time, isHtml: true);
        Editor = new TemplateEditor(this, store, ids, time);
        Tester = new TemplateTester(this, store, time);
    }

    /// <summary>The way in for new ones and for changes.</summary>
    public TemplateEditor Editor { get; }

    /// <summary>What versions come to with sample data.</summary>
    public TemplateTester Tester { get; }

    /// <inheritdoc cref="TemplateEditor.CreateAsync"/>
    public Task<TemplateCreation> CreateAsync(TenantId tenant, TemplateDraft draft, CancellationToken cancellationToken) =>
        Editor.CreateAsync(tenant, draft, null, cancellationToken);

    public ValueTask<IReadOnlyList<Template>> ListAsync(TenantId tenant, TemplateQuery query, CancellationToken cancellationToken) =>
        _store.ListAsync(tenant, query, cancellationToken);

    /// <summary>By public id or key; null when there is none.</summary>
    public async ValueTask<Template?> GetAsync(TenantId tenant, string idOrKey, CancellationToken cancellationToken) =>
        PublicId.TryParse(PublicId.Template, idOrKey, out var id)
            ? await _store.GetAsync(tenant, id, cancellationToken)
            : await _store.GetByKeyAsync(tenant, idOrKey, cancellationToken);

    /// <summary>One version of a template, by public id or key; null when there is none.</summary>
    public async ValueTask<TemplateVersion?> GetVersionAsync(TenantId tenant, string idOrKey, int number, CancellationToken cancellationToken) =>
        await GetAsync(tenant, idOrKey, cancellationToken) is { } template
            ? await _store.GetVersionAsync(tenant, template.Id, number, cancellationToken)
            : null;

    /// <summary>A template with its current version compiled, by id or key; null when there is none.</summary>
    internal async ValueTask<BoundTemplate?> FindAsync(TenantId tenant, string idOrKey, CancellationToken cancellationToken)
    {
        if (_templates.TryGet((tenant, idOrKey), out var known)) return known;
        var changes = Volatile.Read(ref _changes);
        var template = await GetAsync(tenant, idOrKey, cancellationToken);
        if (template is null) return null;
        var bound = new BoundTemplate(template, template.Published is { } published ? await CompiledAsync(tenant, published, cancellationToken) : null);
        _templates.Set((tenant, idOrKey), bound);
        // What was read may be of before a change whose end has dropped it from memory already.
        if (Volatile.Read(ref _changes) != changes) _templates.Remove((tenant, idOrKey));
        return bound;
    }

    /// <summary>A version compiled, by its id; null when there is none. Published versions never change, so what is in memory is right.</summary>
    internal async ValueTask<CompiledVersion?> VersionAsync(TenantId tenant, Guid versionId, CancellationToken cancellationToken)
    {
        if (_versions.TryGet(versionId, out var known)) return known;
        var version = await _store.GetVersionAsync(tenant, versionId, cancellationToken);
        return version is null ? null : await CompiledAsync(tenant, version, cancellationToken);
    }

    /// <summary>A template has changed: what is in memory of it is read anew.</summary>
    internal void Forget(Template template)
    {
        Interlocked.Increment(ref _changes);
        _templates.Remove((template.Tenant, template.Key));
        _templates.Remove((template.Tenant, PublicId.Format(PublicId.Template, template.Id)));
    }

    /// <summary>Any of them may have changed.</summary>
    internal void Forget()
    {
        Interlocked.Increment(ref _changes);
        _templates.Clear();
    }

    internal Task<CheckedDocument> CheckAsync(TenantId tenant, string key, TemplateDocument document, CancellationToken cancellationToken) =>
        new Publication(_store, _text, _html, tenant, key).CheckAsync(document, cancellationToken);

    /// <summary>Not kept: for what is not published.</summary>
    internal CompiledVersion Compile(TemplateVersion version, IReadOnlyDictionary<string, TemplateVersion> includes) =>
        new(version, PublicId.Format(PublicId.TemplateVersion, version.Id), _text, _html, includes);

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

    private async ValueTask<CompiledVersion> CompiledAsync(TenantId tenant, TemplateVersion version, CancellationToken cancellationToken)
    {
        if (_versions.TryGet(version.Id, out var known)) return known;
        var compiled = Compile(version, await IncludesAsync(tenant, version.Document, cancellationToken));
        _versions.Set(version.Id, compiled);
        return compiled;
    }

    /// <summary>The versions that a published document includes, as they were fixed.</summary>
    internal async ValueTask<IReadOnlyDictionary<string, TemplateVersion>> IncludesAsync(
        TenantId tenant, TemplateDocument document, CancellationToken cancellationToken)
    {
        var includes = new Dictionary<string, TemplateVersion>(StringComparer.Ordinal);
        foreach (var (key, id) in document.Includes ?? new Dictionary<string, Guid>(StringComparer.Ordinal))
        {
            if (await _store.GetVersionAsync(tenant, id, cancellationToken) is { } version) includes.Add(key, version);
        }

        return includes;
    }
}

/// <param name="Current">Null before the first version is published.</param>
internal sealed record BoundTemplate(Template Template, CompiledVersion? Current);
