namespace Carillon.Server.Api;

/// <summary>The nodes of the installation, its counters, its health and its figures.</summary>
internal static class InstallationOperations
{
    public static readonly ApiOperation ListNodes = new("listNodes", "Operations", "The nodes that work on this installation")
    {
        Description = "Newest first; those that ended within a day are among them. For administrators of the installation.",
        Answer = typeof(ApiShapes.Page<ApiShapes.Node>),
        Problems = [401, 403],
    };

    public static readonly ApiOperation RebuildCounters = new("rebuildCounters", "Operations", "Make the counters anew from the log")
    {
        Description = "Begins it, or tells of the one under way; a node does it beside its work. Quarter hours that ended less than 15 minutes ago are left alone. For administrators of the installation.",
        Answer = typeof(ApiShapes.CounterRebuild),
        Status = 202,
        Problems = [401, 403],
        AnswerExample = """
            { "status": "reading", "progress": 0, "started_at": "2026-11-20T09:31:00.000Z", "finished_at": null, "from": null,
              "until": "2026-11-20T09:15:00.000Z", "messages": 1204311, "messages_read": 0, "quarter_hours": 0, "quarter_hours_done": 0,
              "quarter_hours_left": 0, "counters_changed": 0 }
            """,
    };

    public static readonly ApiOperation GetCounterRebuild = new("getCounterRebuild", "Operations", "How far making the counters anew has come")
    {
        Answer = typeof(ApiShapes.CounterRebuild),
        Problems = [401, 403, 404],
        AnswerExample = """
            { "status": "done", "progress": 1, "started_at": "2026-11-20T09:31:00.000Z", "finished_at": "2026-11-20T09:31:52.114Z", "from": null,
              "until": "2026-11-20T09:15:00.000Z", "messages": 1204311, "messages_read": 1204311, "quarter_hours": 2880, "quarter_hours_done": 2880,
              "quarter_hours_left": 0, "counters_changed": 3 }
            """,
    };

    public static readonly ApiOperation GetHealth = new("getHealth", "Operations", "Whether the process lives") { Answer = typeof(ApiShapes.Health), IsPublic = true };

    public static readonly ApiOperation GetReadiness = new("getReadiness", "Operations", "Whether it can take and deliver: 200, or 503 with what is missing")
    {
        Answer = typeof(ApiShapes.Readiness),
        IsPublic = true,
    };

    public static readonly ApiOperation GetMetrics = new("getMetrics", "Operations", "Figures in the Prometheus text format")
    {
        Answer = typeof(string),
        AnswerType = "text/plain",
        IsPublic = true,
    };
}
