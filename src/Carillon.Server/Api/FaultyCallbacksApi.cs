using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/v1/callbacks</c>: those of the tenant's providers that could not be read, to be read again by hand.</summary>
internal sealed class FaultyCallbacksApi(CarillonEngine engine)
{
    public void Map(ApiEndpoints api)
    {
        api.Get("/v1/providers/{id}/callbacks", Scopes.Providers, ListAsync).Describe(ProviderOperations.ListFaultyCallbacks);
        api.Post("/v1/callbacks/{id}/retry", Scopes.Providers, RetryAsync).Describe(ProviderOperations.RetryCallback);
    }

    private async Task ListAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var (limit, after) = (fields.Limit(), fields.After(PublicId.Callback));
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        if (!RouteId.TryRead(context, PublicId.Provider, out var provider) || await engine.Providers.GetAsync(key.Tenant, provider, context.RequestAborted) is null)
        {
            Problem.NotFound("No provider has this id.").WriteTo(context);
            return;
        }

        var found = await engine.Storage.Log.FaultyCallbacksAsync(provider, after, limit + 1, context.RequestAborted);
        var next = found.Count > limit ? PublicId.Format(PublicId.Callback, found[limit - 1].Id) : null;
        JsonAnswer.WriteList(context, found.Take(limit), next, Write);
    }

    private async Task RetryAsync(HttpContext context, ApiKey key)
    {
        if (!RouteId.TryRead(context, PublicId.Callback, out var id)
            || await engine.Storage.Log.GetCallbackAsync(id, context.RequestAborted) is not { } kept
            || await engine.Providers.GetAsync(key.Tenant, kept.ProviderId, context.RequestAborted) is null)
        {
            Problem.NotFound("No callback of a provider of yours has this id.").WriteTo(context);
            return;
        }

        // One that was read is read: what it says stands in the log.
        if (kept.Fault is not null) await engine.Callbacks.RetryAsync(id, context.RequestAborted);
        JsonAnswer.Write(context, 200, await engine.Storage.Log.GetCallbackAsync(id, context.RequestAborted) ?? kept, Write);
    }

    private static void Write(Utf8JsonWriter json, KeptCallback callback)
    {
        json.WriteStartObject();
        json.WriteId("id"u8, "cbk_"u8, callback.Id);
        json.WriteId("provider_id"u8, "prv_"u8, callback.ProviderId);
        json.WriteTime("received_at"u8, callback.ReceivedAt);
        json.WriteTime("read_at"u8, callback.ReadAt);
        json.WriteString("fault"u8, callback.Fault);
        json.WriteEndObject();
    }
}
