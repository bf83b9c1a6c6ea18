using System.Text.Json;
using Carillon.Server.Api.Json;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary>Reads the object at which the reader stands; what it returns counts only when there are no faults.</summary>
internal delegate T ReadObject<out T>(ref FieldReader reader);

/// <summary>The body of a request that creates a thing: one JSON object.</summary>
internal static class JsonBody
{
    /// <summary>Templates and settings; notifications have their own bound.</summary>
    public const int MaxBytes = 8 << 20;

    /// <summary>What was read, or the problem with it.</summary>
    public static async ValueTask<(T? Value, Problem? Problem)> ReadAsync<T>(HttpContext context, ReadObject<T> read) where T : class
    {
        if (!MediaType.IsJson(context.Request.ContentType)) return (null, Problem.UnsupportedMediaType);
        var body = await RequestBody.ReadAsync(context, MaxBytes);
        try
        {
            return Read(body.Memory, read);
        }
        finally
        {
            body.Release();
        }
    }

    /// <summary>The same, where a request without any body stands for <paramref name="absent"/>.</summary>
    public static async ValueTask<(T? Value, Problem? Problem)> ReadOptionalAsync<T>(HttpContext context, ReadObject<T> read, T absent) where T : class =>
        context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false
            ? (absent, null)
            : await ReadAsync(context, read);

    public static (T? Value, Problem? Problem) Read<T>(ReadOnlyMemory<byte> json, ReadObject<T> read) where T : class
    {
        var reader = new FieldReader(ByteOrderMark.Skip(json));
        try
        {
            reader.Read();
            var value = read(ref reader);
            reader.Read();
            return reader.TakeFaults() is { } faults ? (null, Problem.Invalid(faults)) : (value, null);
        }
        catch (JsonException e)
        {
            var faults = reader.TakeFaults() ?? [];
            faults.Add(MalformedJson.Fault(e, json.Span, reader.IsAtMaxDepth(FieldReader.MaxDepth) ? reader.Path : null));
            return (null, Problem.Invalid(faults));
        }
    }
}
