using static Carillon.Server.Api.ListFilters;

namespace Carillon.Server.Api;

/// <summary>What operators should know of, and who of them is told.</summary>
internal static class AlertOperations
{
    public static readonly ApiOperation ListAlerts = new("listAlerts", "Operations", "What operators should know of, newest first")
    {
        Description = "Raised once: at each threshold of a limit or budget, when a provider fails several times in a row, when less of what it sends arrives, when messages wait too long or become too many.",
        Answer = typeof(ApiShapes.Page<AlertShapes.Alert>),
        Query = [("state", "Only open or only resolved ones."), ("kind", "Only of this kind."), ("provider_id", "Only about this provider."), Limit, After],
        Problems = [400, 401, 403, 422],
    };

    public static readonly ApiOperation GetAlert = new("getAlert", "Operations", "An alert")
    {
        Answer = typeof(AlertShapes.Alert),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation GetAlertSettings = new("getAlertSettings", "Operations", "Who is told of alerts, and from which figures on")
    {
        Answer = typeof(AlertShapes.AlertSettings),
        Problems = [401, 403],
    };

    public static readonly ApiOperation ReplaceAlertSettings = new("replaceAlertSettings", "Operations", "Say who is told of alerts, and from which figures on")
    {
        Description = "What is left out takes its default. A tenant that has never said anything goes by the installation's.",
        Body = typeof(AlertShapes.AlertSettings),
        Answer = typeof(AlertShapes.AlertSettings),
        Problems = [400, 401, 403, 412, 413, 415, 422],
        IsConditional = true,
    };
}
