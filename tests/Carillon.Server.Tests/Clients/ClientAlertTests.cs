using System.Net;
using Carillon.Client;
using Carillon.Server.Tests.Http;

namespace Carillon.Server.Tests.Clients;

/// <summary>Alerts, by the client against the real server over a real engine.</summary>
public sealed class ClientAlertTests : EngineApiTests
{
    [Fact]
    public async Task Alerts_and_who_is_told_of_them_are_read_and_set()
    {
        var settings = await Api.Alerts.ReplaceSettingsAsync(
            new AlertSettings
            {
                Recipients = [new AlertRecipient { Email = "ops@example.net" }, new AlertRecipient { Webhook = "https://example.net/h", Kinds = ["budget"] }],
                Kinds = ["limit", "budget"],
                Thresholds = [50],
                DeliveryRate = new AlertDeliveryRate { Floor = 70 },
                Queue = new AlertQueue { Oldest = "PT1H" },
            },
            cancellationToken: Token);
        Assert.Equal((1, "ops@example.net", "PT1H", 50), (settings.Version, settings.Recipients![0].Email, settings.Queue!.Oldest, settings.DeliveryRate!.MinMessages));
        var refusal = await Assert.ThrowsAsync<CarillonApiException>(() => Api.Alerts.ReplaceSettingsAsync(settings, ifVersion: 7, Token));
        Assert.Equal(HttpStatusCode.PreconditionFailed, refusal.Status);
        Assert.Equal(2, (await Api.Alerts.ReplaceSettingsAsync(settings, settings.Version, Token)).Version);
        Assert.Equal([50], (await Api.Alerts.GetSettingsAsync(Token)).Thresholds!);

        var now = Host.Engine.Time.GetUtcNow();
        var raised = new Carillon.Alerts.Alert
        {
            Tenant = ApiHost.Tenant,
            Id = Host.Engine.Ids.Next(),
            Kind = Carillon.Alerts.AlertKind.Budget,
            Severity = Carillon.Alerts.AlertSeverity.Warning,
            Key = "k",
            Facts = new Carillon.Alerts.AlertFacts { Summary = "s", Detail = "d", Remedy = "r", Value = 20.5m, Limit = 25, Unit = "EUR", Threshold = 80 },
            RaisedAt = now,
            SeenAt = now,
        };
        await Host.Engine.Storage.Alerts.RaiseAsync(raised, Token);

        var alert = Assert.Single(await Api.Alerts.ListAsync(state: "open", kind: "budget", cancellationToken: Token).ToListAsync(Token));
        Assert.Equal(alert, await Api.Alerts.GetAsync(alert.Id, Token));
        Assert.Equal((raised.PublicId, 20.5m, 25m, "EUR", 80m), (alert.Id, alert.Value, alert.Limit, alert.Unit, alert.Threshold));
    }
}
