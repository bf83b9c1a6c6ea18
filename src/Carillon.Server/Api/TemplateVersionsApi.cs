using System.Globalization;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Templates;

namespace Carillon.Server.Api;

/// <summary><c>/v1/templates/{id}/versions</c> and what is done with one: publish, compare, test.</summary>
internal sealed class TemplateVersionsApi(CarillonEngine engine, INotificationIntake intake, RecipientCaps caps)
{
    public void Map(ApiEndpoints api)
    {
        api.Post("/v1/templates/{id}/versions", Scopes.Templates, CreateAsync).Describe(TemplateOperations.CreateTemplateVersion);
        api.Get("/v1/templates/{id}/versions", Scopes.Templates, ListAsync).Describe(TemplateOperations.ListTemplateVersions);
        api.Get("/v1/templates/{id}/versions/{number}", Scopes.Templates, GetAsync).Describe(TemplateOperations.GetTemplateVersion);
        api.Put("/v1/templates/{id}/versions/{number}", Scopes.Templates, ReplaceAsync).Describe(TemplateOperations.ReplaceTemplateVersion);
        api.Post("/v1/templates/{id}/versions/{number}/publish", Scopes.Templates, PublishAsync).Describe(TemplateOperations.PublishTemplateVersion);
        api.Get("/v1/templates/{id}/versions/{from}/diff/{to}", Scopes.Templates, DiffAsync).Describe(TemplateOperations.DiffTemplateVersions);
        api.Post("/v1/templates/{id}/test", Scopes.Templates, TestAsync).Describe(TemplateOperations.TestTemplate);
    }

    private async Task CreateAsync(HttpContext context, ApiKey key)
    {
        var (document, idempotency, problem) = await KeyedBody.ReadAsync(context, TemplateReader.ReadDocument);
        if (document is null)
        {
            problem!.WriteTo(context);
            return;
        }

        var keyed = idempotency is { } name
            ? new KeyedAnswer<TemplateVersion>(name, version => JsonAnswer.ToBytes(version, TemplateAnswer.WriteVersion))
            : null;
        var change = await engine.Templates.Editor.AddDraftAsync(key.Tenant, RouteId.Text(context), document, keyed, context.RequestAborted);
        var path = $"/v1/templates/{Uri.EscapeDataString(RouteId.Text(context))}/versions/";
        if (change is DraftChange.Replayed replayed)
        {
            KeyedBody.Replay(context, replayed.Answer, path, "version");
            return;
        }

        if (change is DraftChange.Stored stored) context.Response.Headers.Location = path + stored.Version.Number.ToString(CultureInfo.InvariantCulture);
        Answer(context, 201, change);
    }

    private async Task ListAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var (limit, after) = (fields.Limit(), fields.AfterNumber());
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        if (await engine.Templates.GetAsync(key.Tenant, RouteId.Text(context), context.RequestAborted) is not { } template)
        {
            NotFound(context);
            return;
        }

        var versions = await engine.Storage.Templates.ListVersionsAsync(key.Tenant, template.Id, after, limit + 1, context.RequestAborted);
        var next = versions.Count > limit ? versions[limit - 1].Number.ToString(CultureInfo.InvariantCulture) : null;
        JsonAnswer.WriteList(context, versions.Take(limit), next, TemplateAnswer.WriteSummary);
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        if (await FindAsync(context, key, "number") is { } version) Answer(context, 200, version);
        else NotFound(context);
    }

    private async Task ReplaceAsync(HttpContext context, ApiKey key)
    {
        var (document, problem) = await JsonBody.ReadAsync(context, TemplateReader.ReadDocument);
        if (!EntityTag.TryReadIfMatch(context.Request, out var revisions, out var fault)) problem = Problem.Invalid([.. problem?.Errors ?? [], fault]);
        if (problem is not null)
        {
            problem.WriteTo(context);
            return;
        }

        Answer(context, 200, await engine.Templates.Editor.ReplaceDraftAsync(
            key.Tenant, RouteId.Text(context), RouteId.Number(context, "number"), document!, revisions, context.RequestAborted));
    }

    private async Task PublishAsync(HttpContext context, ApiKey key)
    {
        if (!EntityTag.TryReadIfMatch(context.Request, out var revisions, out var fault))
        {
            Problem.Invalid([fault]).WriteTo(context);
            return;
        }

        TemplatesApi.Answer(context, await engine.Templates.Editor.PublishAsync(
            key.Tenant, RouteId.Text(context), RouteId.Number(context, "number"), revisions, context.RequestAborted));
    }

    private async Task DiffAsync(HttpContext context, ApiKey key)
    {
        if (await FindAsync(context, key, "from") is { } from && await FindAsync(context, key, "to") is { } to)
            JsonAnswer.Write(context, 200, TemplateDiff.Of(from, to), TemplateAnswer.WriteDiff);
        else NotFound(context);
    }

    private async Task TestAsync(HttpContext context, ApiKey key)
    {
        var (request, problem) = await JsonBody.ReadAsync(context, TemplateReader.ReadTest);
        if (request?.To is not null && !key.Scopes.Contains(Scopes.Send) && !key.Scopes.Contains(Scopes.Admin))
            problem = Problem.Forbidden($"To send a test it needs the scope {Scopes.Send}; without to, nothing is sent.");
        if (problem is not null)
        {
            problem.WriteTo(context);
            return;
        }

        switch (await engine.Templates.Tester.RunAsync(key.Tenant, RouteId.Text(context), request!.Draft, context.RequestAborted))
        {
            case TemplateTest.Rendered rendered:
                var (sent, refusal) = request.To is { } to ? await SendAsync(key, rendered, request.Draft, to, context.RequestAborted) : default;
                if (refusal is not null) refusal.WriteTo(context);
                else JsonAnswer.Write(context, 200, (rendered, sent), TemplateAnswer.WriteTest);
                break;
            case TemplateTest.Refused refused:
                Problem.Invalid(refused.Faults).WriteTo(context);
                break;
            default:
                NotFound(context);
                break;
        }
    }

    /// <summary>What was rendered goes out as it is, by the ordinary way: a draft may have changed before it is delivered.</summary>
    private async Task<(Notification? Sent, Problem? Problem)> SendAsync(
        ApiKey key, TemplateTest.Rendered test, TemplateTestDraft draft, string to, CancellationToken cancellationToken)
    {
        var variant = test.Variants.FirstOrDefault(v => v.Locale == draft.Locale) ?? test.Variants[0];
        if (variant.Faults.Count > 0)
            return (null, Problem.Invalid([.. variant.Faults.Select(f => new FieldFault("to", "template_error", $"The {f.Part} could not be rendered: {f.Message}"))]));
        var request = new NotificationRequest
        {
            Recipient = new RecipientRequest { Addresses = [(variant.Channel, to)], Locale = draft.Locale },
            Channels = [variant.Channel],
            Subject = variant.Subject,
            Message = variant.Text,
            Html = variant.Html,
            Category = test.Template.Category,
            Tags = ["test"],
            RelatedType = "template",
            RelatedId = PublicId.Format(PublicId.Template, test.Template.Id),
        };
        var result = await intake.AcceptAsync(key.Tenant, request, null, NotificationAnswer.Bytes, caps.For(key), cancellationToken);
        return result switch
        {
            AcceptResult.Accepted accepted => (accepted.Notification, null),
            // Of the request that was made here the caller knows only the address.
            AcceptResult.Refused refused => (null, Problem.Invalid([.. refused.Faults.Select(f => f with { Field = "to" })])),
            _ => (null, NotificationAnswer.ProblemOf(result)),
        };
    }

    private ValueTask<TemplateVersion?> FindAsync(HttpContext context, ApiKey key, string name) =>
        engine.Templates.GetVersionAsync(key.Tenant, RouteId.Text(context), RouteId.Number(context, name), context.RequestAborted);

    private static void Answer(HttpContext context, int status, DraftChange change)
    {
        switch (change)
        {
            case DraftChange.Stored stored:
                Answer(context, status, stored.Version);
                break;
            case DraftChange.Refused refused:
                Problem.Invalid(refused.Faults).WriteTo(context);
                break;
            case DraftChange.Published:
                Problem.AlreadyPublished.WriteTo(context);
                break;
            case DraftChange.Stale stale:
                EntityTag.Write(context, stale.Revision);
                Problem.Stale(stale.Revision).WriteTo(context);
                break;
            case DraftChange.KeyReused:
                Problem.KeyReused.WriteTo(context);
                break;
            default:
                NotFound(context);
                break;
        }
    }

    private static void Answer(HttpContext context, int status, TemplateVersion version)
    {
        EntityTag.Write(context, version.Revision);
        JsonAnswer.Write(context, status, version, TemplateAnswer.WriteVersion);
    }

    private static void NotFound(HttpContext context) => Problem.NotFound("No template has this id or key, or no version of it this number.").WriteTo(context);
}
