using System.Globalization;

namespace Carillon.Server.Api.Json;

/// <summary>Times of the API: RFC 3339, always with an offset, so that no time zone is ever guessed.</summary>
internal static class Rfc3339
{
    public const string Expected = "an RFC 3339 time with its offset, such as 2026-03-14T14:00:00Z or 2026-03-14T09:00:00-05:00";

    /// <summary>The time, or null when the text is not one. Fractions below 100 ns are dropped; a leap second counts as the next second.</summary>
    public static DateTimeOffset? Parse(ReadOnlySpan<byte> text)
    {
        // 2026-03-14T14:00:00[.fraction](Z|±hh:mm)
        if (text.Length is < 20 or > 40) return null;
        if (text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)'t' or (byte)' ') || text[13] != ':' || text[16] != ':') return null;
        if (!Digits(text[..4], out var year) || !Digits(text[5..7], out var month) || !Digits(text[8..10], out var day)) return null;
        if (!Digits(text[11..13], out var hour) || !Digits(text[14..16], out var minute) || !Digits(text[17..19], out var second)) return null;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60) return null;

        var rest = text[19..];
        long fraction = 0;
        if (rest[0] == '.')
        {
            var length = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (length < 1) return null;
            for (var i = 0; i < 7; i++) fraction = (fraction * 10) + (i < length ? rest[1 + i] - '0' : 0);
            rest = rest[(1 + length)..];
        }

        int offset;
        if (rest.Length == 1 && (rest[0] | 0x20) == 'z') offset = 0;
        else if (rest.Length == 6 && rest[0] is (byte)'+' or (byte)'-' && rest[3] == ':' && Digits(rest[1..3], out var hours) && Digits(rest[4..6], out var minutes)
            && hours <= 23 && minutes <= 59) offset = ((hours * 60) + minutes) * (rest[0] == '-' ? -1 : 1);
        else return null;

        var ticks = new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Unspecified).Ticks
            + (second * TimeSpan.TicksPerSecond) + fraction - (offset * TimeSpan.TicksPerMinute);
        return ticks < 0 || ticks > DateTime.MaxValue.Ticks ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    /// <summary>Writes a time in UTC with milliseconds, 24 bytes, into <paramref name="destination"/>.</summary>
    public static int Write(DateTimeOffset time, Span<byte> destination)
    {
        time.UtcDateTime.TryFormat(destination, out var written, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return written;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (c is < (byte)'0' or > (byte)'9') return false;
            value = (value * 10) + (c - '0');
        }

        return true;
    }
}
