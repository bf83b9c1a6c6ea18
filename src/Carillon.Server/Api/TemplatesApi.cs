using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;
using Carillon.Templates;

namespace Carillon.Server.Api;

/// <summary><c>/v1/templates</c>, by id or key.</summary>
internal sealed class TemplatesApi(CarillonEngine engine)
{
    public void Map(ApiEndpoints api)
    {
        api.Post("/v1/templates", Scopes.Templates, CreateAsync).Describe(TemplateOperations.CreateTemplate);
        api.Get("/v1/templates", Scopes.Templates, ListAsync).Describe(TemplateOperations.ListTemplates);
        api.Get("/v1/templates/{id}", Scopes.Templates, GetAsync).Describe(TemplateOperations.GetTemplate);
        api.Put("/v1/templates/{id}", Scopes.Templates, UpdateAsync).Describe(TemplateOperations.UpdateTemplate);
        api.Delete("/v1/templates/{id}", Scopes.Templates, DeleteAsync).Describe(TemplateOperations.DeleteTemplate);
        api.Post("/v1/templates/{id}/rollback", Scopes.Templates, RollbackAsync).Describe(TemplateOperations.RollbackTemplate);
    }

    private async Task CreateAsync(HttpContext context, ApiKey key)
    {
        var (draft, idempotency, problem) = await KeyedBody.ReadAsync(context, TemplateReader.Read);
        if (draft is not null)
        {
            try
            {
                var keyed = idempotency is { } name
                    ? new KeyedAnswer<(Template Template, TemplateVersion Version)>(name, made => JsonAnswer.ToBytes(made.Template, TemplateAnswer.Write))
                    : null;
                switch (await engine.Templates.Editor.CreateAsync(key.Tenant, draft, keyed, context.RequestAborted))
                {
                    case TemplateCreation.Created created:
                        context.Response.Headers.Location = "/v1/templates/" + PublicId.Format(PublicId.Template, created.Template.Id);
                        Answer(context, 201, created.Template);
                        return;
                    case TemplateCreation.Replayed replayed:
                        KeyedBody.Replay(context, replayed.Answer, "/v1/templates/");
                        return;
                    case TemplateCreation.KeyReused:
                        problem = Problem.KeyReused;
                        break;
                    case TemplateCreation.Refused refused:
                        problem = Problem.Invalid(refused.Faults);
                        break;
                }
            }
            catch (DuplicateKeyException e)
            {
                problem = Problem.Duplicate(e);
            }
        }

        problem!.WriteTo(context);
    }

    private async Task ListAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var query = new TemplateQuery
        {
            Category = fields.Text("category"),
            Type = fields.Text("type"),
            IsActive = fields.Flag("is_active"),
            AfterKey = fields.Text("after"),
            Limit = fields.Limit(),
        };
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        var templates = await engine.Templates.ListAsync(key.Tenant, query with { Limit = query.Limit + 1 }, context.RequestAborted);
        var next = templates.Count > query.Limit ? templates[query.Limit - 1].Key : null;
        JsonAnswer.WriteList(context, templates.Take(query.Limit), next, TemplateAnswer.Write);
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        if (await engine.Templates.GetAsync(key.Tenant, RouteId.Text(context), context.RequestAborted) is { } template) Answer(context, 200, template);
        else NotFound(context);
    }

    private async Task UpdateAsync(HttpContext context, ApiKey key)
    {
        var (details, problem) = await JsonBody.ReadAsync(context, TemplateReader.ReadDetails);
        if (!EntityTag.TryReadIfMatch(context.Request, out var revisions, out var fault)) problem = Problem.Invalid([.. problem?.Errors ?? [], fault]);
        if (problem is not null)
        {
            problem.WriteTo(context);
            return;
        }

        try
        {
            Answer(context, await engine.Templates.Editor.UpdateAsync(key.Tenant, RouteId.Text(context), details!, revisions, context.RequestAborted));
        }
        catch (DuplicateKeyException e)
        {
            Problem.Duplicate(e).WriteTo(context);
        }
    }

    private async Task DeleteAsync(HttpContext context, ApiKey key)
    {
        if (!EntityTag.TryReadIfMatch(context.Request, out var revisions, out var fault)) Problem.Invalid([fault]).WriteTo(context);
        else Answer(context, await engine.Templates.Editor.DeleteAsync(key.Tenant, RouteId.Text(context), revisions, context.RequestAborted));
    }

    private async Task RollbackAsync(HttpContext context, ApiKey key)
    {
        var (request, problem) = await JsonBody.ReadOptionalAsync(context, TemplateReader.ReadRollback, new RollbackRequest(null));
        if (!EntityTag.TryReadIfMatch(context.Request, out var revisions, out var fault)) problem = Problem.Invalid([.. problem?.Errors ?? [], fault]);
        if (problem is not null) problem.WriteTo(context);
        else Answer(context, await engine.Templates.Editor.RollbackAsync(key.Tenant, RouteId.Text(context), request!.Version, revisions, context.RequestAborted));
    }

    public static void Answer(HttpContext context, TemplateChange change)
    {
        switch (change)
        {
            case TemplateChange.Changed { Template.DeletedAt: not null }:
                context.Response.StatusCode = 204;
                break;
            case TemplateChange.Changed changed:
                Answer(context, 200, changed.Template);
                break;
            case TemplateChange.Refused refused:
                Problem.Invalid(refused.Faults).WriteTo(context);
                break;
            case TemplateChange.Stale stale:
                EntityTag.Write(context, stale.Revision);
                Problem.Stale(stale.Revision).WriteTo(context);
                break;
            default:
                NotFound(context);
                break;
        }
    }

    private static void Answer(HttpContext context, int status, Template template)
    {
        EntityTag.Write(context, template.Revision);
        JsonAnswer.Write(context, status, template, TemplateAnswer.Write);
    }

    private static void NotFound(HttpContext context) => Problem.NotFound("No template has this id or key.").WriteTo(context);
}
