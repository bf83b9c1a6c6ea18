namespace Carillon.Server.Api.Json;

/// <summary>Durations of the API: ISO 8601 of fixed length, that is weeks, days, hours, minutes and seconds.</summary>
internal static class Iso8601Duration
{
    public const string Expected = "an ISO 8601 duration in weeks, days, hours, minutes or seconds, such as PT2H, PT90S or P1D";

    // In the order in which they must come; years and months are no lengths of time and are not among them.
    private static ReadOnlySpan<byte> Units => "WDHMS"u8;

    private static readonly long[] UnitTicks =
        [7 * TimeSpan.TicksPerDay, TimeSpan.TicksPerDay, TimeSpan.TicksPerHour, TimeSpan.TicksPerMinute, TimeSpan.TicksPerSecond];

    /// <summary>The duration, or null when the text is not one.</summary>
    public static TimeSpan? Parse(ReadOnlySpan<byte> text)
    {
        if (text.Length is < 3 or > 40 || text[0] != 'P') return null;
        var rest = text[1..];
        var inTime = false;
        var last = -1;
        decimal ticks = 0;
        while (!rest.IsEmpty)
        {
            if (rest[0] == 'T')
            {
                if (inTime || rest.Length == 1) return null;
                inTime = true;
                rest = rest[1..];
                continue;
            }

            var end = rest.IndexOfAnyExcept("0123456789."u8);
            if (end is < 1 or > 12) return null;
            var unit = Units.IndexOf(rest[end]);
            if (unit <= last || (unit >= 2) != inTime) return null;
            // Only seconds have a fraction.
            if (!System.Buffers.Text.Utf8Parser.TryParse(rest[..end], out decimal value, out var consumed) || consumed != end) return null;
            if (unit < 4 && rest[..end].Contains((byte)'.')) return null;
            ticks += value * UnitTicks[unit];
            last = unit;
            rest = rest[(end + 1)..];
        }

        return last < 0 || ticks > long.MaxValue ? null : new TimeSpan((long)ticks);
    }

    /// <summary>The duration as ISO 8601.</summary>
    public static string Format(TimeSpan duration) => System.Xml.XmlConvert.ToString(duration);
}
