using System.Text.Json;

namespace Carillon.Client;

/// <summary><c>/v1/simulator</c>: what simulated gateways were given, and vendors' APIs to rehearse with.</summary>
public sealed class SimulatorClient
{
    private readonly ApiConnection _api;

    internal SimulatorClient(ApiConnection api) => _api = api;

    /// <summary>The newest, newest first.</summary>
    public async Task<IReadOnlyList<SimulatedMessage>> ListAsync(int? limit = null, CancellationToken cancellationToken = default)
    {
        var page = await _api.GetAsync(
            new QueryText("v1/simulator/outbox").Add("limit", limit).ToString(), CarillonJson.Default.PageSimulatedMessage, cancellationToken).ConfigureAwait(false);
        return page.Data;
    }

    /// <summary>
    /// Sets up a vendor's API, such as <c>twilio</c>; for keys of the installation. A provider whose <c>base_url</c> is
    /// <c>/v1/simulator/vendors/{vendor}/api</c> of the server then speaks with it. What it took before is forgotten.
    /// </summary>
    public Task SetUpVendorAsync(string vendor, SimulatedVendor? behaviour = null, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Put, Address(vendor))
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(behaviour ?? new SimulatedVendor(), CarillonJson.Default.SimulatedVendor),
            },
            cancellationToken);

    /// <summary>What the vendor took, newest first, and how it reported on it.</summary>
    public async Task<IReadOnlyList<SimulatedVendorMessage>> ListVendorMessagesAsync(string vendor, CancellationToken cancellationToken = default) =>
        (await _api.GetAsync(Address(vendor) + "/messages", CarillonJson.Default.PageSimulatedVendorMessage, cancellationToken).ConfigureAwait(false)).Data;

    /// <summary>Has a person write to one of the account's numbers. Never repeated on its own.</summary>
    public Task<SimulatedCallback> ReplyAsync(string vendor, SimulatedReply reply, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, Address(vendor) + "/replies")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(reply, CarillonJson.Default.SimulatedReply),
                Repetition = Repetition.WhenRefused,
            },
            CarillonJson.Default.SimulatedCallback, cancellationToken);

    private static string Address(string vendor) => $"v1/simulator/vendors/{QueryText.Segment(vendor)}";
}

/// <summary>A message that a simulated gateway was given.</summary>
public sealed record SimulatedMessage
{
    public required string MessageId { get; init; }

    public required string Channel { get; init; }

    public required string Provider { get; init; }

    public required string Address { get; init; }

    public string? Subject { get; init; }

    public string? Text { get; init; }

    public string? Html { get; init; }

    public int Attempt { get; init; }

    public required string Outcome { get; init; }

    public string? Answer { get; init; }

    public DateTimeOffset At { get; init; }
}
