using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Channels.Simulator;

/// <summary>
/// Reports of a simulated network: some messages are delivered, some read, some bounce, a while after they were taken. They come by
/// the same way as vendors' callbacks, but for the wire: verified, stored, then read.
/// </summary>
internal sealed class SimulatorReceipts(Provider provider, SimulatorSettings settings, GatewayServices services)
{
    private const string TokenHeader = "Simulator-Token";

    /// <summary>Reports under way; beyond it messages go without, as networks do at times.</summary>
    private const int Most = 100_000;

    // Whoever posts to the callback's address from outside does not know it.
    private readonly string _token = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private int _underWay;

    public bool IsOn => settings.DeliveredRate + settings.BouncedRate > 0 && services.CallBack is not null;

    /// <summary>Decides by chance what becomes of a message that was taken, and reports it when its time has come.</summary>
    public void Follow(string externalId, ref SimulatorDraw draw)
    {
        var at = draw.NextDouble();
        var kind = at < settings.BouncedRate ? MessageEventKind.Bounced
            : at < settings.BouncedRate + settings.DeliveredRate ? MessageEventKind.Delivered
            : (MessageEventKind?)null;
        if (kind is null) return;
        if (Interlocked.Increment(ref _underWay) > Most)
        {
            Interlocked.Decrement(ref _underWay);
            return;
        }

        var isRead = kind == MessageEventKind.Delivered && draw.NextDouble() < settings.ReadRate;
        _ = ReportAsync(externalId, kind.Value, isRead);
    }

    public CallbackVerdict Verify(CallbackRequest request) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(request.Header(TokenHeader) ?? ""), Encoding.ASCII.GetBytes(_token))
            ? new CallbackVerdict.Genuine()
            : new CallbackVerdict.Refused("It does not come from the simulator itself.");

    public static IReadOnlyList<CallbackEvent> Read(CallbackRequest request)
    {
        try
        {
            using var document = JsonDocument.Parse(request.Body);
            var root = document.RootElement;
            var kind = MessageEventNames.All.TryParse(root.GetProperty("event"u8).GetString()!, out var known)
                ? known
                : throw new FormatException("The simulator knows no such event.");
            return
            [
                new CallbackEvent.Receipt
                {
                    Kind = kind,
                    ExternalId = root.GetProperty("id"u8).GetString(),
                    At = root.GetProperty("at"u8).GetDateTimeOffset(),
                    Detail = kind == MessageEventKind.Bounced ? "Simulated bounce." : null,
                    IsPermanent = kind == MessageEventKind.Bounced,
                },
            ];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("This is no report of the simulator.", e);
        }
    }

    private async Task ReportAsync(string externalId, MessageEventKind kind, bool isRead)
    {
        try
        {
            await Task.Delay(settings.ReceiptDelay, services.Time);
            await SendAsync(externalId, kind);
            if (!isRead) return;
            await Task.Delay(settings.ReceiptDelay, services.Time);
            await SendAsync(externalId, MessageEventKind.Read);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private async Task SendAsync(string externalId, MessageEventKind kind)
    {
        var now = services.Time.GetUtcNow();
        var body = string.Create(
            CultureInfo.InvariantCulture, $$"""{"id":"{{externalId}}","event":"{{kind.Name()}}","at":"{{now:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}"}""");
        await services.CallBack!(provider.Id, new CallbackRequest
        {
            Method = "POST",
            Url = new Uri("https://simulator.invalid/receipts"),
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { [TokenHeader] = _token },
            Body = Encoding.UTF8.GetBytes(body),
            ReceivedAt = now,
        });
    }
}
