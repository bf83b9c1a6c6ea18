using System.Globalization;
using System.Text.Json;

namespace Carillon.Dispatch;

/// <summary>
/// Builds the trace of a message: one JSON object a line, <c>{"t":milliseconds,"k":"route", …}</c>. Used again and again; not thread-safe.
/// </summary>
internal sealed class TraceWriter
{
    private static readonly JsonEncodedText TimeName = JsonEncodedText.Encode("t");
    private static readonly JsonEncodedText KindName = JsonEncodedText.Encode("k");

    private readonly PooledBufferWriter _buffer = new(1024);
    private readonly Utf8JsonWriter _json;

    // Lines are made by hand between documents, so the writer must not insist on one document.
    public TraceWriter() => _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });

    /// <summary>Begins a line; the fields follow, then <see cref="End"/>.</summary>
    public Utf8JsonWriter Begin(DateTimeOffset at, JsonEncodedText kind)
    {
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteNumber(TimeName, at.ToUnixTimeMilliseconds());
        _json.WriteString(KindName, kind);
        return _json;
    }

    public void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _buffer.GetSpan(1)[0] = (byte)'\n';
        _buffer.Advance(1);
    }

    /// <summary>What was written, as bytes of its own; the writer is empty afterwards.</summary>
    public byte[] Take()
    {
        var taken = _buffer.Written.ToArray();
        _buffer.Reset(64 << 10);
        return taken;
    }
}

internal static class TraceAmounts
{
    /// <summary>Money is text: no reader may round it.</summary>
    public static void WriteAmount(this Utf8JsonWriter line, ReadOnlySpan<byte> name, decimal amount)
    {
        Span<byte> text = stackalloc byte[40];
        amount.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        line.WriteString(name, text[..length]);
    }
}
