using System.Net;

namespace Carillon.Channels.Http;

/// <summary>
/// Says to which addresses a connection may be made whose target a tenant's settings or a message name. It judges what is really
/// connected to, after names are resolved: however an address is written, it comes here as its bytes. Immutable.
/// </summary>
/// <remarks>
/// Public addresses are allowed. Private ones (loopback, RFC 1918, CGNAT, ULA) are refused unless <paramref name="allowPrivate"/>;
/// link-local, metadata, multicast and reserved ones unless a network names them.
/// </remarks>
/// <param name="allowPrivate">Allows every private address; never those by which clouds tell machines their secrets.</param>
/// <param name="networks">Allowed whatever they are.</param>
public sealed class AddressGuard(bool allowPrivate, IReadOnlyList<IPNetwork> networks)
{
    /// <summary>For what the operator has set up: it may connect anywhere.</summary>
    public static readonly AddressGuard Anywhere = new(allowPrivate: true, [IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")]);

    /// <summary>The default for everybody else.</summary>
    public static readonly AddressGuard PublicOnly = new(allowPrivate: false, []);

    public bool Allows(IPAddress address)
    {
        var meant = AddressKinds.Unwrap(address);
        foreach (var network in networks)
        {
            if (network.Contains(address) || network.Contains(meant)) return true;
        }

        return AddressKinds.Of(meant) switch
        {
            AddressKind.Public => true,
            AddressKind.Private => allowPrivate,
            _ => false,
        };
    }

    /// <summary>
    /// Reads what the operator allows: <c>private</c>, networks such as <c>10.20.0.0/16</c> and single addresses, with commas between.
    /// Null when a part is none of these.
    /// </summary>
    public static AddressGuard? TryParse(string text)
    {
        var allowPrivate = false;
        var networks = new List<IPNetwork>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Equals("private", StringComparison.OrdinalIgnoreCase)) allowPrivate = true;
            else if (part.Contains('/', StringComparison.Ordinal) && IPNetwork.TryParse(part, out var network)) networks.Add(network);
            else if (IPAddress.TryParse(part, out var address) && address.ToString() == part) networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            else return null;
        }

        return new AddressGuard(allowPrivate, networks);
    }
}
