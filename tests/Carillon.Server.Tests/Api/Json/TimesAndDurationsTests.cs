using System.Globalization;
using System.Text;
using Carillon.Server.Api.Json;

namespace Carillon.Server.Tests.Api.Json;

public sealed class TimesAndDurationsTests
{
    [Theory]
    [InlineData("2026-03-14T14:00:00Z", "2026-03-14T14:00:00.0000000")]
    [InlineData("2026-03-14t14:00:00z", "2026-03-14T14:00:00.0000000")]
    [InlineData("2026-03-14 14:00:00Z", "2026-03-14T14:00:00.0000000")]
    [InlineData("2026-03-14T14:00:00.5Z", "2026-03-14T14:00:00.5000000")]
    [InlineData("2026-03-14T14:00:00.123456789Z", "2026-03-14T14:00:00.1234567")]
    [InlineData("2026-03-14T09:00:00-05:00", "2026-03-14T14:00:00.0000000")]
    [InlineData("2026-03-15T00:30:00+10:30", "2026-03-14T14:00:00.0000000")]
    [InlineData("2024-02-29T23:59:60Z", "2024-03-01T00:00:00.0000000")]
    public void Times_with_an_offset_are_read(string text, string utc) =>
        Assert.Equal(utc, Rfc3339.Parse(Encoding.UTF8.GetBytes(text))!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("2026-03-14")]
    [InlineData("2026-03-14T14:00:00")]
    [InlineData("2026-02-29T14:00:00Z")]
    [InlineData("2026-13-01T14:00:00Z")]
    [InlineData("2026-03-14T24:00:00Z")]
    [InlineData("2026-03-14T14:60:00Z")]
    [InlineData("2026-03-14T14:00:00.Z")]
    [InlineData("2026-03-14T14:00:00+0500")]
    [InlineData("2026-03-14T14:00:00+24:00")]
    [InlineData("2026-03-14T14:00:00ZZ")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:60Z")]
    [InlineData("+026-03-14T14:00:00Z")]
    public void What_is_no_time_with_an_offset_is_not(string text) => Assert.Null(Rfc3339.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Times_are_written_in_utc_with_milliseconds()
    {
        Span<byte> buffer = stackalloc byte[32];

        var length = Rfc3339.Write(new DateTimeOffset(2026, 3, 14, 9, 0, 0, 7, TimeSpan.FromHours(-5)), buffer);

        Assert.Equal("2026-03-14T14:00:00.007Z", Encoding.UTF8.GetString(buffer[..length]));
    }

    [Theory]
    [InlineData("PT2H", 7_200)]
    [InlineData("PT90S", 90)]
    [InlineData("PT1.5S", 1.5)]
    [InlineData("P1D", 86_400)]
    [InlineData("P1W", 604_800)]
    [InlineData("P1DT2H3M4S", 93_784)]
    public void Durations_of_fixed_length_are_read(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Iso8601Duration.Parse(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("P1Y")]
    [InlineData("P1M")]
    [InlineData("PT")]
    [InlineData("P")]
    [InlineData("PT1H1H")]
    [InlineData("PT1M1H")]
    [InlineData("P1H")]
    [InlineData("PT1.5H")]
    [InlineData("-PT1H")]
    [InlineData("PT..S")]
    [InlineData("P99999999999W")]
    [InlineData("2h")]
    public void What_is_no_duration_of_fixed_length_is_not(string text) => Assert.Null(Iso8601Duration.Parse(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("recipientId", "recipient_id")]
    [InlineData("reciepient_id", "recipient_id")]
    [InlineData("Subject", "subject")]
    [InlineData("quite_other", null)]
    public void An_unknown_word_is_led_to_the_nearest_known(string word, string? nearest) =>
        Assert.Equal(nearest, Spelling.Nearest(word, ["recipient_id", "recipient", "subject"]));
}
