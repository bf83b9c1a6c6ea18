using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/v1/nodes</c>: who works on this installation; for its administrators.</summary>
internal sealed class NodesApi(CarillonEngine engine)
{
    public void Map(ApiEndpoints api) => api.Get("/v1/nodes", Scopes.Admin, ListAsync).Describe(InstallationOperations.ListNodes);

    private async Task ListAsync(HttpContext context, ApiKey key)
    {
        if (key.Tenant != TenantId.Installation)
        {
            Problem.Forbidden("Only the installation's administrators see its nodes.").WriteTo(context);
            return;
        }

        var nodes = await engine.Storage.Nodes.ListAsync(context.RequestAborted);
        JsonAnswer.WriteList(context, nodes, null, Write);
    }

    private void Write(Utf8JsonWriter json, StoredNode node)
    {
        json.WriteStartObject();
        json.WriteNumber("epoch"u8, node.Epoch);
        json.WriteString("name"u8, node.Name);
        json.WriteString("status"u8, node.StoppedAt is null ? "live"u8 : "ended"u8);
        json.WriteBoolean("is_this"u8, node.Epoch == engine.Epoch);
        json.WriteTime("started_at"u8, node.StartedAt);
        json.WriteTime("heartbeat_at"u8, node.HeartbeatAt);
        json.WriteTime("stopped_at"u8, node.StoppedAt);
        json.WriteNumber("owned"u8, node.Owned);
        json.WriteEndObject();
    }
}
