using System.Security.Cryptography;
using System.Text;
using Carillon.Security;

namespace Carillon.Tests.Security;

public sealed class ApiKeysTests
{
    [Fact]
    public void A_key_is_found_by_its_hash()
    {
        var (text, hash) = ApiKeys.Make();
        Assert.Matches("^ck_[A-Za-z0-9_-]{43}$", text);
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(text)), hash);
        Assert.Equal(hash, ApiKeys.Hash(text));
        Assert.True(ApiKeys.Matches(hash, ApiKeys.Hash(text)));
    }

    [Fact]
    public void No_two_keys_are_alike()
    {
        var (text, hash) = ApiKeys.Make();
        var other = ApiKeys.Make();
        Assert.NotEqual(text, other.Text);
        Assert.False(ApiKeys.Matches(hash, other.Hash));
        Assert.False(ApiKeys.Matches(hash, []));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ck_")]
    [InlineData("Bearer ck_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("sk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ck_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ck_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ")]
    [InlineData("ck_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAé")]
    [InlineData("ck_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+")]
    public void What_cannot_be_a_key_has_no_hash(string text) => Assert.Null(ApiKeys.Hash(text));
}
