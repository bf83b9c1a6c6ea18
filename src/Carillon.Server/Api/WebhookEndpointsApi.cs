using System.Text.Json;
using Carillon.Channels.Webhook;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary><c>/v1/webhook-endpoints</c>: those of the key's tenant that are disabled, for they answered 410 Gone.</summary>
internal sealed class WebhookEndpointsApi(CarillonEngine engine)
{
    public void Map(ApiEndpoints api)
    {
        api.Get("/v1/webhook-endpoints", Scopes.Providers, ListAsync).Describe(WebhookEndpointOperations.ListWebhookEndpoints);
        api.Post("/v1/webhook-endpoints/{id}/enable", Scopes.Providers, EnableAsync).Describe(WebhookEndpointOperations.EnableWebhookEndpoint);
    }

    private Task ListAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var (limit, after) = (fields.Limit(), fields.After(PublicId.Endpoint));
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return Task.CompletedTask;
        }

        var found = engine.Endpoints.List(key.Tenant).Where(e => after is null || e.Id.CompareTo(after.Value) > 0).Take(limit + 1).ToList();
        var next = found.Count > limit ? PublicId.Format(PublicId.Endpoint, found[limit - 1].Id) : null;
        JsonAnswer.WriteList(context, found.Take(limit), next, Write);
        return Task.CompletedTask;
    }

    private async Task EnableAsync(HttpContext context, ApiKey key)
    {
        var isEnabled = RouteId.TryRead(context, PublicId.Endpoint, out var id) && await engine.Endpoints.EnableAsync(key.Tenant, id, context.RequestAborted);
        if (isEnabled) context.Response.StatusCode = 204;
        else Problem.NotFound("No disabled endpoint has this id.").WriteTo(context);
    }

    private static void Write(Utf8JsonWriter json, DisabledEndpoint endpoint)
    {
        json.WriteStartObject();
        json.WriteId("id"u8, "whe_"u8, endpoint.Id);
        json.WriteString("url"u8, endpoint.Url);
        json.WriteTime("disabled_at"u8, endpoint.DisabledAt);
        json.WriteId("message_id"u8, "msg_"u8, endpoint.MessageId);
        json.WriteEndObject();
    }
}
