using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Api.Json;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/v1/keys</c>: the API keys of the key's tenant.</summary>
internal sealed class KeysApi(CarillonEngine engine, TimeProvider time)
{
    public static readonly string[] KnownScopes = [Scopes.Admin, Scopes.Send, Scopes.Read, Scopes.Templates, Scopes.Providers];

    private static readonly FieldNames Fields = new("name", "scopes");

    private sealed record Draft(string Name, List<string> Scopes);

    public void Map(ApiEndpoints api)
    {
        api.Post("/v1/keys", Scopes.Admin, CreateAsync).Describe(AdministrationOperations.CreateKey);
        api.Get("/v1/keys", Scopes.Admin, ListAsync).Describe(AdministrationOperations.ListKeys);
        api.Delete("/v1/keys/{id}", Scopes.Admin, RevokeAsync).Describe(AdministrationOperations.RevokeKey);
    }

    private async Task CreateAsync(HttpContext context, ApiKey key)
    {
        var (draft, problem) = await JsonBody.ReadAsync(context, Read);
        if (draft is null)
        {
            problem!.WriteTo(context);
            return;
        }

        var (text, made) = KeyIssuer.Issue(key.Tenant, draft.Name, draft.Scopes, engine.Ids.Next(), time.GetUtcNow());
        await engine.Storage.Tenants.CreateKeyAsync(made, context.RequestAborted);
        JsonAnswer.Write(context, 201, (made, (string?)text), Write);
    }

    private async Task ListAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var (limit, after) = (fields.Limit(), fields.After(PublicId.Key));
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        var keys = (await engine.Storage.Tenants.ListKeysAsync(key.Tenant, context.RequestAborted))
            .Where(k => after is null || k.Id.CompareTo(after.Value) > 0).OrderBy(k => k.Id).Take(limit + 1).ToList();
        var next = keys.Count > limit ? PublicId.Format(PublicId.Key, keys[limit - 1].Id) : null;
        JsonAnswer.WriteList(context, keys.Take(limit).Select(k => (k, (string?)null)), next, Write);
    }

    private async Task RevokeAsync(HttpContext context, ApiKey key)
    {
        var revoked = RouteId.TryRead(context, PublicId.Key, out var id)
            && await engine.Storage.Tenants.RevokeKeyAsync(key.Tenant, id, time.GetUtcNow(), context.RequestAborted);
        if (revoked) context.Response.StatusCode = 204;
        else Problem.NotFound("No key has this id.").WriteTo(context);
    }

    private static Draft Read(ref FieldReader reader)
    {
        string? name = null;
        List<string>? scopes = null;
        if (!reader.EnterObject(out var outer)) return new Draft("", []);
        ulong seen = 0;
        while (reader.NextField(Fields, ref seen, out var field))
        {
            if (field == 0) name = reader.Text(NotificationLimits.NameCharacters, TextRule.Identifier);
            else scopes = reader.Texts(KnownScopes.Length, NotificationLimits.WordCharacters, "an array of scopes");
        }

        if ((seen & 1) == 0) reader.FaultAt("name", "required", "Give it a name that says who uses it.");
        var choices = string.Join(", ", KnownScopes);
        if (scopes is null or [] && !reader.HasFaults) reader.FaultAt("scopes", "required", $"Give at least one of: {choices}.");
        for (var i = 0; i < (scopes?.Count ?? 0); i++)
        {
            if (!KnownScopes.Contains(scopes![i], StringComparer.Ordinal)) reader.FaultAt($"scopes[{i}]", "invalid", $"This must be one of: {choices}.");
        }

        reader.Leave(outer);
        return new Draft(name ?? "", scopes ?? []);
    }

    private static void Write(Utf8JsonWriter json, (ApiKey Key, string? Text) item)
    {
        json.WriteStartObject();
        json.WriteId("id"u8, "key_"u8, item.Key.Id);
        if (item.Text is not null) json.WriteString("key"u8, item.Text);
        json.WriteString("name"u8, item.Key.Name);
        json.WriteStartArray("scopes"u8);
        foreach (var scope in item.Key.Scopes) json.WriteStringValue(scope);
        json.WriteEndArray();
        json.WriteTime("created_at"u8, item.Key.CreatedAt);
        json.WriteTime("revoked_at"u8, item.Key.RevokedAt);
        json.WriteEndObject();
    }
}
