namespace Carillon.Channels.Simulator.Vendors;

/// <summary>A vendor's own gateway before a simulated vendor: what that takes stands in the <see cref="SimulatorOutbox"/> too.</summary>
/// <param name="stay">The vendor's, which ends with the gateway.</param>
internal sealed class RehearsedGateway(IGateway gateway, GatewayServices services, IAsyncDisposable stay) : IGateway, ICallbackReceiver
{
    public async ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken)
    {
        var result = await gateway.SendAsync(message, cancellationToken);
        if (result.Outcome is SendOutcome.Accepted or SendOutcome.Unknown)
            services.Outbox.Add(message, result.Outcome, result.Answer, result.ExternalId ?? "", services.Time.GetUtcNow());
        return result;
    }

    public ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken) =>
        gateway is ICallbackReceiver receiver
            ? receiver.VerifyAsync(request, cancellationToken)
            : new(new CallbackVerdict.Refused("This vendor calls nobody back."));

    public IReadOnlyList<CallbackEvent> Read(CallbackRequest request) =>
        gateway is ICallbackReceiver receiver ? receiver.Read(request) : throw new FormatException("This vendor calls nobody back.");

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await stay.DisposeAsync();
    }
}
