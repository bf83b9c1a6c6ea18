namespace Carillon.Server.Api;

/// <summary>How messages find their provider, and what is stopped.</summary>
internal static class RoutingOperations
{
    public static readonly ApiOperation GetRouting = new("getRouting", "Providers", "The rules by which messages find their provider")
    {
        Answer = typeof(ApiShapes.Routing),
        Problems = [401, 403],
    };

    public static readonly ApiOperation ReplaceRouting = new("replaceRouting", "Providers", "Replace the rules by which messages find their provider")
    {
        Description = "One rule for a channel, and one for each category that is to differ. Without a rule the installation's hold, else priority.",
        Body = typeof(ApiShapes.Routing),
        Answer = typeof(ApiShapes.Routing),
        Problems = [400, 401, 403, 413, 415, 422],
        Example = """
            { "rules": [ { "channel": "sms", "strategy": "least_cost" }, { "channel": "sms", "category": "otp", "strategy": "fastest" } ] }
            """,
    };

    public static readonly ApiOperation GetStops = new("getStops", "Providers", "What is stopped")
    {
        Answer = typeof(ApiShapes.Stops),
        Problems = [401, 403],
    };

    public static readonly ApiOperation ReplaceStops = new("replaceStops", "Providers", "Stop sending, or let it go on")
    {
        Description = "What is named waits, and what is not named goes on, the most urgent first. Nothing is dropped but what expires. With a key of the installation it "
            + "holds for all tenants.",
        Body = typeof(ApiShapes.Stops),
        Answer = typeof(ApiShapes.Stops),
        Problems = [400, 401, 403, 413, 415, 422],
        Example = """
            { "channels": [ "sms" ] }
            """,
    };
}
