using System.Text.Json;

namespace Carillon.Client;

/// <summary><c>/v1/templates</c>. A template is called by its id or its key.</summary>
public sealed class TemplatesClient
{
    private const string Path = "v1/templates";

    private readonly ApiConnection _api;

    internal TemplatesClient(ApiConnection api) => _api = api;

    /// <summary>Makes a template and publishes its first version.</summary>
    public Task<Template> CreateAsync(TemplateDraft template, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, Path)
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(template, CarillonJson.Default.TemplateDraft),
                Repetition = Repetition.WhenRefused,
            },
            CarillonJson.Default.Template, cancellationToken);

    public Task<Template> GetAsync(string idOrKey, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"{Path}/{QueryText.Segment(idOrKey)}", CarillonJson.Default.Template, cancellationToken);

    /// <summary>Every template, by key.</summary>
    public IAsyncEnumerable<Template> ListAsync(int? pageSize = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(
            after => new QueryText(Path).Add("limit", pageSize).Add("after", after).ToString(), CarillonJson.Default.PageTemplate, cancellationToken);
}
