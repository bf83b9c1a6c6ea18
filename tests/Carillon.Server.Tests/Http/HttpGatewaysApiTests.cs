using System.Text.Json;
using System.Text.Json.Nodes;
using Carillon.Client;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Tests.Channels.Http;

namespace Carillon.Server.Tests.Http;

/// <summary>SMS by HTTP and webhooks, set up and used over the API.</summary>
public sealed class HttpGatewaysApiTests : EngineApiTests
{
    private static readonly NotificationRequest Hola = new() { Recipient = new Recipient { Phone = "+525512345678" }, Channel = KnownChannels.Sms, Message = "Hola" };

    [Fact]
    public async Task An_sms_leaves_by_the_operators_gateway_on_a_private_address()
    {
        await using var gateway = new LoopbackHttpServer(HttpReply.Json(201, """{"id":"g-1"}"""));
        await CreateProviderAsync(gateway, await Host.ApiAsync(TenantId.Installation, Scopes.Admin));

        var message = await SentAsync(Hola);

        Assert.Equal((KnownStatuses.Sent, "g-1"), (message.Status, message.ExternalId));
        var request = Assert.Single(gateway.Requests);
        Assert.Equal(("to=%2B525512345678&message=Hola", "Bearer k-1"), (request.Text, request.Headers["authorization"]));
    }

    [Fact]
    public async Task An_sms_does_not_leave_by_a_tenants_gateway_on_a_private_address()
    {
        await using var gateway = new LoopbackHttpServer(HttpReply.Of(200));
        await CreateProviderAsync(gateway, Api);

        var accepted = await Api.Notifications.SendAsync(Hola);
        var message = await UntilAsync(() => Api.Messages.GetAsync(accepted.Messages[0].Id), m => m is { Status: KnownStatuses.Queued, Attempts.Count: > 0 });

        Assert.Contains("not allowed here", JsonSerializer.Serialize(message.Attempts), StringComparison.Ordinal);
        Assert.Equal(0, gateway.Connections);
    }

    [Fact]
    public async Task An_address_for_webhooks_that_is_no_url_is_refused_by_its_field()
    {
        var sending = Api.Notifications.SendAsync(new NotificationRequest
        {
            Recipient = new Recipient { Addresses = [new RecipientAddress(KnownChannels.Webhook, "ftp://example.net")] },
            Channel = KnownChannels.Webhook,
            Message = "x",
        });

        Assert.Equal(["recipient.addresses[0].identifier:invalid_url"], await sending.FaultsAsync());
    }

    private static Task CreateProviderAsync(LoopbackHttpServer gateway, CarillonClient api) => api.Providers.CreateAsync(new ProviderDraft
    {
        Name = "gateway",
        Channel = KnownChannels.Sms,
        Kind = "http",
        Settings = new JsonObject { ["api_url"] = gateway.Url.ToString(), ["id_path"] = "id" },
        Credentials = new JsonObject { ["api_key"] = "k-1" },
    });
}
