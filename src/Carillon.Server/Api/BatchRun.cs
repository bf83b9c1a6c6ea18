using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Quotas;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary>
/// A batch on its way in, chunk by chunk. Every item gets its result in order; the good of a chunk are one commit. With an
/// idempotency key each chunk has a key of its own, so that a batch that broke off can be sent again and adds only what is missing.
/// </summary>
internal sealed class BatchRun(
    INotificationIntake intake, IMessageLog log, TenantId tenant, Guid id, string? idempotencyKey, RecipientQuota? quota, CancellationToken cancellationToken)
{
    /// <summary>Items in a chunk, and in a commit. Constant: where chunks end must be the same when a batch is sent again.</summary>
    public const int ChunkSize = 500;

    private readonly ArrayBufferWriter<byte> _results = new(4096);
    private Utf8JsonWriter? _json;
    private Guid _id = id;
    private bool _exists;
    private int _chunk;
    private int _accepted;
    private int _rejected;

    public bool Replayed { get; private set; }

    /// <summary>Takes one chunk in.</summary>
    /// <param name="hash">Of what was sent up to the end of the chunk; only looked at when there is an idempotency key.</param>
    /// <returns>The problem of the whole batch when nothing of it was taken; null to go on.</returns>
    public async ValueTask<Problem?> AddAsync(ReadOnlyMemory<ReadNotification> chunk, byte[] hash)
    {
        var requests = new List<NotificationRequest>(chunk.Length);
        foreach (var item in chunk.Span)
        {
            if (item is { Request: { } request, Faults: null }) requests.Add(request);
        }

        var index = _chunk++;
        IReadOnlyList<AcceptResult> results = [];
        if (requests.Count > 0)
        {
            IdempotencyKey? key = idempotencyKey is null ? null : new(ChunkKey(idempotencyKey, index), hash);
            results = await intake.AcceptManyAsync(tenant, requests, _id, newBatch: !_exists, key, NotificationAnswer.Bytes, quota, cancellationToken);
            if (!_exists && IsOfTheWhole(requests, results)) return NotificationAnswer.ProblemOf(results[0]);
            await LearnAsync(results);
        }

        var json = Json();
        var good = 0;
        for (var i = 0; i < chunk.Length; i++)
        {
            var item = chunk.Span[i];
            if (item is { Request: not null, Faults: null }) Write(json, results[good++]);
            else await RefuseAsync(json, item);
        }

        json.Flush();
        return null;
    }

    /// <summary>Adds the result of an item that was not even read.</summary>
    public void Refuse(Problem problem)
    {
        _rejected++;
        WriteProblem(Json(), problem);
    }

    /// <summary>Answers the request. Ends the run.</summary>
    public void Answer(HttpContext context)
    {
        var json = Json();
        json.WriteEndArray();
        json.Flush();
        if (Replayed) context.Response.Headers[IdempotencyHeader.Replayed] = "true";

        var head = JsonAnswer.ToBytes((Id: _exists ? _id : (Guid?)null, _accepted, _rejected), static (writer, state) =>
        {
            writer.WriteStartObject();
            StoredAnswers.WriteIdOrNull(writer, "batch_id"u8, "bat_"u8, state.Id);
            writer.WriteNumber("accepted"u8, state._accepted);
            writer.WriteNumber("rejected"u8, state._rejected);
            writer.WritePropertyName("results"u8);
        });
        var response = context.Response;
        response.StatusCode = 202;
        response.ContentType = MediaType.Json;
        response.ContentLength = head.Length + _results.WrittenCount + 1;
        response.BodyWriter.Write(head);
        response.BodyWriter.Write(_results.WrittenSpan);
        response.BodyWriter.Write("}"u8);
    }

    // It begins with a character that no caller's key may hold, so that it never meets one of those.
    private static string ChunkKey(string key, int index) => string.Create(CultureInfo.InvariantCulture, $"\u0001{key}:{index}");

    // The keys of items are the items' own affair: where every one of them is refused by its key, the next chunk may yet be good.
    private static bool IsOfTheWhole(List<NotificationRequest> requests, IReadOnlyList<AcceptResult> results) =>
        results.All(r => r is AcceptResult.Unavailable)
        || results.All(r => r is AcceptResult.OverQuota)
        || (results.All(r => r is AcceptResult.KeyReused or AcceptResult.KeyInFlight) && requests.Exists(r => r.IdempotencyKey is null));

    private Utf8JsonWriter Json()
    {
        if (_json is not null) return _json;
        _json = new Utf8JsonWriter(_results, JsonAnswer.Options);
        _json.WriteStartArray();
        return _json;
    }

    /// <summary>What was accepted before belongs to the batch of then: that one is answered, and gets the rest.</summary>
    private async ValueTask LearnAsync(IReadOnlyList<AcceptResult> results)
    {
        foreach (var result in results)
        {
            if (result is AcceptResult.Accepted) _exists = true;
            if (result is not AcceptResult.Replayed replayed) continue;
            Replayed = true;
            if (_exists || IdIn(replayed.Answer.Span) is not { } notification) continue;
            if (await log.GetNotificationAsync(tenant, notification, cancellationToken) is { Notification.BatchId: { } batch }) (_id, _exists) = (batch, true);
        }
    }

    private static Guid? IdIn(ReadOnlySpan<byte> answer)
    {
        // {"id":"ntf_…: the answer is one of ours.
        var reader = new Utf8JsonReader(answer);
        return reader.Read() && reader.Read() && reader.ValueTextEquals("id"u8) && reader.Read()
            && PublicId.TryParse(PublicId.Notification, reader.GetString(), out var id) ? id : null;
    }

    private void Write(Utf8JsonWriter json, AcceptResult result)
    {
        switch (result)
        {
            case AcceptResult.Accepted accepted:
                _accepted++;
                NotificationAnswer.Write(json, accepted.Notification);
                break;
            case AcceptResult.Replayed replayed:
                _accepted++;
                json.WriteRawValue(replayed.Answer.Span, skipInputValidation: true);
                break;
            default:
                _rejected++;
                WriteProblem(json, NotificationAnswer.ProblemOf(result)!);
                break;
        }
    }

    private async ValueTask RefuseAsync(Utf8JsonWriter json, ReadNotification item)
    {
        _rejected++;
        var found = item.Request is null ? [] : await intake.CheckAsync(tenant, item.Request, cancellationToken);
        WriteProblem(json, Problem.Invalid(NotificationAnswer.Merge(item.Faults!, found)));
    }

    private static void WriteProblem(Utf8JsonWriter json, Problem problem)
    {
        json.WriteStartObject();
        json.WritePropertyName("problem"u8);
        problem.Write(json);
        json.WriteEndObject();
    }
}
