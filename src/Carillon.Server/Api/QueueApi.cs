using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/v1/queue</c>: the live work of the key's tenant.</summary>
internal sealed class QueueApi(CarillonEngine engine, TimeProvider time)
{
    public void Map(ApiEndpoints api) => api.Get("/v1/queue", Scopes.Read, GetAsync).Describe(MessageOperations.GetQueue);

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        var now = time.GetUtcNow();
        var depths = await engine.Storage.Log.DepthAsync(key.Tenant, now, context.RequestAborted);
        JsonAnswer.Write(context, 200, (depths, now), static (json, state) =>
        {
            json.WriteStartObject();
            json.WriteNumber("total"u8, state.depths.Sum(d => d.Count));
            json.WriteStartArray("queues"u8);
            foreach (var depth in state.depths)
            {
                json.WriteStartObject();
                json.WriteString("status"u8, depth.Status.Name());
                json.WriteString("channel"u8, depth.Channel.Name());
                json.WriteString("priority"u8, depth.Priority.Name());
                json.WriteNumber("count"u8, depth.Count);
                json.WriteTime("oldest"u8, depth.Oldest);
                if (depth.Oldest is { } oldest) json.WriteNumber("oldest_age_seconds"u8, Math.Round(Math.Max(0, (state.now - oldest).TotalSeconds), 3));
                else json.WriteNull("oldest_age_seconds"u8);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
