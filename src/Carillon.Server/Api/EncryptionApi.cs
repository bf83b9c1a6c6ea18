using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/v1/encryption</c>: what is sealed with which encryption key, and finishing a rotation; for the installation's administrators.</summary>
internal sealed class EncryptionApi(CarillonEngine engine)
{
    public void Map(ApiEndpoints api)
    {
        api.Get("/v1/encryption", Scopes.Admin, GetAsync).Describe(AdministrationOperations.GetEncryption);
        api.Post("/v1/encryption/reseal", Scopes.Admin, ResealAsync).Describe(AdministrationOperations.Reseal);
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        if (!IsForbidden(context, key)) JsonAnswer.Write(context, 200, await engine.Resealer.UseAsync(context.RequestAborted), Write);
    }

    private async Task ResealAsync(HttpContext context, ApiKey key)
    {
        if (IsForbidden(context, key)) return;
        var fields = new QueryFields(context.Request);
        var limit = fields.Limit();
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        JsonAnswer.Write(context, 200, await engine.Resealer.RunAsync(limit, context.RequestAborted), static (json, resealing) =>
        {
            json.WriteStartObject();
            json.WriteNumber("resealed"u8, resealing.Resealed);
            json.WriteNumber("unreadable"u8, resealing.Unreadable);
            json.WriteBoolean("done"u8, resealing.IsWhole);
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<KeyUse> keys)
    {
        json.WriteStartObject();
        json.WriteStartArray("keys"u8);
        foreach (var key in keys)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, key.KeyId);
            json.WriteString("role"u8, KeyRoleNames.All.NameOf(key.Role));
            json.WriteNumber("total"u8, key.Total);
            json.WriteStartObject("secrets"u8);
            foreach (var kind in Enum.GetValues<SealedKind>())
                json.WriteNumber(SealedKindNames.All.NameOf(kind), key.Counts.Where(c => c.Kind == kind).Sum(c => c.Count));
            json.WriteNumber("key_check"u8, key.IsChecked ? 1 : 0);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static bool IsForbidden(HttpContext context, ApiKey key)
    {
        if (key.Tenant == TenantId.Installation) return false;
        Problem.Forbidden("Only a key of the installation with the scope admin may see and rotate its encryption keys.").WriteTo(context);
        return true;
    }
}
