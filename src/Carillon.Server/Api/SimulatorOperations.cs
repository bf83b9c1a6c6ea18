using static Carillon.Server.Api.ListFilters;

namespace Carillon.Server.Api;

/// <summary>Simulated gateways and vendors.</summary>
internal static class SimulatorOperations
{
    public static readonly ApiOperation ListSimulatorOutbox = new("listSimulatorOutbox", "Providers", "What simulated gateways were given, newest first")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.SimulatedMessage>),
        Query = [Limit],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation SetUpVendor = new("setUpSimulatedVendor", "Providers", "Set up a vendor's API, simulated, to rehearse with")
    {
        Description = "For keys of the installation. A provider whose base_url is /v1/simulator/vendors/{vendor}/api of this server then speaks with the simulated vendor. What it took before is forgotten.",
        Body = typeof(ApiShapes.SimulatedVendor),
        Status = 204,
        Problems = [400, 401, 403, 404, 415, 422],
        Example = """
            { "secret": "the Auth Token", "failure_rate": 0.02, "report_after_ms": 500 }
            """,
    };

    public static readonly ApiOperation ListVendorMessages = new("listSimulatedVendorMessages", "Providers", "What a simulated vendor took, newest first, and how it reported on it")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.SimulatedVendorMessage>),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation ReplyThroughVendor = new("replyThroughSimulatedVendor", "Providers", "Have a person write to one of the account's numbers")
    {
        Body = typeof(ApiShapes.SimulatedReply),
        Answer = typeof(ApiShapes.SimulatedCallback),
        Problems = [400, 401, 403, 404, 415, 422],
        Example = """
            { "from": "+525512345678", "to": "+15557122661", "text": "STOP" }
            """,
    };
}
