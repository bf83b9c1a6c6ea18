using System.Text.Json;
using Carillon.Callbacks;
using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Tests.Dispatch;

/// <summary>Reports of simulated networks, on the way that vendors' reports take.</summary>
public sealed class SimulatedReceiptTests
{
    [Theory]
    [InlineData("""{"delivered_rate":1,"receipt_delay_ms":1}""", MessageStatus.Delivered)]
    [InlineData("""{"delivered_rate":1,"read_rate":1,"receipt_delay_ms":1}""", MessageStatus.Read)]
    [InlineData("""{"bounced_rate":1,"receipt_delay_ms":1}""", MessageStatus.Bounced)]
    public async Task A_simulated_network_reports_what_became_of_a_message(string settings, MessageStatus status)
    {
        await using var harness = await EngineHarness.StartAsync();
        await MakeAsync(harness, settings);
        var notification = await harness.AcceptAsync(EngineHarness.Mail());

        var message = await harness.UntilAsync(notification.Messages[0].Id, m => m.Status == status);

        Assert.Equal(status == MessageStatus.Bounced ? MessageReasons.HardBounce : null, message.Reason);
    }

    [Fact]
    public async Task Nobody_else_reports_in_the_simulators_name()
    {
        await using var harness = await EngineHarness.StartAsync();
        var provider = await MakeAsync(harness, """{"delivered_rate":1,"receipt_delay_ms":60000}""");
        var request = new CallbackRequest
        {
            Method = "POST",
            Url = new Uri("https://example.net/callbacks/x"),
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Simulator-Token"] = "guessed" },
            Body = """{"id":"x","event":"delivered","at":"2026-03-01T12:00:00Z"}"""u8.ToArray(),
            ReceivedAt = DateTimeOffset.UnixEpoch,
        };

        Assert.IsType<CallbackAnswer.Refused>(await harness.Engine.Callbacks.ReceiveAsync(provider.Id, request, TestContext.Current.CancellationToken));
    }

    private static async Task<Provider> MakeAsync(EngineHarness harness, string settings) =>
        Assert.IsType<ProviderCreation.Created>(await harness.Engine.Providers.CreateAsync(
            EngineHarness.Tenant,
            new ProviderDraft { Name = "network", Channel = Channel.Email, Kind = "simulator", Settings = JsonDocument.Parse(settings).RootElement },
            TestContext.Current.CancellationToken)).Provider;
}
