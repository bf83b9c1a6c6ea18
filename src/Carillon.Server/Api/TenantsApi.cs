using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Api.Json;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/v1/tenants</c>: for the administrators of the installation.</summary>
internal sealed class TenantsApi(CarillonEngine engine, TimeProvider time)
{
    private static readonly FieldNames Fields = new("key", "name");

    private sealed record Draft(string Key, string Name);

    public void Map(ApiEndpoints api)
    {
        api.Post("/v1/tenants", Scopes.Admin, CreateAsync).Describe(AdministrationOperations.CreateTenant);
        api.Get("/v1/tenants", Scopes.Admin, ListAsync).Describe(AdministrationOperations.ListTenants);
    }

    private async Task CreateAsync(HttpContext context, ApiKey key)
    {
        if (IsForbidden(context, key)) return;
        var (draft, problem) = await JsonBody.ReadAsync(context, Read);
        if (draft is not null)
        {
            try
            {
                string? text = null;
                var tenant = await engine.Storage.Tenants.CreateAsync(draft.Key, draft.Name, FirstKeyOf, context.RequestAborted);
                JsonAnswer.Write(context, 201, (tenant, text), Write);
                return;

                ApiKey FirstKeyOf(TenantId id)
                {
                    (text, var first) = KeyIssuer.Issue(id, "first key", [Scopes.Admin], engine.Ids.Next(), time.GetUtcNow());
                    return first;
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
        if (IsForbidden(context, key)) return;
        var fields = new QueryFields(context.Request);
        var (limit, after) = (fields.Limit(), fields.Text("after"));
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        var tenants = (await engine.Storage.Tenants.AllAsync(context.RequestAborted))
            .Where(t => after is null || string.CompareOrdinal(t.Key, after) > 0).OrderBy(t => t.Key, StringComparer.Ordinal).Take(limit + 1).ToList();
        JsonAnswer.WriteList(context, tenants.Take(limit).Select(t => (t, (string?)null)), tenants.Count > limit ? tenants[limit - 1].Key : null, Write);
    }

    private static bool IsForbidden(HttpContext context, ApiKey key)
    {
        if (key.Tenant == TenantId.Installation) return false;
        Problem.Forbidden("Only a key of the installation with the scope admin may see and make tenants.").WriteTo(context);
        return true;
    }

    private static Draft Read(ref FieldReader reader)
    {
        string? key = null, name = null;
        if (!reader.EnterObject(out var outer)) return new Draft("", "");
        ulong seen = 0;
        while (reader.NextField(Fields, ref seen, out var field))
        {
            if (field == 0) key = reader.Text(NotificationLimits.WordCharacters, TextRule.Identifier);
            else name = reader.Text(NotificationLimits.NameCharacters, TextRule.Line);
        }

        if ((seen & 1) == 0) reader.FaultAt("key", "required", "Give a short name of its own, such as acme.");
        reader.Leave(outer);
        return new Draft(key ?? "", name ?? key ?? "");
    }

    private static void Write(Utf8JsonWriter json, (Tenant Tenant, string? FirstKey) item)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, item.Tenant.Key);
        json.WriteString("name"u8, item.Tenant.Name);
        if (item.FirstKey is not null) json.WriteString("api_key"u8, item.FirstKey);
        json.WriteEndObject();
    }
}
