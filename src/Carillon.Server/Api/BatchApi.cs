using System.Security.Cryptography;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/v1/notifications/batch</c>: up to 10,000 as an array, or one a line as they stream in; <c>/v1/batches</c>.</summary>
internal sealed class BatchApi(CarillonEngine engine, INotificationIntake intake, RecipientCaps caps, TimeProvider time)
{
    private const int ChunkBytes = 4 << 20;

    public void Map(ApiEndpoints api)
    {
        api.Post("/v1/notifications/batch", Scopes.Send, CreateAsync).Describe(NotificationOperations.CreateBatch);
        api.Get("/v1/batches", Scopes.Read, ListAsync).Describe(NotificationOperations.ListBatches);
        api.Post("/v1/batches/{id}/cancel", Scopes.Send, CancelAsync).Describe(NotificationOperations.CancelBatch);
        api.Get("/v1/batches/{id}", Scopes.Read, GetAsync).Describe(NotificationOperations.GetBatch);
    }

    private async Task CreateAsync(HttpContext context, ApiKey key)
    {
        var isLines = MediaType.IsNdJson(context.Request.ContentType);
        if (!isLines && !MediaType.IsJson(context.Request.ContentType))
        {
            Problem.UnsupportedMediaType.WriteTo(context);
            return;
        }

        if (!IdempotencyHeader.TryRead(context.Request, out var header, out var fault))
        {
            Problem.Invalid([fault]).WriteTo(context);
            return;
        }

        var quota = caps.For(key);
        var run = new BatchRun(intake, engine.Storage.Log, key.Tenant, engine.Ids.Next(), header, quota, context.RequestAborted);
        var problem = isLines ? await ReadLinesAsync(context, run, header is not null) : await ReadArrayAsync(context, run, header is not null);
        RecipientCaps.WriteHeaders(context.Response.Headers, quota);
        if (problem is null) run.Answer(context);
        else problem.WriteTo(context);
    }

    private async Task<Problem?> ReadArrayAsync(HttpContext context, BatchRun run, bool hashed)
    {
        var body = await RequestBody.ReadAsync(context, NotificationsApi.MaxBodyWithAttachments);
        try
        {
            var items = new List<ReadNotification>();
            if (NotificationJson.ReadArray(body.Memory, time.GetUtcNow(), Intake.MaxBatch, items) is { } fault) return Problem.Invalid([fault]);
            if (body.Memory.Length > NotificationsApi.MaxBody && items.TrueForAll(i => i.Request?.Attachments is null)) return Problem.TooLarge(NotificationsApi.MaxBody);

            var hash = hashed ? SHA256.HashData(body.Memory.Span) : [];
            var array = items.ToArray();
            for (var start = 0; start < array.Length; start += BatchRun.ChunkSize)
            {
                var chunk = array.AsMemory(start, Math.Min(BatchRun.ChunkSize, array.Length - start));
                if (await run.AddAsync(chunk, hash) is { } problem) return problem;
            }

            return null;
        }
        finally
        {
            body.Release();
        }
    }

    private async Task<Problem?> ReadLinesAsync(HttpContext context, BatchRun run, bool hashed)
    {
        // Read piece by piece, so that the whole may be as long as it likes.
        RequestBody.SetLimit(context, null);
        RequestBody.LetTrickle(context);
        var pipe = context.Request.BodyReader;
        using var hash = hashed ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        using var chunk = new NdJsonChunk(BatchRun.ChunkSize, ChunkBytes, NotificationsApi.MaxBodyWithAttachments);
        var before = 0;
        while (true)
        {
            var read = await pipe.ReadAsync(context.RequestAborted);
            var rest = read.Buffer;
            Problem? problem = null;
            var isOver = false;
            while (!rest.IsEmpty && problem is null && !isOver)
            {
                rest = rest.Slice(chunk.Append(rest.FirstSpan));
                isOver = before >= Intake.MaxBatch && chunk.Count > 0;
                if (isOver || (!chunk.IsFull && before + chunk.Count < Intake.MaxBatch) || chunk.Count == 0) continue;
                problem = await AddAsync(run, chunk, hash, before);
                before += chunk.Count;
                chunk.Clear();
            }

            pipe.AdvanceTo(read.Buffer.End);
            if (problem is not null) return problem;
            if (read.IsCompleted && !isOver) chunk.EndLine();
            if (before >= Intake.MaxBatch && chunk.Count > 0)
            {
                run.Refuse(Problem.Invalid("", "too_many",
                    $"A batch takes at most {Intake.MaxBatch:N0} notifications: this line and those after it were not read. Send them in another batch."));
                return null;
            }

            if (!read.IsCompleted) continue;
            if (before + chunk.Count == 0) return Problem.Invalid("", "required", "There are no notifications in it: give at least one line.");
            return chunk.Count == 0 ? null : await AddAsync(run, chunk, hash, before);
        }
    }

    private ValueTask<Problem?> AddAsync(BatchRun run, NdJsonChunk chunk, IncrementalHash? hash, int before)
    {
        var now = time.GetUtcNow();
        var items = new List<ReadNotification>(chunk.Count);
        for (var i = 0; i < chunk.Count; i++)
        {
            var line = chunk[i];
            items.Add(line.IsEmpty
                ? new ReadNotification(null, [new FieldFault("", "too_long", $"Line {before + i + 1:N0} is too long: at most {NotificationsApi.MaxBodyWithAttachments:N0} bytes are allowed.")])
                : NotificationJson.Read(line, now));
        }

        hash?.AppendData(chunk.Bytes);
        return run.AddAsync(items.ToArray(), hash?.GetCurrentHash() ?? []);
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        var batch = RouteId.TryRead(context, PublicId.Batch, out var id) ? await engine.Storage.Log.GetBatchAsync(key.Tenant, id, context.RequestAborted) : null;
        if (batch is null)
        {
            Problem.NotFound("No batch has this id.").WriteTo(context);
            return;
        }

        JsonAnswer.Write(context, 200, (Counts: batch, Progress: BatchProgress.Of(batch, time.GetUtcNow())), static (json, state) =>
        {
            json.WriteStartObject();
            json.WriteId("id"u8, "bat_"u8, state.Counts.Id);
            json.WriteTime("created_at"u8, state.Counts.CreatedAt);
            json.WriteNumber("messages"u8, state.Progress.Total);
            json.WriteNumber("finished"u8, state.Progress.Finished);
            json.WriteNumber("progress"u8, Math.Round(state.Progress.Part, 4));
            json.WriteTime("expected_end"u8, state.Progress.ExpectedEnd);
            json.WriteStartObject("by_status"u8);
            foreach (var (status, count) in state.Counts.ByStatus) json.WriteNumber(status.Name(), count);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private async Task ListAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var (limit, before) = (fields.Limit(), fields.After(PublicId.Batch));
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        // One more than is shown tells whether there is a next page.
        var batches = await engine.Storage.Log.ListBatchesAsync(key.Tenant, before, limit + 1, context.RequestAborted);
        var next = batches.Count > limit ? PublicId.Format(PublicId.Batch, batches[limit - 1].Id) : null;
        JsonAnswer.WriteList(context, batches.Take(limit), next, static (json, batch) =>
        {
            json.WriteStartObject();
            json.WriteId("id"u8, "bat_"u8, batch.Id);
            json.WriteTime("created_at"u8, batch.CreatedAt);
            json.WriteNumber("notifications"u8, batch.Notifications);
            json.WriteEndObject();
        });
    }

    private async Task CancelAsync(HttpContext context, ApiKey key)
    {
        var cancelled = RouteId.TryRead(context, PublicId.Batch, out var id) ? await engine.CancelBatchAsync(key.Tenant, id, context.RequestAborted) : null;
        if (cancelled is null)
        {
            Problem.NotFound("No batch has this id.").WriteTo(context);
            return;
        }

        JsonAnswer.Write(context, 200, (id, cancelled), static (json, state) =>
        {
            json.WriteStartObject();
            json.WriteId("id"u8, "bat_"u8, state.id);
            json.WriteNumber("cancelled"u8, state.cancelled.Cancelled);
            json.WriteNumber("in_flight"u8, state.cancelled.InFlight);
            json.WriteNumber("final"u8, state.cancelled.Final);
            json.WriteEndObject();
        });
    }
}
