using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;
using Carillon.Templates;

namespace Carillon.Server.Api;

/// <summary><c>/v1/templates</c>.</summary>
internal sealed class TemplatesApi(CarillonEngine engine)
{
    public void Map(ApiEndpoints api)
    {
        api.Post("/v1/templates", Scopes.Templates, CreateAsync).Describe(ApiOperations.CreateTemplate);
        api.Get("/v1/templates", Scopes.Templates, ListAsync).Describe(ApiOperations.ListTemplates);
        api.Get("/v1/templates/{id}", Scopes.Templates, GetAsync).Describe(ApiOperations.GetTemplate);
    }

    private async Task CreateAsync(HttpContext context, ApiKey key)
    {
        var (draft, problem) = await JsonBody.ReadAsync(context, TemplateReader.Read);
        if (draft is not null)
        {
            try
            {
                switch (await engine.Templates.CreateAsync(key.Tenant, draft, context.RequestAborted))
                {
                    case TemplateCreation.Created created:
                        context.Response.Headers.Location = "/v1/templates/" + PublicId.Format(PublicId.Template, created.Template.Id);
                        JsonAnswer.Write(context, 201, created.Template, TemplateAnswer.Write);
                        return;
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
        var (limit, after) = (fields.Limit(), fields.Text("after"));
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        var templates = await engine.Storage.Templates.ListAsync(key.Tenant, after, limit + 1, context.RequestAborted);
        JsonAnswer.WriteList(context, templates.Take(limit), templates.Count > limit ? templates[limit - 1].Key : null, TemplateAnswer.Write);
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        var template = RouteId.TryRead(context, PublicId.Template, out var id) ? await engine.Storage.Templates.GetAsync(key.Tenant, id, context.RequestAborted) : null;
        template ??= await engine.Storage.Templates.GetByKeyAsync(key.Tenant, RouteId.Text(context), context.RequestAborted);
        if (template is null) Problem.NotFound("No template has this id or key.").WriteTo(context);
        else JsonAnswer.Write(context, 200, template, TemplateAnswer.Write);
    }
}
