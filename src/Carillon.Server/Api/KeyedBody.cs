using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Dispatch;
using Carillon.Server.Api.Json;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary>The body of a request that makes a thing, with the <c>Idempotency-Key</c> under which it is made once.</summary>
internal static class KeyedBody
{
    /// <summary>What was read and its key (null for none), or the problem with it.</summary>
    public static async ValueTask<(T? Value, IdempotencyKey? Key, Problem? Problem)> ReadAsync<T>(HttpContext context, ReadObject<T> read) where T : class
    {
        if (!MediaType.IsJson(context.Request.ContentType)) return (null, null, Problem.UnsupportedMediaType);
        var hasKey = IdempotencyHeader.TryRead(context.Request, out var header, out var fault);
        var body = await RequestBody.ReadAsync(context, JsonBody.MaxBytes);
        try
        {
            var (value, problem) = JsonBody.Read(body.Memory, read);
            if (!hasKey) problem = Problem.Invalid([.. problem?.Errors ?? [], fault]);
            if (problem is not null) return (null, null, problem);
            return (value, header is null ? null : new IdempotencyKey(header, Hash(context.Request, body.Memory.Span)), null);
        }
        finally
        {
            body.Release();
        }
    }

    /// <summary>Answers as it was answered before: what has just been made is at version 1.</summary>
    /// <param name="path">Where such things stand, below which each has its <paramref name="name"/>.</param>
    public static void Replay(HttpContext context, ReadOnlyMemory<byte> answer, string path, string name = "id")
    {
        context.Response.Headers.Location = path + JsonElement.Parse(answer.Span).GetProperty(name);
        context.Response.Headers[IdempotencyHeader.Replayed] = "true";
        EntityTag.Write(context, 1);
        JsonAnswer.Write(context, 201, answer.Span);
    }

    /// <summary>Of the path as well: the same body makes another thing elsewhere.</summary>
    private static byte[] Hash(HttpRequest request, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}\n"));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }
}
