using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Api.Json;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary><c>/v1/tenants/{id}/limits</c>: how many requests a tenant may send and recipients it may
/// address, set by the administrators of the installation.</summary>
internal sealed class RequestLimitsApi(CarillonEngine engine, RequestLimitStore store, RequestLimiter limiter)
{
    private static readonly FieldNames Fields = new("per_key", "per_tenant", RecipientLimitsJson.PerMinute, RecipientLimitsJson.PerDay);
    private static readonly FieldNames LimitFields = new("requests", "seconds");

    public void Map(ApiEndpoints api)
    {
        api.Get("/v1/tenants/{id}/limits", Scopes.Admin, GetAsync).Describe(AdministrationOperations.GetRequestLimits);
        api.Put("/v1/tenants/{id}/limits", Scopes.Admin, PutAsync).Describe(AdministrationOperations.PutRequestLimits);
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        if (await FindAsync(context, key) is { } tenant) JsonAnswer.Write(context, 200, await store.GetAsync(tenant, context.RequestAborted), RequestLimitStore.Write);
    }

    private async Task PutAsync(HttpContext context, ApiKey key)
    {
        if (await FindAsync(context, key) is not { } tenant) return;
        var (limits, problem) = await JsonBody.ReadAsync(context, Read);
        if (limits is null)
        {
            problem!.WriteTo(context);
            return;
        }

        await store.PutAsync(tenant, limits, context.RequestAborted);
        limiter.Forget(tenant);
        JsonAnswer.Write(context, 200, limits, RequestLimitStore.Write);
    }

    /// <summary>Null once it has been answered.</summary>
    private async ValueTask<TenantId?> FindAsync(HttpContext context, ApiKey key)
    {
        if (key.Tenant != TenantId.Installation)
        {
            Problem.Forbidden("Only a key of the installation with the scope admin may see and set limits of tenants.").WriteTo(context);
            return null;
        }

        var name = RouteId.Text(context);
        foreach (var tenant in await engine.Storage.Tenants.AllAsync(context.RequestAborted))
        {
            if (tenant.Key == name) return tenant.Id;
        }

        Problem.NotFound("No tenant has this key.").WriteTo(context);
        return null;
    }

    private static RequestLimits Read(ref FieldReader reader)
    {
        if (!reader.EnterObject(out var outer)) return RequestLimits.None;
        RequestLimit? perKey = null, perTenant = null;
        int? perMinute = null, perDay = null;
        ulong seen = 0;
        while (reader.NextField(Fields, ref seen, out var field))
        {
            switch (field)
            {
                case 0: perKey = ReadLimit(ref reader); break;
                case 1: perTenant = ReadLimit(ref reader); break;
                case 2: perMinute = RecipientLimitsJson.ReadPerMinute(ref reader); break;
                default: perDay = RecipientLimitsJson.ReadPerDay(ref reader); break;
            }
        }

        reader.Leave(outer);
        return new RequestLimits(perKey, perTenant) { Recipients = new RecipientLimits(perMinute, perDay) };
    }

    private static RequestLimit? ReadLimit(ref FieldReader reader)
    {
        if (!reader.EnterObject(out var outer)) return null;
        int? requests = null, seconds = null;
        ulong seen = 0;
        while (reader.NextField(LimitFields, ref seen, out var field))
        {
            if (field == 0) requests = reader.Integer(1, RequestLimit.MaxRequests);
            else seconds = reader.Integer(1, RequestLimit.MaxSeconds);
        }

        if ((seen & 1) == 0) reader.FaultAt("requests", "required", "Say how many requests are allowed.");
        if ((seen & 2) == 0) reader.FaultAt("seconds", "required", "Say in how many seconds.");
        reader.Leave(outer);
        return requests is { } q && seconds is { } w ? new RequestLimit(q, TimeSpan.FromSeconds(w)) : null;
    }
}
