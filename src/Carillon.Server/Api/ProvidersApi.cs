using System.Text.Json;
using Carillon.Channels;
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
        api.Post("/v1/providers", Scopes.Providers, CreateAsync).Describe(ApiOperations.CreateProvider);
        api.Get("/v1/providers", Scopes.Providers, ListAsync).Describe(ApiOperations.ListProviders);
        api.Get("/v1/providers/kinds", Scopes.Providers, ListKindsAsync).Describe(ApiOperations.ListProviderKinds);
        api.Get("/v1/providers/{id}", Scopes.Providers, GetAsync).Describe(ApiOperations.GetProvider);
    }

    private async Task CreateAsync(HttpContext context, ApiKey key)
    {
        var (draft, problem) = await JsonBody.ReadAsync(context, ProviderReader.Read);
        if (draft is not null)
        {
            try
            {
                switch (await engine.Providers.CreateAsync(key.Tenant, draft, context.RequestAborted))
                {
                    case ProviderCreation.Created created:
                        context.Response.Headers.Location = "/v1/providers/" + PublicId.Format(PublicId.Provider, created.Provider.Id);
                        JsonAnswer.Write(context, 201, (created.Provider, HasCredentials: created.Provider.Credentials is not null), Write);
                        return;
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

        var providers = (await OwnAsync(key, context.RequestAborted))
            .Where(p => (after is null || p.Provider.Id.CompareTo(after.Value) > 0) && (channel is null || p.Provider.Channel == channel))
            .OrderBy(p => p.Provider.Id).Take(limit + 1).ToList();
        var next = providers.Count > limit ? PublicId.Format(PublicId.Provider, providers[limit - 1].Provider.Id) : null;
        JsonAnswer.WriteList(context, providers.Take(limit), next, Write);
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        var known = RouteId.TryRead(context, PublicId.Provider, out var id);
        var found = known ? (await OwnAsync(key, context.RequestAborted)).Where(p => p.Provider.Id == id).ToList() : [];
        if (found.Count == 0) Problem.NotFound("No provider has this id.").WriteTo(context);
        else JsonAnswer.Write(context, 200, found[0], Write);
    }

    private Task ListKindsAsync(HttpContext context, ApiKey key)
    {
        JsonAnswer.WriteList(context, engine.Gateways.Kinds.OrderBy(k => k.Name, StringComparer.Ordinal), null, static (json, kind) =>
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, kind.Name);
            json.WriteString("label"u8, kind.Label);
            json.WriteStartArray("channels"u8);
            foreach (var channel in kind.Channels) json.WriteStringValue(channel.Name());
            json.WriteEndArray();
            json.WritePropertyName("settings"u8);
            json.WriteRawValue(kind.SettingsSchema);
            json.WritePropertyName("credentials"u8);
            if (kind.CredentialsSchema is null) json.WriteNullValue();
            else json.WriteRawValue(kind.CredentialsSchema);
            json.WriteEndObject();
        });
        return Task.CompletedTask;
    }

    private async ValueTask<IEnumerable<(Provider Provider, bool HasCredentials)>> OwnAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var all = await engine.Storage.Providers.AllAsync(cancellationToken);
        return all.Where(p => p.Provider.Tenant == key.Tenant).Select(p => (p.Provider, p.SealedCredentials is not null));
    }

    private static void Write(Utf8JsonWriter json, (Provider Provider, bool HasCredentials) item)
    {
        var provider = item.Provider;
        json.WriteStartObject();
        json.WriteId("id"u8, "prv_"u8, provider.Id);
        json.WriteString("name"u8, provider.Name);
        json.WriteString("channel"u8, provider.Channel.Name());
        json.WriteString("kind"u8, provider.Kind);
        json.WritePropertyName("settings"u8);
        provider.Settings.WriteTo(json);
        // Credentials are written and never read back: only whether there are any.
        json.WriteBoolean("has_credentials"u8, item.HasCredentials);
        json.WriteNumber("priority"u8, provider.Priority);
        json.WriteNumber("weight"u8, provider.Weight);
        json.WriteBoolean("is_default"u8, provider.IsDefault);
        json.WriteBoolean("enabled"u8, provider.Enabled);
        json.WriteNumber("max_concurrency"u8, provider.MaxConcurrency);
        json.WriteTime("created_at"u8, provider.CreatedAt);
        json.WriteTime("updated_at"u8, provider.UpdatedAt);
        json.WriteEndObject();
    }
}
