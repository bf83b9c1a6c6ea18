using System.Security.Cryptography;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/v1/notifications</c>: one at a time.</summary>
internal sealed class NotificationsApi(CarillonEngine engine, INotificationIntake intake, RecipientCaps caps, TimeProvider time)
{
    /// <summary>Room for attachments of 25 MB in base64, and the rest.</summary>
    public const int MaxBodyWithAttachments = 36 << 20;

    public const int MaxBody = 25 << 20;

    public void Map(ApiEndpoints api)
    {
        api.Post("/v1/notifications", Scopes.Send, CreateAsync).Describe(NotificationOperations.CreateNotification);
        api.Post("/v1/notifications/preview", Scopes.Send, PreviewAsync).Describe(NotificationOperations.PreviewNotification);
        api.Get("/v1/notifications", Scopes.Read, ListAsync).Describe(NotificationOperations.ListNotifications);
        api.Get("/v1/notifications/{id}", Scopes.Read, GetAsync).Describe(NotificationOperations.GetNotification);
        api.Post("/v1/notifications/{id}/cancel", Scopes.Send, CancelAsync).Describe(NotificationOperations.CancelNotification);
    }

    private async Task CreateAsync(HttpContext context, ApiKey key)
    {
        if (!MediaType.IsJson(context.Request.ContentType))
        {
            Problem.UnsupportedMediaType.WriteTo(context);
            return;
        }

        var hasKey = IdempotencyHeader.TryRead(context.Request, out var header, out var headerFault);
        var body = await RequestBody.ReadAsync(context, MaxBodyWithAttachments);
        try
        {
            var (request, faults) = NotificationJson.Read(body.Memory, time.GetUtcNow());
            if (body.Memory.Length > MaxBody && request?.Attachments is null)
            {
                Problem.TooLarge(MaxBody).WriteTo(context);
                return;
            }

            if (!hasKey) (faults ??= []).Add(headerFault);
            if (request is { IdempotencyKey: { } own } && header is not null && own != header)
                (faults ??= []).Add(new FieldFault("idempotency_key", "conflict", $"This and the header {IdempotencyHeader.Name} differ: give one of them."));

            if (request is null || faults is not null)
            {
                var found = request is null ? [] : await intake.CheckAsync(key.Tenant, request, context.RequestAborted);
                Problem.Invalid(NotificationAnswer.Merge(faults!, found)).WriteTo(context);
                return;
            }

            IdempotencyKey? idempotency = (header ?? request.IdempotencyKey) is { } name ? new(name, SHA256.HashData(body.Memory.Span)) : null;
            var quota = caps.For(key);
            var result = await intake.AcceptAsync(key.Tenant, request, idempotency, NotificationAnswer.Bytes, quota, context.RequestAborted);
            RecipientCaps.WriteHeaders(context.Response.Headers, quota);
            Answer(context, result);
        }
        finally
        {
            body.Release();
        }
    }

    private async Task PreviewAsync(HttpContext context, ApiKey key)
    {
        if (!MediaType.IsJson(context.Request.ContentType))
        {
            Problem.UnsupportedMediaType.WriteTo(context);
            return;
        }

        var body = await RequestBody.ReadAsync(context, MaxBodyWithAttachments);
        try
        {
            var (request, faults) = NotificationJson.Read(body.Memory, time.GetUtcNow());
            if (body.Memory.Length > MaxBody && request?.Attachments is null)
            {
                Problem.TooLarge(MaxBody).WriteTo(context);
                return;
            }

            if (request is null || faults is not null)
            {
                var found = request is null ? [] : await intake.CheckAsync(key.Tenant, request, context.RequestAborted);
                Problem.Invalid(NotificationAnswer.Merge(faults!, found)).WriteTo(context);
                return;
            }

            switch (await engine.Previewer.PreviewAsync(key.Tenant, request, context.RequestAborted))
            {
                case PreviewResult.Previewed previewed:
                    JsonAnswer.Write(context, 200, previewed, PreviewAnswer.Write);
                    break;
                case PreviewResult.Refused refused:
                    Problem.Invalid(refused.Faults).WriteTo(context);
                    break;
            }
        }
        finally
        {
            body.Release();
        }
    }

    private static void Answer(HttpContext context, AcceptResult result)
    {
        switch (result)
        {
            case AcceptResult.Accepted accepted:
                JsonAnswer.Write(context, 202, accepted.Notification, NotificationAnswer.Write);
                break;
            case AcceptResult.Replayed replayed:
                context.Response.Headers[IdempotencyHeader.Replayed] = "true";
                JsonAnswer.Write(context, 202, replayed.Answer.Span);
                break;
            default:
                NotificationAnswer.ProblemOf(result)!.WriteTo(context);
                break;
        }
    }

    private async Task ListAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var query = new NotificationQuery
        {
            Tenant = key.Tenant,
            Status = fields.Word("status", MessageStatusNames.All),
            ContactId = fields.Text("recipient_id"),
            Category = fields.Text("category"),
            RelatedType = fields.Text("related_type"),
            RelatedId = fields.Text("related_id"),
            BatchId = fields.Id("batch_id", PublicId.Batch),
            CreatedAfter = fields.Time("created_after"),
            CreatedBefore = fields.Time("created_before"),
            After = fields.After(CursorList.Notifications),
            Limit = fields.Limit(),
        };
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        var page = await engine.Storage.Log.ListNotificationsAsync(query, context.RequestAborted);
        JsonAnswer.WriteList(context, page.Items, Cursor.Of(CursorList.Notifications, page.Next), StoredAnswers.WriteListedNotification);
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        var stored = RouteId.TryRead(context, PublicId.Notification, out var id) ? await engine.Storage.Log.GetNotificationAsync(key.Tenant, id, context.RequestAborted) : null;
        if (stored is null)
        {
            Problem.NotFound("No notification has this id.").WriteTo(context);
            return;
        }

        JsonAnswer.Write(context, 200, stored, StoredAnswers.WriteNotification);
    }

    private async Task CancelAsync(HttpContext context, ApiKey key)
    {
        var cancelled = RouteId.TryRead(context, PublicId.Notification, out var id)
            ? await engine.CancelAsync(key.Tenant, id, context.RequestAborted)
            : [];
        if (cancelled.Count == 0)
        {
            Problem.NotFound("No notification has this id.").WriteTo(context);
            return;
        }

        JsonAnswer.Write(context, 200, (id, cancelled), static (json, state) =>
        {
            json.WriteStartObject();
            json.WriteId("id"u8, "ntf_"u8, state.id);
            json.WriteStartArray("messages"u8);
            foreach (var message in state.cancelled)
            {
                json.WriteStartObject();
                json.WriteId("id"u8, "msg_"u8, message.Id);
                json.WriteString("channel"u8, message.Channel.Name());
                json.WriteString("status"u8, message.State switch
                {
                    CancelState.Cancelled => MessageStatus.Cancelled.Name(),
                    CancelState.InFlight => "in_flight",
                    _ => message.Status.Name(),
                });
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
