using System.Net;
using System.Net.Sockets;

namespace Carillon.Bench.Processes;

internal static class FreePort
{
    /// <summary>A port on the loopback address that nobody listens on at this moment.</summary>
    public static int Find()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
