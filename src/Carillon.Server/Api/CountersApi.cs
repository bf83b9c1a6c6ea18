using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/v1/counters/rebuild</c>: the counters of the whole installation made anew from the log; for its administrators.</summary>
internal sealed class CountersApi(CarillonEngine engine)
{
    private const string Path = "/v1/counters/rebuild";

    public void Map(ApiEndpoints api)
    {
        api.Post(Path, Scopes.Admin, BeginAsync).Describe(InstallationOperations.RebuildCounters);
        api.Get(Path, Scopes.Admin, GetAsync).Describe(InstallationOperations.GetCounterRebuild);
    }

    private async Task BeginAsync(HttpContext context, ApiKey key)
    {
        if (IsRefused(context, key)) return;
        var rebuild = await engine.RebuildCountersAsync(context.RequestAborted);
        context.Response.Headers.Location = Path;
        JsonAnswer.Write(context, 202, rebuild, Write);
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        if (IsRefused(context, key)) return;
        if (await engine.Storage.Counters.GetAsync(context.RequestAborted) is { } rebuild) JsonAnswer.Write(context, 200, rebuild, Write);
        else Problem.NotFound("The counters have never been rebuilt.").WriteTo(context);
    }

    private static bool IsRefused(HttpContext context, ApiKey key)
    {
        if (key.Tenant == TenantId.Installation) return false;
        Problem.Forbidden("Only the installation's administrators rebuild its counters.").WriteTo(context);
        return true;
    }

    private static void Write(Utf8JsonWriter json, CounterRebuild rebuild)
    {
        json.WriteStartObject();
        json.WriteString("status"u8, CounterRebuildPhaseNames.All.NameOf(rebuild.Phase));
        json.WriteNumber("progress"u8, Math.Round(rebuild.Progress, 4));
        json.WriteTime("started_at"u8, rebuild.StartedAt);
        json.WriteTime("finished_at"u8, rebuild.FinishedAt);
        json.WriteTime("from"u8, rebuild.From);
        json.WriteTime("until"u8, rebuild.Until);
        json.WriteNumber("messages"u8, rebuild.MessagesTotal);
        json.WriteNumber("messages_read"u8, rebuild.MessagesRead);
        json.WriteNumber("quarter_hours"u8, rebuild.QuartersTotal);
        json.WriteNumber("quarter_hours_done"u8, rebuild.QuartersDone);
        json.WriteNumber("quarter_hours_left"u8, rebuild.QuartersLeft);
        json.WriteNumber("counters_changed"u8, rebuild.CountersChanged);
        json.WriteEndObject();
    }
}
