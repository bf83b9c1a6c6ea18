using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Carillon.Server.Api.Json;

namespace Carillon.Server.Http;

/// <summary>Writes answers: JSON into a buffer of the thread, then whole, with its length, into the response.</summary>
internal static class JsonAnswer
{
    private const int KeptBytes = 64 << 10;

    // Answers are application/json, never a part of a page: only what JSON itself needs is escaped.
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static Scratch? _scratch;

    /// <summary>Writes the answer; it leaves when the request ends.</summary>
    public static void Write<T>(HttpContext context, int status, T state, Action<Utf8JsonWriter, T> write, string contentType = MediaType.Json)
    {
        var scratch = Fill(state, write);
        Write(context, status, scratch.Buffer.WrittenSpan, contentType);
        Release(scratch);
    }

    public static void Write(HttpContext context, int status, ReadOnlySpan<byte> body, string contentType = MediaType.Json)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.BodyWriter.Write(body);
    }

    public static byte[] ToBytes<T>(T state, Action<Utf8JsonWriter, T> write)
    {
        var scratch = Fill(state, write);
        var bytes = scratch.Buffer.WrittenSpan.ToArray();
        Release(scratch);
        return bytes;
    }

    public static void WriteId(this Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> prefix, Guid id)
    {
        Span<byte> text = stackalloc byte[40];
        json.WriteString(name, text[..Messages.PublicId.Write(prefix, id, text)]);
    }

    public static void WriteTime(this Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is not { } value)
        {
            json.WriteNull(name);
            return;
        }

        Span<byte> text = stackalloc byte[32];
        json.WriteString(name, text[..Rfc3339.Write(value, text)]);
    }

    /// <summary>A list: <c>{"data": […], "next": …}</c>.</summary>
    public static void WriteList<T>(HttpContext context, IEnumerable<T> items, string? next, Action<Utf8JsonWriter, T> write) =>
        Write(context, 200, (items, next, write), static (json, state) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data"u8);
            foreach (var item in state.items) state.write(json, item);
            json.WriteEndArray();
            json.WriteString("next"u8, state.next);
            json.WriteEndObject();
        });

    private static Scratch Fill<T>(T state, Action<Utf8JsonWriter, T> write)
    {
        // Taken while it is used: a writer that writes another answer gets a new one.
        var scratch = _scratch ?? new Scratch();
        _scratch = null;
        write(scratch.Json, state);
        scratch.Json.Flush();
        return scratch;
    }

    private static void Release(Scratch scratch)
    {
        if (scratch.Buffer.Capacity > KeptBytes) return;
        scratch.Buffer.ResetWrittenCount();
        scratch.Json.Reset();
        _scratch = scratch;
    }

    private sealed class Scratch
    {
        public Scratch() => Json = new Utf8JsonWriter(Buffer, Options);

        public ArrayBufferWriter<byte> Buffer { get; } = new(1024);

        public Utf8JsonWriter Json { get; }
    }
}
