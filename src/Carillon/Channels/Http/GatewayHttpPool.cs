namespace Carillon.Channels.Http;

/// <summary>
/// One <see cref="GatewayHttp"/> for each guard: a connection that one guard has allowed never serves requests under another.
/// </summary>
internal sealed class GatewayHttpPool(TimeProvider time) : IDisposable
{
    private readonly Dictionary<AddressGuard, GatewayHttp> _clients = [];

    public GatewayHttp Of(AddressGuard guard)
    {
        lock (_clients)
        {
            if (!_clients.TryGetValue(guard, out var client)) _clients.Add(guard, client = new GatewayHttp(guard, time));
            return client;
        }
    }

    /// <summary>Closes every connection; after the last gateway is disposed.</summary>
    public void Dispose()
    {
        lock (_clients)
        {
            foreach (var client in _clients.Values) client.Dispose();
            _clients.Clear();
        }
    }
}
