namespace Carillon.Server.Api;

/// <summary>The nodes of the installation, its health and its figures.</summary>
internal static class InstallationOperations
{
    public static readonly ApiOperation ListNodes = new("listNodes", "Operations", "The nodes that work on this installation")
    {
        Description = "Newest first; those that ended within a day are among them. For administrators of the installation.",
        Answer = typeof(ApiShapes.Page<ApiShapes.Node>),
        Problems = [401, 403],
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
