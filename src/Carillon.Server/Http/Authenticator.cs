using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Carillon.Security;
using Carillon.Storage;

namespace Carillon.Server.Http;

/// <summary>
/// Finds the API key that a request carries. Keys are remembered for <see cref="Lifetime"/>, so that a revoked one is refused
/// within two seconds; unknown ones are not remembered, so that nobody fills the memory with guesses. Thread-safe.
/// </summary>
internal sealed class Authenticator(ITenantStore tenants, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1.5);

    /// <summary>How many keys are remembered; when there are more, all are forgotten and read anew.</summary>
    public const int Capacity = 4096;

    private const string Scheme = "Bearer ";

    private readonly ConcurrentDictionary<KeyHash, (ApiKey Key, long Since)> _known = new();

    /// <summary>The key of the request; null when it has none, or one that is unknown or revoked.</summary>
    public ValueTask<ApiKey?> FindAsync(HttpRequest request)
    {
        var headers = request.Headers.Authorization;
        if (headers.Count != 1 || headers[0] is not { Length: > 7 and <= 256 } header || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return default;

        Span<byte> text = stackalloc byte[256];
        if (!Encoding.ASCII.TryGetBytes(header.AsSpan(Scheme.Length).Trim(), text, out var length)) return default;
        Span<byte> bytes = stackalloc byte[32];
        SHA256.HashData(text[..length], bytes);
        var hash = MemoryMarshal.Read<KeyHash>(bytes);
        return _known.TryGetValue(hash, out var known) && time.GetElapsedTime(known.Since) < Lifetime
            ? new(known.Key)
            : ReadAsync(hash, bytes.ToArray(), request.HttpContext.RequestAborted);
    }

    private async ValueTask<ApiKey?> ReadAsync(KeyHash hash, byte[] bytes, CancellationToken cancellationToken)
    {
        // The age counts from before the read: what is revoked while it is under way is seen in time.
        var since = time.GetTimestamp();
        var key = await tenants.FindKeyAsync(bytes, cancellationToken);
        if (key is null || key.RevokedAt <= time.GetUtcNow())
        {
            _known.TryRemove(hash, out _);
            return null;
        }

        if (_known.Count >= Capacity) _known.Clear();
        _known[hash] = (key, since);
        return key;
    }

    private readonly record struct KeyHash(ulong A, ulong B, ulong C, ulong D);
}
