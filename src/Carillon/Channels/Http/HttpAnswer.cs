using System.Buffers;
using System.IO.Compression;
using System.Net;

namespace Carillon.Channels.Http;

/// <summary>
/// What came of one exchange: an answer with its status, headers and the first <see cref="MaxBytes"/> of its body, or none, and then
/// why. Valid until disposed.
/// </summary>
internal sealed class HttpAnswer : IDisposable
{
    /// <summary>What is read of a body, after decompression; the rest is left.</summary>
    public const int MaxBytes = 64 << 10;

    /// <summary>Longer waits than any gateway means.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(7);

    private readonly HttpResponseMessage? _response;
    private readonly TimeProvider? _time;
    private byte[]? _buffer;
    private int _length;
    private bool _isAbandoned;

    private HttpAnswer(SendResult failure) => Failure = failure;

    private HttpAnswer(HttpResponseMessage response, TimeProvider time)
    {
        _response = response;
        _time = time;
        Status = (int)response.StatusCode;
    }

    /// <summary>Why there is no answer: what became of the message as far as anybody knows. Null when there is one.</summary>
    public SendResult? Failure { get; }

    /// <summary>0 without an answer.</summary>
    public int Status { get; }

    public bool IsSuccess => Status is >= 200 and < 300;

    public ReadOnlyMemory<byte> Body => _buffer.AsMemory(0, _length);

    /// <summary>False when the body went on beyond <see cref="MaxBytes"/>, broke off, or could not be decompressed.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>What Retry-After says, in seconds or as a date; null without one. Not negative, a week at most.</summary>
    public TimeSpan? RetryAfter
    {
        get
        {
            var wait = _response?.Headers.RetryAfter is not { } header ? (TimeSpan?)null
                : header.Delta ?? header.Date - _time!.GetUtcNow();
            return wait is null ? null : wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait;
        }
    }

    /// <summary>The value of a header; null when the answer has none, or several.</summary>
    public string? Header(string name)
    {
        if (_response is null) return null;
        return (_response.Headers.NonValidated.TryGetValues(name, out var values) || _response.Content.Headers.NonValidated.TryGetValues(name, out values))
            && values.Count == 1 ? values.ToString() : null;
    }

    public static HttpAnswer None(SendResult failure) => new(failure);

    /// <summary>Reads the body. The status is the answer: that a body breaks off is no failure of the exchange.</summary>
    public static async ValueTask<HttpAnswer> ReadAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellationToken)
    {
        var answer = new HttpAnswer(response, time);
        var length = response.Content.Headers.ContentLength;
        if (length == 0)
        {
            answer.IsWhole = true;
            return answer;
        }

        try
        {
            var raw = await response.Content.ReadAsStreamAsync(cancellationToken);
            await using var decompressing = Decompress(answer.Header("Content-Encoding"), raw);
            await answer.FillAsync(decompressing ?? raw, decompressing is null ? length : null, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or InvalidDataException)
        {
            // What has come so far may already say enough. The read that was given up may still have hold of the memory: it is not used again.
            answer._isAbandoned = true;
        }

        return answer;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is not { } buffer) return;
        _length = 0;
        if (!_isAbandoned) ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>We ask for no compression; some compress all the same.</summary>
    private static Stream? Decompress(string? encoding, Stream raw) => encoding?.ToUpperInvariant() switch
    {
        "GZIP" or "X-GZIP" => new GZipStream(raw, CompressionMode.Decompress, leaveOpen: true),
        "DEFLATE" => new ZLibStream(raw, CompressionMode.Decompress, leaveOpen: true),
        "BR" => new BrotliStream(raw, CompressionMode.Decompress, leaveOpen: true),
        _ => null,
    };

    private async ValueTask FillAsync(Stream stream, long? expected, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(MaxBytes, (expected ?? 2047) + 1));
        _buffer = buffer;
        while (true)
        {
            if (_length == buffer.Length)
            {
                buffer = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                Body.CopyTo(buffer);
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = buffer;
            }

            var read = await stream.ReadAsync(buffer.AsMemory(_length), cancellationToken);
            if (read == 0)
            {
                IsWhole = true;
                return;
            }

            _length += read;
            if (_length <= MaxBytes) continue;
            _length = MaxBytes;
            return;
        }
    }
}
