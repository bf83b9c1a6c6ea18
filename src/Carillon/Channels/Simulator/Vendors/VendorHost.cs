using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>
/// Serves simulated vendors over HTTP on a loopback port of its own, each below an address that nobody can guess, so that gateways reach
/// them as they reach their vendors: by sockets, whether or not this process serves an API. It listens from the first vendor on. Thread-safe.
/// </summary>
internal sealed class VendorHost : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, SimulatedVendor> _vendors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Where a vendor is reached, until <see cref="Remove"/>.</summary>
    public Uri Add(SimulatedVendor vendor)
    {
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            if (_listener is null)
            {
                _listener = new TcpListener(IPAddress.Loopback, 0);
                _listener.Start(512);
                _accepting = AcceptAsync(_listener);
            }

            _vendors[key] = vendor;
            return new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/{key}"));
        }
    }

    public void Remove(Uri address) => _vendors.TryRemove(address.AbsolutePath[1..], out _);

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_stop.IsCancellationRequested) return;
            _stop.Cancel();
            _listener?.Stop();
        }

        await _accepting;
        await Task.WhenAll(_connections.Keys);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            var connection = new VendorConnection(client, AnswerAsync).RunAsync(_stop.Token);
            _connections[connection] = 0;
            _ = connection.ContinueWith(done => _connections.TryRemove(done, out _), TaskScheduler.Default);
        }
    }

    private async ValueTask<VendorReply> AnswerAsync(VendorRequest request, CancellationToken cancellationToken)
    {
        var end = request.Path.IndexOf('/', 1);
        return end > 0 && _vendors.TryGetValue(request.Path[1..end], out var vendor)
            ? await vendor.AnswerAsync(request with { Path = request.Path[end..], Target = request.Path }, cancellationToken)
            : new VendorReply(404, "text/plain", "No simulated vendor is here.");
    }
}
