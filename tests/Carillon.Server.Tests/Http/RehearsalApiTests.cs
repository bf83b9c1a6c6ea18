using System.Net;
using System.Text.Json.Nodes;
using Carillon.Client;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

/// <summary>A whole estate of vendors' own gateways, rehearsed: nothing is set up but the providers.</summary>
public sealed class RehearsalApiTests : EngineApiTests
{
    private static readonly NotificationRequest Hola = new()
    {
        Recipient = new Recipient { Id = "ana", Phone = "+525512345678" },
        Channel = KnownChannels.Sms,
        Message = "Hola",
    };

    [Fact]
    public async Task A_message_fails_over_from_one_vendor_to_the_next_and_its_delivery_is_known()
    {
        await AddAsync("first", KnownChannels.Sms, 10, new JsonObject { ["vendor"] = "twilio", ["outage"] = true });
        await AddAsync("second", KnownChannels.Sms, 20, new JsonObject { ["vendor"] = "messagebird", ["receipt_delay_ms"] = 0 });

        var message = await DeliveredAsync(Hola);

        Assert.Equal(["unavailable", "accepted"], message.Attempts!.Select(a => a.Details["outcome"].GetString()));
    }

    [Fact]
    public async Task What_a_vendor_took_is_listed_by_the_providers_id_and_a_person_answers()
    {
        var provider = await AddAsync("twilio", KnownChannels.Sms, 10, new JsonObject { ["vendor"] = "twilio", ["receipt_delay_ms"] = 0 });
        await DeliveredAsync(Hola);
        var simulator = (await Host.ApiAsync(TenantId.Installation, Scopes.Admin)).Simulator;

        // A report is noted once its callback has ended, the delivery within it.
        var taken = Assert.Single(await UntilAsync(() => simulator.ListVendorMessagesAsync(provider), list => list[0].Reports.Count == 2));
        var reply = await simulator.ReplyAsync(provider, new SimulatedReply("+525512345678", "+15557122661", "Sí"));

        Assert.Equal(["sent: called back", "delivered: called back"], taken.Reports);
        Assert.Equal("called back", reply.Callback);
        Assert.Equal(HttpStatusCode.NotFound, await simulator.ListVendorMessagesAsync("prv_00000000000000000000000000").StatusAsync());
    }

    [Fact]
    public async Task Mail_goes_through_a_mail_server_with_TLS_and_login()
    {
        await AddAsync("relay", KnownChannels.Email, 10, new JsonObject { ["vendor"] = "smtp", ["from"] = "shop@example.com" });

        var sent = await SentAsync(new NotificationRequest { Recipient = new Recipient { Email = "ana@example.net" }, Channel = KnownChannels.Email, Subject = "s", Message = "m" });

        Assert.Equal((KnownStatuses.Sent, "ana@example.net"), (sent.Status, sent.Address));
    }

    private async Task<string> AddAsync(string name, string channel, int priority, JsonObject settings) =>
        (await Api.Providers.CreateAsync(new ProviderDraft { Name = name, Channel = channel, Kind = "simulator", Priority = priority, Settings = settings })).Id;

    private async Task<Message> DeliveredAsync(NotificationRequest notification)
    {
        var accepted = await Api.Notifications.SendAsync(notification);
        return await UntilAsync(() => Api.Messages.GetAsync(accepted.Messages[0].Id), m => m.Status == KnownStatuses.Delivered);
    }
}
