using static Carillon.Server.Api.ListFilters;

namespace Carillon.Server.Api;

/// <summary>Endpoints of webhooks that are gone.</summary>
internal static class WebhookEndpointOperations
{
    public static readonly ApiOperation ListWebhookEndpoints = new("listWebhookEndpoints", "Providers", "The tenant's webhook endpoints that are disabled")
    {
        Description = "A URL that answers 410 Gone is disabled: later webhooks of the tenant to it fail at once.",
        Answer = typeof(ApiShapes.Page<ApiShapes.DisabledEndpoint>),
        Query = [Limit, After],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation EnableWebhookEndpoint = new("enableWebhookEndpoint", "Providers", "Let webhooks be posted to an endpoint again")
    {
        Status = 204,
        Problems = [401, 403, 404],
    };
}
