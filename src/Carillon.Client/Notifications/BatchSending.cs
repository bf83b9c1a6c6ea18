using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Carillon.Client;

/// <summary>
/// Sends notifications as they come, a batch at a time as lines of JSON. A batch is kept until it is answered, so that it can be sent again
/// byte by byte; the next is gathered in the meantime.
/// </summary>
internal sealed class BatchSending<T>
{
    /// <summary>A batch is closed when it has so many bytes, whatever its size: attachments are long.</summary>
    private const int EnoughBytes = 8 << 20;

    private readonly ApiConnection _api;
    private readonly BatchOptions _options;
    private readonly JsonTypeInfo<T> _item;
    private readonly string _key;
    private long _taken;
    private int _batches;
    private ExceptionDispatchInfo? _fault;

    public BatchSending(ApiConnection api, BatchOptions options, JsonTypeInfo<T> item)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Size, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, BatchOptions.MaxSize, nameof(options));
        _api = api;
        _options = options;
        _item = item;
        _key = options.IdempotencyKey ?? api.NewIdempotencyKey();
    }

    public async IAsyncEnumerable<BatchResult> RunAsync(
        IAsyncEnumerable<T> notifications, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var source = notifications.GetAsyncEnumerator(cancellationToken);
        var next = await GatherAsync(source).ConfigureAwait(false);
        while (next is { } lines)
        {
            var sending = SendAsync(lines, cancellationToken);
            next = await GatherAsync(source).ConfigureAwait(false);
            var answer = await sending.ConfigureAwait(false);
            for (var i = 0; i < answer.Results.Count; i++)
                yield return new BatchResult(lines.First + i, answer.BatchId, answer.Results[i].Accepted, answer.Results[i].Problem);
        }

        // What the source gave before its fault is stored by now, and its results are told.
        _fault?.Throw();
    }

    private async ValueTask<Lines?> GatherAsync(IAsyncEnumerator<T> source)
    {
        var buffer = new ArrayBufferWriter<byte>(16 << 10);
        await using var json = new Utf8JsonWriter(buffer);
        var count = 0;
        while (count < _options.Size && buffer.WrittenCount < EnoughBytes && await MoveAsync(source).ConfigureAwait(false))
        {
            JsonSerializer.Serialize(json, source.Current, _item);
            await json.FlushAsync().ConfigureAwait(false);
            json.Reset();
            buffer.Write("\n"u8);
            count++;
        }

        if (count == 0) return null;
        var lines = new Lines(_taken, buffer.WrittenMemory);
        _taken += count;
        return lines;
    }

    private async ValueTask<bool> MoveAsync(IAsyncEnumerator<T> source)
    {
        try
        {
            return _fault is null && await source.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _fault = ExceptionDispatchInfo.Capture(e);
            return false;
        }
    }

    private Task<BatchAnswer> SendAsync(Lines lines, CancellationToken cancellationToken) => _api.SendAsync(
        new ApiCall(HttpMethod.Post, "v1/notifications/batch")
        {
            Body = lines.Text,
            ContentType = "application/x-ndjson",
            IdempotencyKey = string.Create(CultureInfo.InvariantCulture, $"{_key}:{_batches++}"),
        },
        CarillonJson.Default.BatchAnswer, cancellationToken);

    private readonly record struct Lines(long First, ReadOnlyMemory<byte> Text);
}
