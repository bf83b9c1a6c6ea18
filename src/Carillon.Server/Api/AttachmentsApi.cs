using System.Security.Cryptography;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;
using Microsoft.Net.Http.Headers;

namespace Carillon.Server.Api;

/// <summary><c>/v1/attachments</c>: files that are stored once and named in many notifications.</summary>
internal sealed class AttachmentsApi(CarillonEngine engine, TimeProvider time)
{
    public const int MaxBytes = NotificationLimits.AttachmentBytes;

    /// <summary>Room for the parts of a form around the file.</summary>
    private const int MaxFormBytes = MaxBytes + (64 << 10);

    public void Map(ApiEndpoints api)
    {
        api.Post("/v1/attachments", Scopes.Send, CreateAsync).Describe(NotificationOperations.CreateAttachment);
        api.Get("/v1/attachments/{id}", Scopes.Read, GetAsync).Describe(NotificationOperations.GetAttachment);
        api.Get("/v1/attachments/{id}/content", Scopes.Read, GetContentAsync).Describe(NotificationOperations.GetAttachmentContent);
    }

    private async Task CreateAsync(HttpContext context, ApiKey key)
    {
        var body = await RequestBody.ReadAsync(context, MaxFormBytes);
        try
        {
            var (file, problem) = await AttachmentUpload.ReadAsync(context.Request, body.Memory);
            if (file is { Bytes.Length: > MaxBytes }) problem = Problem.TooLarge(MaxBytes);
            if (problem is not null)
            {
                problem.WriteTo(context);
                return;
            }

            var attachment = new StoredAttachment(
                key.Tenant, engine.Ids.Next(), file!.FileName, file.ContentType, Convert.ToHexStringLower(SHA256.HashData(file.Bytes.Span)), file.Bytes.Length,
                time.GetUtcNow());
            // The bytes are used until the commit: a caller who goes away must not take them from under it.
            var stored = await engine.Storage.Attachments.AddAsync(attachment, file.Bytes, CancellationToken.None);
            context.Response.Headers.Location = "/v1/attachments/" + PublicId.Format(PublicId.Attachment, stored.Id);
            JsonAnswer.Write(context, 201, stored, Write);
        }
        finally
        {
            body.Release();
        }
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        if (await FindAsync(context, key) is { } stored) JsonAnswer.Write(context, 200, stored, Write);
        else NotFound(context);
    }

    private async Task GetContentAsync(HttpContext context, ApiKey key)
    {
        if (await FindAsync(context, key) is not { } stored || await engine.Storage.Log.GetBlobAsync(key.Tenant, stored.Hash, context.RequestAborted) is not { } bytes)
        {
            NotFound(context);
            return;
        }

        // What somebody uploaded is handed out as a file, never shown as a page of this server.
        var headers = context.Response.Headers;
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(stored.FileName);
        headers.ContentDisposition = disposition.ToString();
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        context.Response.ContentType = stored.ContentType;
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private async ValueTask<StoredAttachment?> FindAsync(HttpContext context, ApiKey key) =>
        RouteId.TryRead(context, PublicId.Attachment, out var id) ? await engine.Storage.Attachments.GetAsync(key.Tenant, id, context.RequestAborted) : null;

    private static void NotFound(HttpContext context) => Problem.NotFound("No attachment has this id.").WriteTo(context);

    private static void Write(Utf8JsonWriter json, StoredAttachment stored)
    {
        json.WriteStartObject();
        json.WriteId("id"u8, "att_"u8, stored.Id);
        json.WriteString("filename"u8, stored.FileName);
        json.WriteString("content_type"u8, stored.ContentType);
        json.WriteNumber("size"u8, stored.Size);
        json.WriteString("sha256"u8, stored.Hash);
        json.WriteTime("created_at"u8, stored.CreatedAt);
        json.WriteEndObject();
    }
}
