using System.Text;
using Carillon.Channels.Webhook;

namespace Carillon.Tests.Channels.Webhook;

public sealed class WebhookSignatureTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 9, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Body = """{"type":"notification"}"""u8.ToArray();

    [Fact]
    public void While_a_secret_is_replaced_receivers_of_either_are_content()
    {
        var (old, current, other) = (New(), New(), New());
        var header = WebhookSignature.Sign([current, old], "msg_1", Now, Body);
        Assert.Equal(2, header.Split(' ').Length);
        Assert.True(Verify(old, header));
        Assert.True(Verify(current, header));
        Assert.False(Verify(other, header));
    }

    [Theory]
    [InlineData(-301, false)]
    [InlineData(-300, true)]
    [InlineData(0, true)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    public void A_timestamp_is_good_for_five_minutes_either_way(int seconds, bool isValid)
    {
        var secret = New();
        var at = Now.AddSeconds(seconds);
        var header = WebhookSignature.Sign([secret], "msg_1", at, Body);
        Assert.Equal(isValid, WebhookSignature.Verify(secret, "msg_1", at.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), header, Body, Now));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 1773478800")]
    [InlineData("+1773478800")]
    [InlineData("-1")]
    [InlineData("1773478800.0")]
    [InlineData("99999999999999999999")]
    [InlineData("9223372036854775807")]
    public void A_timestamp_that_is_none_is_refused(string timestamp)
    {
        var secret = New();
        Assert.False(WebhookSignature.Verify(secret, "msg_1", timestamp, WebhookSignature.Sign([secret], "msg_1", Now, Body), Body, Now));
    }

    [Theory]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("not base 64 at all, by no means")]
    [InlineData("")]
    [InlineData(null)]
    public void A_secret_that_is_none_is_not_read(string? text) => Assert.False(WebhookSecret.TryParse(text, out _));

    [Fact]
    public void A_secret_has_24_to_64_bytes_and_does_not_show_itself()
    {
        foreach (var (length, isGood) in ((int, bool)[])[(23, false), (24, true), (64, true), (65, false), (300, false)])
            Assert.Equal(isGood, WebhookSecret.TryParse(WebhookSecret.Prefix + Convert.ToBase64String(new byte[length]), out _));
        Assert.Equal("whsec_…", New().ToString());
    }

    private static bool Verify(WebhookSecret secret, string header) =>
        WebhookSignature.Verify(secret, "msg_1", Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), header, Body, Now);

    private static WebhookSecret New() => WebhookSecret.TryParse(WebhookSecret.Create(), out var secret) ? secret : throw new InvalidOperationException();
}
