using Carillon.Alerts;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/v1/alerts</c>: what the operators of the key's tenant should know of, and who of them is told.</summary>
internal sealed class AlertsApi(CarillonEngine engine)
{
    public void Map(ApiEndpoints api)
    {
        api.Get("/v1/alerts", Scopes.Read, ListAsync).Describe(AlertOperations.ListAlerts);
        api.Get("/v1/alerts/settings", Scopes.Providers, GetSettingsAsync).Describe(AlertOperations.GetAlertSettings);
        api.Put("/v1/alerts/settings", Scopes.Providers, PutSettingsAsync).Describe(AlertOperations.ReplaceAlertSettings);
        api.Get("/v1/alerts/{id}", Scopes.Read, GetAsync).Describe(AlertOperations.GetAlert);
    }

    private async Task ListAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var query = new AlertQuery
        {
            Tenant = key.Tenant,
            State = fields.Word("state", AlertNames.States),
            Kind = fields.Word("kind", AlertNames.Kinds),
            ProviderId = fields.Id("provider_id", PublicId.Provider),
            After = fields.After(CursorList.Alerts),
            Limit = fields.Limit(),
        };
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        var page = await engine.Alerts.ListAsync(query, context.RequestAborted);
        JsonAnswer.WriteList(context, page.Items, Cursor.Of(CursorList.Alerts, page.Next), AlertDocument.Write);
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        var found = RouteId.TryRead(context, PublicId.Alert, out var id) ? await engine.Alerts.GetAsync(key.Tenant, id, context.RequestAborted) : null;
        if (found is null) Problem.NotFound("No alert has this id.").WriteTo(context);
        else JsonAnswer.Write(context, 200, found, AlertDocument.Write);
    }

    private async Task GetSettingsAsync(HttpContext context, ApiKey key) =>
        Answer(context, await engine.Alerts.SettingsAsync(key.Tenant, context.RequestAborted));

    private async Task PutSettingsAsync(HttpContext context, ApiKey key)
    {
        var (settings, problem) = await JsonBody.ReadAsync(context, AlertSettingsJson.Read);
        if (!EntityTag.TryReadIfMatch(context.Request, out var versions, out var fault)) problem = Problem.Invalid([.. problem?.Errors ?? [], fault]);
        if (problem is not null)
        {
            problem.WriteTo(context);
            return;
        }

        switch (await engine.Alerts.ReplaceAsync(key.Tenant, settings!, versions, context.RequestAborted))
        {
            case AlertSettingsChange.Changed changed:
                Answer(context, changed.Settings);
                break;
            case AlertSettingsChange.Refused refused:
                Problem.Invalid(refused.Faults).WriteTo(context);
                break;
            case AlertSettingsChange.Stale stale:
                EntityTag.Write(context, stale.Version);
                Problem.Stale(stale.Version).WriteTo(context);
                break;
        }
    }

    private static void Answer(HttpContext context, AlertSettings settings)
    {
        // Without settings of its own there is nothing that a tag could stand for.
        if (settings.Version > 0) EntityTag.Write(context, settings.Version);
        JsonAnswer.Write(context, 200, settings, AlertSettingsJson.Write);
    }
}
