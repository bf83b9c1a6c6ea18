using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Carillon.Channels.Http;

internal enum AddressKind
{
    Public,

    /// <summary>This machine, or a network of one's own.</summary>
    Private,

    /// <summary>No place for an answer from: link-local, metadata, multicast, documentation, reserved, tunnels.</summary>
    Special,
}

/// <summary>What an address is, by IANA's registries of special-purpose addresses (RFC 6890) and the clouds' documented metadata addresses.</summary>
internal static class AddressKinds
{
    private static readonly (uint Network, int Length, AddressKind Kind)[] Four =
    [
        (0x00000000, 8, AddressKind.Special),   // this network; 0.0.0.0 reaches this machine
        (0x0A000000, 8, AddressKind.Private),
        (0x646464C8, 32, AddressKind.Special),  // 100.100.100.200, Alibaba's metadata, within CGNAT
        (0x64400000, 10, AddressKind.Private),  // CGNAT
        (0x7F000000, 8, AddressKind.Private),   // loopback
        (0xA83F8110, 32, AddressKind.Special),  // 168.63.129.16, Azure's platform, though a public address
        (0xA9FE0000, 16, AddressKind.Special),  // link-local, and most clouds' metadata
        (0xAC100000, 12, AddressKind.Private),
        (0xC0000000, 24, AddressKind.Special),  // protocol assignments, and Oracle's metadata
        (0xC0000200, 24, AddressKind.Special),  // documentation
        (0xC0586300, 24, AddressKind.Special),  // 6to4 relays
        (0xC0A80000, 16, AddressKind.Private),
        (0xC6120000, 15, AddressKind.Special),  // benchmarks
        (0xC6336400, 24, AddressKind.Special),  // documentation
        (0xCB007100, 24, AddressKind.Special),  // documentation
        (0xE0000000, 3, AddressKind.Special),   // multicast, reserved, broadcast
    ];

    /// <summary>Within 2000::/3; of the rest only loopback and ULA are not special.</summary>
    private static readonly IPNetwork[] SpecialSix =
    [
        IPNetwork.Parse("2001::/23"),     // protocol assignments: Teredo, ORCHID, benchmarks
        IPNetwork.Parse("2001:db8::/32"), // documentation
        IPNetwork.Parse("2002::/16"),     // 6to4
        IPNetwork.Parse("3fff::/20"),     // documentation
    ];

    private static readonly IPAddress[] MetadataSix = [IPAddress.Parse("fd00:ec2::254"), IPAddress.Parse("fd20:ce::254")];

    /// <summary>The IPv4 address that an IPv6 one stands for on this machine (mapped) or behind its NAT64; else the address itself.</summary>
    public static IPAddress Unwrap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        // 64:ff9b::/96, RFC 6052
        var isNat64 = bytes[..12].SequenceEqual((ReadOnlySpan<byte>)[0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]);
        return isNat64 ? new IPAddress(bytes[12..]) : address;
    }

    /// <param name="address">As <see cref="Unwrap"/> gives it.</param>
    public static AddressKind Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4 ? OfFour(BinaryPrimitives.ReadUInt32BigEndian(bytes)) : OfSix(address, bytes);
    }

    private static AddressKind OfFour(uint address)
    {
        foreach (var (network, length, kind) in Four)
        {
            if ((address ^ network) >> (32 - length) == 0) return kind;
        }

        return AddressKind.Public;
    }

    private static AddressKind OfSix(IPAddress address, ReadOnlySpan<byte> bytes)
    {
        if (address.Equals(IPAddress.IPv6Loopback)) return AddressKind.Private;
        if ((bytes[0] & 0xFE) == 0xFC)
        {
            foreach (var metadata in MetadataSix)
            {
                // Compared without the scope, which an address may carry.
                if (bytes.SequenceEqual(metadata.GetAddressBytes())) return AddressKind.Special;
            }

            return AddressKind.Private;
        }

        if ((bytes[0] & 0xE0) != 0x20) return AddressKind.Special;
        foreach (var network in SpecialSix)
        {
            if (network.Contains(address)) return AddressKind.Special;
        }

        // ISATAP (RFC 5214): the interface id is 0000:5efe or 0200:5efe and an IPv4 address, to which the host tunnels.
        return (bytes[8] & 0xFD) == 0 && bytes[9] == 0 && bytes[10] == 0x5E && bytes[11] == 0xFE
            ? OfFour(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]))
            : AddressKind.Public;
    }
}
