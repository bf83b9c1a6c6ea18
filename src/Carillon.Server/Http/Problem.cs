using Carillon.Dispatch;
using Carillon.Server.Api.Json;

namespace Carillon.Server.Http;

/// <summary>
/// An error as callers see it: problem+json (RFC 9457). <see cref="Slug"/> is stable, a program may go by it; the texts are for
/// people and may change. docs/api.md lists every slug.
/// </summary>
internal sealed record Problem(int Status, string Slug, string Title, string? Detail = null)
{
    /// <summary>Every fault of the request, by field; null when it is not about fields.</summary>
    public IReadOnlyList<FieldFault>? Errors { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public static Problem Invalid(IReadOnlyList<FieldFault> faults) => faults.Any(f => f.Code is MalformedJson.Code or "too_deep")
        ? new Problem(400, "malformed_json", "The body cannot be read as JSON.") { Errors = faults }
        : new Problem(422, "invalid_request", "The request has faults; errors names each of them.") { Errors = faults };

    public static Problem Invalid(string field, string code, string message) => Invalid([new FieldFault(field, code, message)]);

    public static Problem Unauthorized(string detail) => new(401, "unauthorized", "An API key is needed.", detail);

    public static Problem Forbidden(string detail) => new(403, "forbidden", "The API key may not do this.", detail);

    public static Problem NotFound(string detail) => new(404, "not_found", "There is no such thing.", detail);

    public static readonly Problem KeyReused = new(422, "idempotency_key_reused", "The idempotency key stands for another request.",
        "A request with this Idempotency-Key and another body was accepted before: send a new key with a new request.");

    public static readonly Problem KeyInFlight = new(409, "idempotency_key_in_flight", "A request with the same idempotency key is being accepted.",
        "Wait for its answer, or send this request again in a moment.")
    { RetryAfter = TimeSpan.FromSeconds(1) };

    public static readonly Problem UnsupportedMediaType = new(415, "unsupported_media_type", "The body is of a type that is not taken here.",
        "Send JSON with Content-Type: application/json; a batch may also be application/x-ndjson.");

    public static Problem Duplicate(Storage.DuplicateKeyException e) =>
        new(409, "already_exists", "There is one of this name already.") { Errors = [new FieldFault(e.Field, "already_exists", e.Message)] };

    public static readonly Problem AlreadyPublished = new(409, "already_published", "A published version never changes.",
        "Make a new version of it: POST /v1/templates/{id}/versions.");

    public static Problem Stale(int version) =>
        new(412, "precondition_failed", "It has been changed since you read it.",
            $"Its ETag is now {EntityTag.Of(version)}: read it again, and make your change of that.");

    public static Problem Unavailable(string detail, TimeSpan retryAfter) =>
        new(503, "unavailable", "The server cannot take this now; nothing of it was stored.", detail) { RetryAfter = retryAfter };

    public static Problem TooLarge(long most) =>
        new(413, "body_too_large", "The body is too large.", $"At most {most:N0} bytes are taken here: send less at once.");

    /// <summary>For an answer that has only a status so far: what the framework itself refuses.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        404 => NotFound("No resource has this path: docs/api.md and /openapi/v1.json list them."),
        405 => new(405, "method_not_allowed", "The resource does not know this method.", "The Allow header names the methods that it knows."),
        413 => new(413, "body_too_large", "The body is too large."),
        415 => UnsupportedMediaType,
        408 => new(408, "request_timeout", "The request did not arrive in time."),
        >= 500 => new(status, "internal_error", "The server failed; the fault is not the request's.", "The log has the details under this request's id (X-Request-Id)."),
        _ => new(status, "bad_request", "The request cannot be read as HTTP."),
    };

    public void WriteTo(HttpContext context)
    {
        if (RetryAfter is { } delay) context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(delay.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (Status == 401) context.Response.Headers.WWWAuthenticate = "Bearer";
        JsonAnswer.Write(context, Status, (Problem: this, context.TraceIdentifier), static (json, state) => state.Problem.Write(json, state.TraceIdentifier), MediaType.Problem);
    }

    /// <param name="requestId">Null where the problem is a part of an answer.</param>
    public void Write(System.Text.Json.Utf8JsonWriter json, string? requestId = null)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "/problems/" + Slug);
        json.WriteString("title"u8, Title);
        json.WriteNumber("status"u8, Status);
        if (Detail is not null) json.WriteString("detail"u8, Detail);
        if (requestId is not null) json.WriteString("request_id"u8, requestId);
        if (Errors is not null)
        {
            json.WriteStartArray("errors"u8);
            foreach (var fault in Errors)
            {
                json.WriteStartObject();
                json.WriteString("field"u8, fault.Field);
                json.WriteString("code"u8, fault.Code);
                json.WriteString("message"u8, fault.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
