using Carillon.Security;

namespace Carillon.Tests.Security;

public sealed class KeyRingTests
{
    [Fact]
    public void Text_is_stretched_as_documented()
    {
        // PBKDF2-HMAC-SHA256 of another implementation.
        var same = Keys.Parse("1de44b6ef5113b70b9a21071c2c374eda4f74f3455cd2d695effe90a52c499ed");
        Assert.Equal(same.Names, Keys.Parse("your_encryption_key").Names);
        Assert.Equal("x"u8, new SecretBox(same).Open(new SecretBox(Keys.Parse("your_encryption_key")).Seal("x"u8, "p"), "p"));
    }

    [Fact]
    public void Base_64_and_hexadecimal_are_the_same_bytes()
    {
        var hex = Keys.Text(7);
        var base64 = "base64:" + Convert.ToBase64String(Convert.FromHexString(hex));
        Assert.Equal(Keys.Parse(hex).Names, Keys.Parse(base64).Names);
        Assert.Equal(Keys.Parse(hex).Names, Keys.Parse(hex.ToLowerInvariant()).Names);
    }

    [Fact]
    public void A_key_is_named_by_the_beginning_of_its_hash() => Assert.Equal("72cd6e84", Keys.Of(1).Names);

    [Fact]
    public void Several_keys_stand_in_their_order() =>
        Assert.Equal($"{Keys.B.Names}, {Keys.A.Names}", Keys.Parse($"{Keys.Text(0xBB)} , {Keys.Text(0xAA)}").Names);

    [Theory]
    [InlineData("", "The encryption key is empty.")]
    [InlineData("short", "The encryption key has fewer than 16 characters.")]
    [InlineData("base64:c2hvcnQ=", "The encryption key is not 32 bytes in base 64 after \"base64:\".")]
    [InlineData("base64:not base 64 at all, is it", "Encryption key 1 is not 32 bytes", "Encryption key 2 has fewer than 16")]
    [InlineData("0101010101010101010101010101010101010101010101010101010101010101,", "Encryption key 2 is empty.")]
    [InlineData(
        "0101010101010101010101010101010101010101010101010101010101010101,0101010101010101010101010101010101010101010101010101010101010101",
        "Encryption key 2 stands there twice.")]
    public void Every_fault_is_told_at_once(string text, params string[] expected)
    {
        Assert.False(KeyRing.TryParse(text, out var ring, out var faults));
        Assert.Null(ring);
        Assert.Equal(expected.Length, faults.Count);
        for (var i = 0; i < expected.Length; i++) Assert.StartsWith(expected[i], faults[i], StringComparison.Ordinal);
    }
}
