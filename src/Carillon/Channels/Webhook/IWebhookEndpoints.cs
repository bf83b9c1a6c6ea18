using Carillon.Messages;

namespace Carillon.Channels.Webhook;

/// <summary>A URL of a tenant's webhooks that has answered 410 Gone: nothing more is posted there.</summary>
/// <param name="Id">Made of tenant and URL: the same URL has the same id again.</param>
/// <param name="Url">Normalised: scheme and host in lower case, without the scheme's own port and without a fragment.</param>
/// <param name="MessageId">The message that it was said to.</param>
public sealed record DisabledEndpoint(TenantId Tenant, Guid Id, string Url, DateTimeOffset DisabledAt, Guid MessageId);

/// <summary>Remembers for the gateways which endpoints are gone. Thread-safe.</summary>
public interface IWebhookEndpoints
{
    /// <summary>Null while it may be posted to. Asked before each message: it costs no more than a look into memory.</summary>
    DisabledEndpoint? Find(TenantId tenant, Uri url);

    /// <summary>From now on nothing of the tenant is posted there.</summary>
    Task DisableAsync(TenantId tenant, Uri url, Guid message);
}
