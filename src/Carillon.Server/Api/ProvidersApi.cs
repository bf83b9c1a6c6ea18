using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/v1/providers</c>: those of the key's tenant, and the kinds of gateways that there are.</summary>
internal sealed class ProvidersApi(CarillonEngine engine)
{
    public void Map(ApiEndpoints api)
    {
        api.Post("/v1/providers", Scopes.Providers, CreateAsync).Describe(ProviderOperations.CreateProvider);
        api.Get("/v1/providers", Scopes.Providers, ListAsync).Describe(ProviderOperations.ListProviders);
        api.Get("/v1/providers/kinds", Scopes.Providers, ListKindsAsync).Describe(ProviderOperations.ListProviderKinds);
        api.Get("/v1/providers/{id}", Scopes.Providers, GetAsync).Describe(ProviderOperations.GetProvider);
        api.Put("/v1/providers/{id}", Scopes.Providers, ReplaceAsync).Describe(ProviderOperations.ReplaceProvider);
        api.Put("/v1/providers/{id}/status", Scopes.Providers, SetStatusAsync).Describe(ProviderOperations.SetProviderStatus);
        api.Delete("/v1/providers/{id}", Scopes.Providers, DeleteAsync).Describe(ProviderOperations.DeleteProvider);
        api.Post("/v1/providers/{id}/test", Scopes.Providers, TestAsync).Describe(ProviderOperations.TestProvider);
    }

    private async Task CreateAsync(HttpContext context, ApiKey key)
    {
        var (draft, idempotency, problem) = await KeyedBody.ReadAsync(context, ProviderReader.Read);
        if (draft is not null)
        {
            try
            {
                var keyed = idempotency is { } name
                    ? new KeyedAnswer<Provider>(name, provider => JsonAnswer.ToBytes(provider, ProviderAnswer.Write))
                    : null;
                switch (await engine.Providers.CreateAsync(key.Tenant, draft, keyed, context.RequestAborted))
                {
                    case ProviderCreation.Created created:
                        context.Response.Headers.Location = "/v1/providers/" + PublicId.Format(PublicId.Provider, created.Provider.Id);
                        Answer(context, 201, created.Provider);
                        return;
                    case ProviderCreation.Replayed replayed:
                        KeyedBody.Replay(context, replayed.Answer, "/v1/providers/");
                        return;
                    case ProviderCreation.KeyReused:
                        problem = Problem.KeyReused;
                        break;
                    case ProviderCreation.Refused refused:
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
        var (limit, after, channel) = (fields.Limit(), fields.After(PublicId.Provider), fields.Word("channel", ChannelNames.All));
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        var providers = await engine.Providers.ListAsync(key.Tenant, channel, after, limit + 1, context.RequestAborted);
        var next = providers.Count > limit ? PublicId.Format(PublicId.Provider, providers[limit - 1].Id) : null;
        JsonAnswer.WriteList(context, await StatesAsync([.. providers.Take(limit)], context.RequestAborted), next, ProviderAnswer.Write);
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        var found = RouteId.TryRead(context, PublicId.Provider, out var id) ? await engine.Providers.GetAsync(key.Tenant, id, context.RequestAborted) : null;
        if (found is null)
        {
            NotFound(context);
            return;
        }

        var states = await StatesAsync([found], context.RequestAborted);
        EntityTag.Write(context, found.Version);
        JsonAnswer.Write(context, 200, states[0], ProviderAnswer.Write);
    }

    private async Task<List<ProviderState>> StatesAsync(IReadOnlyCollection<Provider> providers, CancellationToken cancellationToken)
    {
        var usage = await engine.Limits.UsageAsync(providers, cancellationToken);
        var now = engine.Time.GetUtcNow();
        return [.. providers.Select(p => new ProviderState(p, usage.GetValueOrDefault(p.Id, []), engine.Providers.Find(p.Id), now))];
    }

    private Task ReplaceAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var revoke = fields.Text("revoke");
        if ((revoke is null or "now" ? fields.Problem() : Problem.Invalid("revoke", "invalid", "This must be now, or left out.")) is { } problem)
        {
            problem.WriteTo(context);
            return Task.CompletedTask;
        }

        return ChangeAsync(
            context, ProviderReader.ReadReplacement,
            (id, draft, versions) => engine.Providers.ReplaceAsync(
                key.Tenant, id, draft with { RevokesPrevious = revoke is not null }, versions, context.RequestAborted));
    }

    private Task SetStatusAsync(HttpContext context, ApiKey key) => ChangeAsync(
        context, ProviderReader.ReadStatus,
        (id, status, versions) => engine.Providers.SetEnabledAsync(key.Tenant, id, status.Enabled, versions, context.RequestAborted));

    private async Task DeleteAsync(HttpContext context, ApiKey key)
    {
        if (!EntityTag.TryReadIfMatch(context.Request, out var versions, out var fault)) Problem.Invalid([fault]).WriteTo(context);
        else if (!RouteId.TryRead(context, PublicId.Provider, out var id)) NotFound(context);
        else Answer(context, await engine.Providers.DeleteAsync(key.Tenant, id, versions, context.RequestAborted));
    }

    private async Task TestAsync(HttpContext context, ApiKey key)
    {
        var (draft, problem) = await JsonBody.ReadAsync(context, ProviderReader.ReadTest);
        if (draft is null)
        {
            problem!.WriteTo(context);
            return;
        }

        var test = RouteId.TryRead(context, PublicId.Provider, out var id)
            ? await engine.ProviderTests.RunAsync(key.Tenant, id, draft, context.RequestAborted)
            : new ProviderTest.NotFound();
        switch (test)
        {
            case ProviderTest.Ran ran:
                JsonAnswer.Write(context, 200, ran, ProviderTestAnswer.Write);
                break;
            case ProviderTest.Refused refused:
                Problem.Invalid(refused.Faults).WriteTo(context);
                break;
            default:
                NotFound(context);
                break;
        }
    }

    private Task ListKindsAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var channel = fields.Word("channel", ChannelNames.All);
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return Task.CompletedTask;
        }

        var kinds = engine.Gateways.Kinds.Where(k => channel is not { } only || k.Channels.Contains(only)).OrderBy(k => k.Name, StringComparer.Ordinal);
        JsonAnswer.WriteList(context, kinds, null, ProviderAnswer.WriteKind);
        return Task.CompletedTask;
    }

    private static async Task ChangeAsync<T>(
        HttpContext context, ReadObject<T> read, Func<Guid, T, IReadOnlyList<int>?, Task<ProviderChange>> change) where T : class
    {
        var (value, problem) = await JsonBody.ReadAsync(context, read);
        if (!EntityTag.TryReadIfMatch(context.Request, out var versions, out var fault)) problem = Problem.Invalid([.. problem?.Errors ?? [], fault]);
        if (problem is not null)
        {
            problem.WriteTo(context);
            return;
        }

        try
        {
            if (!RouteId.TryRead(context, PublicId.Provider, out var id)) NotFound(context);
            else Answer(context, await change(id, value!, versions));
        }
        catch (DuplicateKeyException e)
        {
            Problem.Duplicate(e).WriteTo(context);
        }
    }

    private static void Answer(HttpContext context, ProviderChange change)
    {
        switch (change)
        {
            case ProviderChange.Changed { Provider.DeletedAt: not null }:
                context.Response.StatusCode = 204;
                break;
            case ProviderChange.Changed changed:
                Answer(context, 200, changed.Provider);
                break;
            case ProviderChange.Refused refused:
                Problem.Invalid(refused.Faults).WriteTo(context);
                break;
            case ProviderChange.Stale stale:
                EntityTag.Write(context, stale.Version);
                Problem.Stale(stale.Version).WriteTo(context);
                break;
            default:
                NotFound(context);
                break;
        }
    }

    private static void Answer(HttpContext context, int status, Provider provider)
    {
        EntityTag.Write(context, provider.Version);
        JsonAnswer.Write(context, status, provider, ProviderAnswer.Write);
    }

    private static void NotFound(HttpContext context) => Problem.NotFound("No provider has this id.").WriteTo(context);
}
