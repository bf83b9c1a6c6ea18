using System.Text.Json;

namespace Carillon.Client;

/// <summary><c>/v1/templates</c>. A template is called by its id or its key.</summary>
public sealed class TemplatesClient
{
    private const string Path = "v1/templates";

    private readonly ApiConnection _api;

    internal TemplatesClient(ApiConnection api) => _api = api;

    /// <summary>Makes a template and publishes its first version, or leaves it a draft.</summary>
    public Task<Template> CreateAsync(TemplateDraft template, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, Path)
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(template, CarillonJson.Default.TemplateDraft),
                IdempotencyKey = _api.NewIdempotencyKey(),
            },
            CarillonJson.Default.Template, cancellationToken);

    public Task<Template> GetAsync(string idOrKey, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"{Path}/{QueryText.Segment(idOrKey)}", CarillonJson.Default.Template, cancellationToken);

    /// <summary>Every template that the query finds, by key.</summary>
    public IAsyncEnumerable<Template> ListAsync(TemplateQuery? query = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(after => Address(query ?? new TemplateQuery(), after), CarillonJson.Default.PageTemplate, cancellationToken);

    public Task<Page<Template>> GetPageAsync(TemplateQuery? query = null, string? after = null, CancellationToken cancellationToken = default) =>
        _api.GetAsync(Address(query ?? new TemplateQuery(), after), CarillonJson.Default.PageTemplate, cancellationToken);

    /// <summary>Changes what is not in the versions.</summary>
    /// <param name="ifRevision">Refused (412) when it is no longer at this revision.</param>
    public Task<Template> UpdateAsync(string idOrKey, TemplateDetails details, int? ifRevision = null, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            Change(HttpMethod.Put, Address(idOrKey), ifRevision) with { Body = JsonSerializer.SerializeToUtf8Bytes(details, CarillonJson.Default.TemplateDetails) },
            CarillonJson.Default.Template, cancellationToken);

    /// <summary>Deletes a template; its key is free again. Its versions stay for what is bound to them.</summary>
    /// <param name="ifRevision">Refused (412) when it is no longer at this revision.</param>
    public Task DeleteAsync(string idOrKey, int? ifRevision = null, CancellationToken cancellationToken = default) =>
        _api.SendAsync(new ApiCall(HttpMethod.Delete, Address(idOrKey)) { IfMatch = QueryText.Tag(ifRevision) }, cancellationToken);

    /// <summary>Puts a version in use again that was published before; the one before that in use for null.</summary>
    /// <param name="ifRevision">Refused (412) when it is no longer at this revision.</param>
    public Task<Template> RollbackAsync(string idOrKey, int? version = null, int? ifRevision = null, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, Address(idOrKey) + "/rollback")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(new TemplateRollback(version), CarillonJson.Default.TemplateRollback),
                IfMatch = QueryText.Tag(ifRevision),
                // Twice back is not once back.
                Repetition = version is null || ifRevision is not null ? Repetition.WhenRefused : Repetition.Safe,
            },
            CarillonJson.Default.Template, cancellationToken);

    /// <summary>Adds a draft of a next version.</summary>
    public Task<TemplateVersion> CreateVersionAsync(string idOrKey, TemplateContent content, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, Address(idOrKey) + "/versions")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(content, CarillonJson.Default.TemplateContent),
                IdempotencyKey = _api.NewIdempotencyKey(),
            },
            CarillonJson.Default.TemplateVersion, cancellationToken);

    /// <summary>Its versions, the newest first, without their content.</summary>
    public IAsyncEnumerable<TemplateVersion> ListVersionsAsync(string idOrKey, int? pageSize = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(
            after => new QueryText(Address(idOrKey) + "/versions").Add("limit", pageSize).Add("after", after).ToString(),
            CarillonJson.Default.PageTemplateVersion, cancellationToken);

    public Task<TemplateVersion> GetVersionAsync(string idOrKey, int version, CancellationToken cancellationToken = default) =>
        _api.GetAsync(Version(idOrKey, version), CarillonJson.Default.TemplateVersion, cancellationToken);

    /// <summary>Changes a draft.</summary>
    /// <param name="ifRevision">Refused (412) when the draft is no longer at this revision.</param>
    public Task<TemplateVersion> ReplaceVersionAsync(
        string idOrKey, int version, TemplateContent content, int? ifRevision = null, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            Change(HttpMethod.Put, Version(idOrKey, version), ifRevision) with { Body = JsonSerializer.SerializeToUtf8Bytes(content, CarillonJson.Default.TemplateContent) },
            CarillonJson.Default.TemplateVersion, cancellationToken);

    /// <summary>Checks a draft and puts it in use. Refused with field, line and column where something in it is wrong.</summary>
    /// <param name="ifRevision">Refused (412) when the draft is no longer at this revision.</param>
    public Task<Template> PublishAsync(string idOrKey, int version, int? ifRevision = null, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, Version(idOrKey, version) + "/publish") { IfMatch = QueryText.Tag(ifRevision), Repetition = Repetition.WhenRefused },
            CarillonJson.Default.Template, cancellationToken);

    /// <summary>How one version differs from another.</summary>
    public Task<TemplateDiff> DiffAsync(string idOrKey, int from, int to, CancellationToken cancellationToken = default) =>
        _api.GetAsync(FormattableString.Invariant($"{Version(idOrKey, from)}/diff/{to}"), CarillonJson.Default.TemplateDiff, cancellationToken);

    /// <summary>Renders a version with sample data, and sends it where the request names an address. Never repeated on its own.</summary>
    public Task<TemplateTest> TestAsync(string idOrKey, TemplateTestRequest? request = null, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, Address(idOrKey) + "/test")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(request ?? new TemplateTestRequest(), CarillonJson.Default.TemplateTestRequest),
                Repetition = Repetition.WhenRefused,
            },
            CarillonJson.Default.TemplateTest, cancellationToken);

    private static string Address(TemplateQuery query, string? after) => new QueryText(Path)
        .Add("category", query.Category)
        .Add("type", query.Type)
        .Add("is_active", query.IsActive)
        .Add("limit", query.PageSize)
        .Add("after", after)
        .ToString();

    private static string Address(string idOrKey) => $"{Path}/{QueryText.Segment(idOrKey)}";

    private static string Version(string idOrKey, int version) => FormattableString.Invariant($"{Address(idOrKey)}/versions/{version}");

    // A change that is held against a revision is refused when it is repeated after it was done: then nobody would know.
    private static ApiCall Change(HttpMethod method, string path, int? ifRevision) => new(method, path)
    {
        IfMatch = QueryText.Tag(ifRevision),
        Repetition = ifRevision is null ? Repetition.Safe : Repetition.WhenRefused,
    };
}

/// <summary>Which templates. What is null does not narrow.</summary>
public sealed record TemplateQuery
{
    public string? Category { get; init; }

    public string? Type { get; init; }

    /// <summary>Only those that can be sent, or those that cannot.</summary>
    public bool? IsActive { get; init; }

    /// <summary>Rows that are fetched at once: 1 to 500, 50 by default.</summary>
    public int? PageSize { get; init; }
}
