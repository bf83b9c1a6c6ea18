using System.Text.Json;
using Carillon.Security;
using Carillon.Server.Api.Json;

namespace Carillon.Server.Api;

/// <summary>Reads and writes how many recipients may be addressed.</summary>
internal static class RecipientLimitsJson
{
    public const string PerMinute = "recipients_per_minute";
    public const string PerDay = "recipients_per_day";

    private static readonly FieldNames Fields = new(PerMinute, PerDay);

    public static int? ReadPerMinute(ref FieldReader reader) => reader.Integer(1, RecipientLimits.MaxPerMinute);

    public static int? ReadPerDay(ref FieldReader reader) => reader.Integer(1, RecipientLimits.MaxPerDay);

    /// <summary>An object with both, or null.</summary>
    public static RecipientLimits Read(ref FieldReader reader)
    {
        if (!reader.EnterObject(out var outer)) return RecipientLimits.None;
        int? perMinute = null, perDay = null;
        ulong seen = 0;
        while (reader.NextField(Fields, ref seen, out var field))
        {
            if (field == 0) perMinute = ReadPerMinute(ref reader);
            else perDay = ReadPerDay(ref reader);
        }

        reader.Leave(outer);
        return new RecipientLimits(perMinute, perDay);
    }

    public static void WriteFields(Utf8JsonWriter json, RecipientLimits limits)
    {
        Write("recipients_per_minute"u8, limits.PerMinute);
        Write("recipients_per_day"u8, limits.PerDay);

        void Write(ReadOnlySpan<byte> name, int? most)
        {
            if (most is { } value) json.WriteNumber(name, value);
            else json.WriteNull(name);
        }
    }
}
