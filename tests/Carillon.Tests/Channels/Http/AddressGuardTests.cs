using System.Net;
using System.Net.Sockets;
using Carillon.Channels.Http;
using FsCheck;
using FsCheck.Fluent;

namespace Carillon.Tests.Channels.Http;

public sealed class AddressGuardTests
{
    /// <summary>Networks of one's own, and how the machine itself is reached.</summary>
    public static TheoryData<string> Private =>
    [
        "127.0.0.1", "127.255.255.254", "::1", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255",
        "100.64.0.1", "100.127.255.255", "fc00::1", "fdff:ffff::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:a01:203", "64:ff9b::10.0.0.1",
        "64:ff9b::7f00:1", "2001:470::5efe:10.0.0.1", "2001:470::200:5efe:192.168.1.1",
    ];

    /// <summary>Where a request has no business, or from where clouds hand out credentials.</summary>
    public static TheoryData<string> Special =>
    [
        "169.254.169.254", "169.254.170.2", "169.254.0.1", "fd00:ec2::254", "fd00:ec2::254%3", "fd20:ce::254", "100.100.100.200", "192.0.0.192", "168.63.129.16",
        "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "64:ff9b::169.254.169.254", "64:ff9b:1::a9fe:a9fe",
        "0.0.0.0", "0.1.2.3", "::", "255.255.255.255", "224.0.0.1", "239.255.255.250", "240.0.0.1", "ff02::1", "ff0e::1",
        "fe80::1", "fe80::1%1", "febf::1", "fec0::1", "192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1", "198.19.255.255", "192.88.99.1",
        "2001:db8::1", "3fff::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1",
        "::127.0.0.1", "::10.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1", "100::1", "5f00::1", "4000::1", "2001:470::5efe:169.254.169.254",
    ];

    public static TheoryData<string> Public =>
    [
        "8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1", "169.253.255.255", "169.255.0.0",
        "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "192.0.1.1", "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15",
        "2606:4700::1111", "2001:4860:4860::8888", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:200::1", "2003::1", "2001:470::5efe:8.8.8.8",
    ];

    [Theory]
    [MemberData(nameof(Private))]
    public void A_private_address_is_refused_unless_the_operator_allows_them(string address)
    {
        Assert.False(AddressGuard.PublicOnly.Allows(IPAddress.Parse(address)));
        Assert.True(Guard("private").Allows(IPAddress.Parse(address)));
        Assert.True(AddressGuard.Anywhere.Allows(IPAddress.Parse(address)));
    }

    [Theory]
    [MemberData(nameof(Special))]
    public void A_special_address_is_refused_even_where_private_ones_are_allowed(string address)
    {
        Assert.False(AddressGuard.PublicOnly.Allows(IPAddress.Parse(address)));
        Assert.False(Guard("private").Allows(IPAddress.Parse(address)));
        Assert.True(AddressGuard.Anywhere.Allows(IPAddress.Parse(address)));
    }

    [Theory]
    [MemberData(nameof(Public))]
    public void A_public_address_is_allowed(string address) => Assert.True(AddressGuard.PublicOnly.Allows(IPAddress.Parse(address)));

    [Fact]
    public void No_form_of_a_private_address_passes()
    {
        var privates = Gen.Elements(0x0A000000u, 0x7F000000u, 0xA9FE0000u, 0xC0A80000u, 0xAC100000u, 0x64400000u, 0xE0000000u, 0x00000000u);
        var gen = privates.SelectMany(network => Gen.Choose(0, 0xFFFF).Select(rest => network | (uint)rest));
        Prop.ForAll(gen.ToArbitrary(), address =>
        {
            byte[] four = [(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address];
            foreach (var form in FormsOf(four)) Assert.False(AddressGuard.PublicOnly.Allows(new IPAddress(form)), new IPAddress(form).ToString());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void Only_global_unicast_passes_of_IPv6()
    {
        var gen = Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(16);
        Prop.ForAll(gen.ToArbitrary(), bytes =>
        {
            var address = new IPAddress(bytes);
            if (AddressGuard.PublicOnly.Allows(address)) Assert.Equal(0x20, bytes[0] & 0xE0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    /// <summary>What the URL parser and the resolver make of the ways in which addresses are disguised.</summary>
    [Theory]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://017700000001/")]
    [InlineData("http://127.1/")]
    [InlineData("http://0/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://[0:0:0:0:0:ffff:7f00:1]/")]
    [InlineData("http://[::]/")]
    [InlineData("http://localhost/")]
    [InlineData("http://LOCALHOST./")]
    [InlineData("http://①②⑦.⓪.⓪.①/")]
    [InlineData("http://127。0。0。1/")]
    public async Task A_disguised_host_is_judged_by_what_it_leads_to(string url)
    {
        using var http = new GatewayHttp(AddressGuard.PublicOnly, TimeProvider.System);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url));
        using var answer = await http.SendAsync(request, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(Carillon.Channels.SendOutcome.Unavailable, answer.Failure!.Value.Outcome);
        // Where there is no such name the resolver says so; nothing was connected to in either case.
        Assert.Matches("not allowed here|was not found", answer.Failure.Value.Answer);
    }

    [Fact]
    public void Networks_that_the_operator_names_are_allowed_in_every_form()
    {
        var guard = Guard("10.20.0.0/16, 169.254.169.254, fd12::/16");
        foreach (var address in (string[])["10.20.1.2", "::ffff:10.20.1.2", "64:ff9b::10.20.1.2", "169.254.169.254", "fd12::1", "8.8.8.8"])
            Assert.True(guard.Allows(IPAddress.Parse(address)), address);
        foreach (var address in (string[])["10.21.0.1", "127.0.0.1", "169.254.169.253", "fd13::1", "::1"])
            Assert.False(guard.Allows(IPAddress.Parse(address)), address);
    }

    [Theory]
    [InlineData("privat")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/8 172.16.0.0/12")]
    [InlineData("10")]
    [InlineData("0x7f.1")]
    [InlineData("localhost")]
    public void What_is_no_network_is_not_read_as_one(string text) => Assert.Null(AddressGuard.TryParse(text));

    private static AddressGuard Guard(string text) => Assert.IsType<AddressGuard>(AddressGuard.TryParse(text));

    private static IEnumerable<byte[]> FormsOf(byte[] four)
    {
        yield return four;
        yield return [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, .. four];                      // mapped
        yield return [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. four];                            // compatible
        yield return [0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, .. four];                      // translated
        yield return [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0, .. four];                   // NAT64
        yield return [0, 0x64, 0xFF, 0x9B, 0, 1, 0, 0, 0, 0, 0, 0, .. four];                   // NAT64, local
        yield return [0x20, 0x02, .. four, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];                      // 6to4
        yield return [0x20, 0x01, 0, 0, 8, 8, 8, 8, 0, 0, 0, 0, .. four.Select(b => (byte)~b)]; // Teredo
        yield return [0x20, 0x01, 4, 0x70, 0, 0, 0, 0, 0, 0, 0x5E, 0xFE, .. four];             // ISATAP
        yield return [0x20, 0x01, 4, 0x70, 0, 0, 0, 0, 2, 0, 0x5E, 0xFE, .. four];
    }
}
