namespace Carillon.Server.Api;

/// <summary>The <c>Idempotency-Key</c> header.</summary>
internal static class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";
    public const string Replayed = "Idempotent-Replayed";

    /// <summary>False when there is a header that is no key.</summary>
    public static bool TryRead(HttpRequest request, out string? key, out Dispatch.FieldFault fault)
    {
        key = null;
        fault = default;
        if (!request.Headers.TryGetValue(Name, out var values)) return true;
        if (values is [{ Length: > 0 and <= NotificationLimits.IdempotencyKeyCharacters } value] && !value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            key = value;
            return true;
        }

        fault = new(Name, "invalid", $"This header must be one key of 1 to {NotificationLimits.IdempotencyKeyCharacters} printable ASCII characters, such as a UUID.");
        return false;
    }
}
