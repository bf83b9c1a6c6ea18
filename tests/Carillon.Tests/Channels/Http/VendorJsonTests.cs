using System.Text;
using Carillon.Channels.Http;

namespace Carillon.Tests.Channels.Http;

public sealed class VendorJsonTests
{
    [Theory]
    [InlineData("""{ "a": "x" }""", "x")]
    [InlineData("""{ "a": 12.50 }""", "12.50")]
    [InlineData("""{ "a": null }""", null)]
    [InlineData("""{ "a": { "b": 1 } }""", null)]
    [InlineData("""{ "a": "\ud800" }""", null)]
    [InlineData("""{ "\ud800": 1, "a": "x" }""", null)]
    [InlineData("""{ "\u0061": "x" }""", "x")]
    [InlineData("""[ "a" ]""", null)]
    [InlineData("""{ "a": """, null)]
    [InlineData("", null)]
    public void What_is_no_text_is_none_and_never_a_fault(string json, string? expected) =>
        Assert.Equal(expected, (VendorJson.Parse(Encoding.UTF8.GetBytes(json)) ?? default).Text("a"));

    [Fact]
    public void A_token_of_broken_text_is_not_believed()
    {
        var head = System.Buffers.Text.Base64Url.EncodeToString("""{ "alg": "\ud800" }"""u8);

        Assert.Null(SignedToken.Verify($"{head}.{head}.AAAA", "secret", DateTimeOffset.UnixEpoch));
    }
}
