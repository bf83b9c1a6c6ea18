using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary><c>/v1/keys</c>: the API keys of the key's tenant; with a key of the installation, those of every tenant.</summary>
internal sealed class KeysApi(CarillonEngine engine, TimeProvider time)
{
    public void Map(ApiEndpoints api)
    {
        api.Post("/v1/keys", Scopes.Admin, CreateAsync).Describe(AdministrationOperations.CreateKey);
        api.Get("/v1/keys", Scopes.Admin, ListAsync).Describe(AdministrationOperations.ListKeys);
        api.Get("/v1/keys/{id}", Scopes.Admin, GetAsync).Describe(AdministrationOperations.GetKey);
        api.Put("/v1/keys/{id}", Scopes.Admin, ReplaceAsync).Describe(AdministrationOperations.ReplaceKey);
        api.Delete("/v1/keys/{id}", Scopes.Admin, RevokeAsync).Describe(AdministrationOperations.RevokeKey);
    }

    private async Task CreateAsync(HttpContext context, ApiKey key)
    {
        var (draft, problem) = await JsonBody.ReadAsync(context, KeyReader.Read);
        if (draft is null)
        {
            problem!.WriteTo(context);
            return;
        }

        var (text, made) = KeyIssuer.Issue(key.Tenant, draft.Name, draft.Scopes!, engine.Ids.Next(), time.GetUtcNow());
        // Nobody but the tenant vouches for it. What the installation makes, for itself or as a tenant's first key, is its own affair.
        made = made with { Limits = draft.Limits, IsHeld = key.Tenant != TenantId.Installation };
        await engine.Storage.Tenants.CreateKeyAsync(made, context.RequestAborted);
        EntityTag.Write(context, made.Version);
        JsonAnswer.Write(context, 201, Shown(made, text, null), ShownKey.Write);
    }

    private async Task ListAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var (limit, after, whose) = (fields.Limit(), fields.After(PublicId.Key), fields.Text("tenant"));
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        var tenant = whose is null ? key.Tenant : await FindTenantAsync(context, key, whose);
        if (tenant is not { } found) return;
        var keys = (await engine.Storage.Tenants.ListKeysAsync(found, context.RequestAborted))
            .Where(k => after is null || k.Id.CompareTo(after.Value) > 0).OrderBy(k => k.Id).Take(limit + 1).ToList();
        var next = keys.Count > limit ? PublicId.Format(PublicId.Key, keys[limit - 1].Id) : null;
        JsonAnswer.WriteList(context, keys.Take(limit).Select(k => Shown(k, null, whose)), next, ShownKey.Write);
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        if (await FindAsync(context, key) is { } found) await AnswerAsync(context, key, found);
    }

    private async Task ReplaceAsync(HttpContext context, ApiKey key)
    {
        var (draft, problem) = await JsonBody.ReadAsync(context, KeyReader.ReadReplacement);
        if (!EntityTag.TryReadIfMatch(context.Request, out var versions, out var fault)) problem = Problem.Invalid([.. problem?.Errors ?? [], fault]);
        if (problem is not null)
        {
            problem.WriteTo(context);
            return;
        }

        while (await FindAsync(context, key) is { } current)
        {
            if (versions is not null && !versions.Contains(current.Version))
            {
                EntityTag.Write(context, current.Version);
                Problem.Stale(current.Version).WriteTo(context);
                return;
            }

            if (draft!.Scopes is { } scopes && !scopes.Order(StringComparer.Ordinal).SequenceEqual(current.Scopes.Order(StringComparer.Ordinal), StringComparer.Ordinal))
            {
                Problem.Invalid("scopes", "immutable", "They stay as they are: make another key, and revoke this one.").WriteTo(context);
                return;
            }

            // Whoever made a key could lift at once what is to hold those who make keys.
            if (draft.IsLifted && engine.Recipients.NewUntil(current) is not null && key.Tenant != TenantId.Installation)
            {
                Problem.Forbidden("Only a key of the installation with the scope admin lifts the cap for new keys.").WriteTo(context);
                return;
            }

            var changed = current with
            {
                Name = draft.Name,
                Limits = draft.Limits,
                IsHeld = current.IsHeld && !draft.IsLifted,
                Version = current.Version + 1,
            };
            // Another was faster: what it made of it is looked at anew.
            if (!await engine.Storage.Tenants.ReplaceKeyAsync(changed, context.RequestAborted)) continue;
            await AnswerAsync(context, key, changed);
            return;
        }
    }

    private async Task RevokeAsync(HttpContext context, ApiKey key)
    {
        if (await FindAsync(context, key) is not { } found) return;
        await engine.Storage.Tenants.RevokeKeyAsync(found.Tenant, found.Id, time.GetUtcNow(), context.RequestAborted);
        context.Response.StatusCode = 204;
    }

    /// <summary>The key of the path; null once it has been answered that there is none.</summary>
    private async ValueTask<ApiKey?> FindAsync(HttpContext context, ApiKey key)
    {
        var found = RouteId.TryRead(context, PublicId.Key, out var id) ? await engine.Storage.Tenants.GetKeyAsync(id, context.RequestAborted) : null;
        if (found is not null && (found.Tenant == key.Tenant || key.Tenant == TenantId.Installation)) return found;
        Problem.NotFound("No key has this id.").WriteTo(context);
        return null;
    }

    /// <summary>Null once it has been answered.</summary>
    private async ValueTask<TenantId?> FindTenantAsync(HttpContext context, ApiKey key, string name)
    {
        if (key.Tenant != TenantId.Installation)
        {
            Problem.Forbidden("Only a key of the installation sees keys of other tenants.").WriteTo(context);
            return null;
        }

        foreach (var tenant in await engine.Storage.Tenants.AllAsync(context.RequestAborted))
        {
            if (tenant.Key == name) return tenant.Id;
        }

        Problem.NotFound("No tenant has this key.").WriteTo(context);
        return null;
    }

    private async Task AnswerAsync(HttpContext context, ApiKey asking, ApiKey key)
    {
        var tenant = asking.Tenant == key.Tenant ? null
            : (await engine.Storage.Tenants.AllAsync(context.RequestAborted)).FirstOrDefault(t => t.Id == key.Tenant)?.Key;
        EntityTag.Write(context, key.Version);
        JsonAnswer.Write(context, 200, Shown(key, null, tenant), ShownKey.Write);
    }

    private ShownKey Shown(ApiKey key, string? text, string? tenant) =>
        new(key, text, tenant, engine.Recipients.NewKeyCap, engine.Recipients.NewUntil(key));
}
