using System.Net;

namespace Carillon.Client;

/// <summary>What is tried again, and when.</summary>
internal static class RetrySchedule
{
    private const string KeyInFlight = "/problems/idempotency_key_in_flight";

    /// <summary>Whether the same call may be answered otherwise a little later.</summary>
    public static bool MayPass(ApiCall call, CarillonApiException refusal) => refusal.Status switch
    {
        // The server says with these that it did nothing.
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => true,
        // A proxy says with these that it does not know.
        HttpStatusCode.RequestTimeout or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => call.Repetition == Repetition.Safe,
        // An attempt of ours whose connection broke is still being worked on.
        HttpStatusCode.Conflict => call.IdempotencyKey is not null && refusal.Type == KeyInFlight,
        _ => false,
    };

    /// <summary>Whether the call may be made again when no answer came.</summary>
    public static bool MayRepeat(ApiCall call, Exception failure) =>
        call.Repetition == Repetition.Safe || failure is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };

    /// <summary>
    /// Full jitter: with a base of 200 ms the second attempt comes within 0.2 s, the third within 0.4 s, the fourth within 0.8 s of the one
    /// before. Where the server said when to come back, not before that, and spread over the base.
    /// </summary>
    public static TimeSpan Wait(CarillonClientOptions options, int attempt, TimeSpan? asked)
    {
        if (asked is { } wait) return wait + (options.BaseDelay * Random.Shared.NextDouble());
        var most = Math.Min(options.BaseDelay.TotalSeconds * Math.Pow(2, attempt - 1), options.MaxDelay.TotalSeconds);
        return TimeSpan.FromSeconds(most * Random.Shared.NextDouble());
    }
}
