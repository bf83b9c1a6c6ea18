using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Channels;

namespace Carillon.Callbacks;

/// <summary>A vendor's request as one JSON document, which is how it is stored.</summary>
internal static class CallbackDocument
{
    /// <summary>The field of the query by which vendors that sign nothing prove themselves: a credential, which is not kept in clear.</summary>
    private const string Token = "token=";

    /// <summary>Headers that only say how we were reached, or could open something elsewhere.</summary>
    private static readonly string[] Unkept = ["Authorization", "Cookie", "Proxy-Authorization"];

    public static byte[] Write(CallbackRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>(request.Body.Length + 1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("method"u8, request.Method);
            json.WriteString("url"u8, WithoutToken(request.Url.OriginalString));
            json.WriteStartObject("headers"u8);
            foreach (var (name, value) in request.Headers)
            {
                if (!Unkept.Contains(name, StringComparer.OrdinalIgnoreCase)) json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteBase64String("body"u8, request.Body.Span);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static CallbackRequest Read(byte[] document, DateTimeOffset receivedAt)
    {
        using var json = JsonDocument.Parse(document);
        var root = json.RootElement;
        return new CallbackRequest
        {
            Method = root.GetProperty("method"u8).GetString()!,
            Url = new Uri(root.GetProperty("url"u8).GetString()!),
            Headers = root.GetProperty("headers"u8).EnumerateObject()
                .ToDictionary(h => h.Name, h => h.Value.GetString() ?? "", StringComparer.OrdinalIgnoreCase),
            Body = root.GetProperty("body"u8).GetBytesFromBase64(),
            ReceivedAt = receivedAt,
        };
    }

    private static string WithoutToken(string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        if (query < 0) return url;
        var kept = url[(query + 1)..].Split('&').Where(field => !field.StartsWith(Token, StringComparison.Ordinal)).ToList();
        return kept.Count == 0 ? url[..query] : $"{url[..query]}?{string.Join('&', kept)}";
    }

    /// <summary>What a repeated request has in common with the first: where to and what, not the headers, which may say when.</summary>
    public static byte[] Digest(CallbackRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Url.PathAndQuery}\n"));
        hash.AppendData(request.Body.Span);
        return hash.GetHashAndReset();
    }
}
