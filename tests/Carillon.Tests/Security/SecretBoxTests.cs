using System.Text;
using Carillon.Security;
using FsCheck;
using FsCheck.Fluent;

namespace Carillon.Tests.Security;

public sealed class SecretBoxTests
{
    private const string Purpose = "provider-credentials:prv_1";

    [Fact]
    public void What_was_sealed_opens_again() => Prop.ForAll<byte[], string>((secret, purpose) =>
    {
        var box = new SecretBox(Keys.A);
        purpose = purpose.ReplaceLoneSurrogates();
        return box.Open(box.Seal(secret, purpose), purpose).SequenceEqual(secret);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Its_form_is_as_documented()
    {
        var box = new SecretBox(Keys.A);
        var sealedSecret = box.Seal("secret"u8, Purpose);
        Assert.Equal(6 + SecretBox.Overhead, sealedSecret.Length);
        Assert.Equal(33, SecretBox.Overhead);
        Assert.Equal(1, sealedSecret[0]);
        Assert.Equal(Keys.A.Names, Convert.ToHexStringLower(sealedSecret[1..5]));
        Assert.DoesNotContain("secret", Encoding.Latin1.GetString(sealedSecret), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_was_sealed_by_an_earlier_release_opens()
    {
        // Made by an independent implementation of the documented form: key 32 × 01, purpose "known", text "carillon".
        var known = Convert.FromHexString(KnownAnswer);
        Assert.Equal("carillon"u8, new SecretBox(Keys.Of(1)).Open(known, "known"));
    }

    [Fact]
    public void Equal_secrets_do_not_look_equal()
    {
        var box = new SecretBox(Keys.A);
        Assert.NotEqual(box.Seal("secret"u8, Purpose), box.Seal("secret"u8, Purpose));
    }

    [Fact]
    public void Every_single_changed_bit_is_noticed()
    {
        var box = new SecretBox(Keys.A);
        var sealedSecret = box.Seal("secret"u8, Purpose);
        for (var bit = 0; bit < sealedSecret.Length * 8; bit++)
        {
            var changed = sealedSecret.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<SecretUnreadableException>(() => box.Open(changed, Purpose));
        }
    }

    [Fact]
    public void Every_truncation_is_noticed()
    {
        var box = new SecretBox(Keys.A);
        var sealedSecret = box.Seal("secret"u8, Purpose);
        for (var length = 0; length < sealedSecret.Length; length++)
            Assert.Throws<SecretUnreadableException>(() => box.Open(sealedSecret.AsSpan(0, length), Purpose));
    }

    [Fact]
    public void A_value_moved_to_another_row_does_not_open()
    {
        var box = new SecretBox(Keys.A);
        Assert.Throws<SecretUnreadableException>(() => box.Open(box.Seal("secret"u8, Purpose), "provider-credentials:prv_2"));
    }

    [Fact]
    public void Another_key_is_named()
    {
        var fault = Assert.Throws<SecretUnreadableException>(() => new SecretBox(Keys.B).Open(new SecretBox(Keys.A).Seal("secret"u8, Purpose), Purpose));
        Assert.Contains(Keys.A.Names, fault.Message, StringComparison.Ordinal);
        Assert.Contains(Keys.B.Names, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_rotation_the_old_opens_and_the_new_seals()
    {
        var old = new SecretBox(Keys.A).Seal("secret"u8, Purpose);
        var rotated = new SecretBox(Keys.BThenA);
        Assert.Equal("secret"u8, rotated.Open(old, Purpose));
        Assert.True(rotated.NeedsResealing(old));

        var renewed = rotated.Seal(rotated.Open(old, Purpose), Purpose);
        Assert.False(rotated.NeedsResealing(renewed));
        Assert.Equal("secret"u8, new SecretBox(Keys.B).Open(renewed, Purpose));
    }

    [Fact]
    public async Task Threads_share_a_box()
    {
        var box = new SecretBox(Keys.A);
        await Parallel.ForAsync(0, 2000, (i, _) =>
        {
            var secret = BitConverter.GetBytes(i);
            Assert.Equal(secret, box.Open(box.Seal(secret, Purpose), Purpose));
            return ValueTask.CompletedTask;
        });
    }

    private const string KnownAnswer = "0172cd6e84000102030405060708090a0bdffac932cea99f2190bff3bf0082d98cfcd4dc512c336cc4";
}

internal static class TextExtensions
{
    // UTF-8 has no form for half a pair; a purpose is a name from code and never has one.
    public static string ReplaceLoneSurrogates(this string? text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));
}
