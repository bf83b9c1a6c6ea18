using System.Net;
using System.Net.Sockets;

namespace Carillon.Channels.Http;

/// <summary>
/// Opens connections for HTTP. The address that is judged is the one that is connected to: a name is resolved here, once, and a name
/// that answers otherwise the next time is judged anew.
/// </summary>
/// <param name="resolve">From a host name to its addresses.</param>
internal sealed class GuardedConnector(AddressGuard guard, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    /// <summary>For all addresses of a host together.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        IPAddress[] addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        var allowed = Array.FindAll(addresses, guard.Allows);
        // Which address it is stays unsaid: that is the operator's knowledge, and this text the tenant's.
        if (allowed.Length == 0 && addresses.Length > 0) throw new AddressRefusedException(host);

        Exception? last = null;
        foreach (var address in allowed)
        {
            // One address that does not answer must not take the time of those behind it.
            using var share = new CancellationTokenSource(Timeout / allowed.Length, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, share.Token);
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), either.Token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                last = e is SocketException ? e : new SocketException((int)SocketError.TimedOut);
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }
}

/// <summary>The guard does not allow any address of the host.</summary>
internal sealed class AddressRefusedException(string host)
    : IOException($"{host} leads to an address that is not allowed here. The operator can allow networks by outgoing_allow_networks.");
