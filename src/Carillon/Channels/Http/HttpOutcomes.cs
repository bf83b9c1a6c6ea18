using System.Globalization;

namespace Carillon.Channels.Http;

/// <summary>
/// What an answer means where its vendor documents nothing else. A gateway asks first what its vendor says, then this.
/// </summary>
internal static class HttpOutcomes
{
    /// <summary>Of the vendor's own words no more is kept.</summary>
    public const int MaxWords = 500;

    /// <param name="words">The vendor's own, of a field that the gateway names; null for none.</param>
    public static SendResult Of(HttpAnswer answer, string? words = null)
    {
        if (answer.Failure is { } failure) return failure;
        var text = Text(answer, words);
        return answer.Status switch
        {
            >= 200 and < 300 => SendResult.Accepted(text),
            >= 300 and < 400 => SendResult.Unavailable($"{text} Redirects are not followed: the URL must be the final one."),
            429 or 503 => answer.RetryAfter is { } wait ? SendResult.Throttled(text, wait) : SendResult.Unavailable(text),
            // The account or the address of the service, not the message.
            401 or 402 or 403 or 404 or 405 or 407 => SendResult.Unavailable(text),
            // Not taken for certain: the request did not come whole, or too early.
            408 or 425 => SendResult.RetryAfter(text, answer.RetryAfter),
            >= 400 and < 500 => SendResult.Rejected(text),
            501 or 505 or 507 or 511 => SendResult.Unavailable(text),
            // Something behind it failed, perhaps after it had passed the message on.
            _ => SendResult.Unknown(text),
        };
    }

    /// <summary><c>HTTP 400: …</c>, on one line and of bounded length.</summary>
    public static string Text(HttpAnswer answer, string? words = null)
    {
        if (string.IsNullOrWhiteSpace(words)) return string.Create(CultureInfo.InvariantCulture, $"HTTP {answer.Status}.");
        var shown = words.AsSpan().Trim();
        if (shown.Length > MaxWords) shown = shown[..(char.IsHighSurrogate(shown[MaxWords - 1]) ? MaxWords - 1 : MaxWords)];
        var line = string.Create(shown.Length, shown, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++) target[i] = char.IsControl(source[i]) ? ' ' : source[i];
        });
        return string.Create(CultureInfo.InvariantCulture, $"HTTP {answer.Status}: {line}");
    }
}
